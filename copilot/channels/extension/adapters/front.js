/**
 * Front. A link to a conversation holds the API's own id (dev.frontapp.com, Conversations); in the inbox its address ends in a number, which
 * to base 36 is that id (dev.frontapp.com, Resource aliases). How its composer is built is a guess.
 */
export default {
  tool: "front",
  title: "Front",
  hosts: ["app.frontapp.com", "*.frontapp.com"],
  conversation: [
    { from: "address", pattern: "/(cnv_[a-z0-9]+)(?:[/?#]|$)" },
    { from: "path", pattern: "^/inboxes/(?:[^/]+/)*(?!(?:folders|views|teams|tags|users)/)[a-z_-]+/(\\d+)/?$", base36: "cnv_" },
  ],
  composer: ['[role="textbox"][contenteditable="true"]', "[data-testid*=composer] [contenteditable]"],
};
