/** Any other web page: whoever sets it up says where the conversation's id stands. Text goes where the person wrote last. */
export default {
  tool: "generic",
  title: "Another web page",
  hosts: [],
  conversation: [],
  composer: [],
};
