/** Freshdesk's tickets; its reply is written in a Froala editor. Address and editor as other people's software for it has them. */
export default {
  tool: "freshdesk",
  title: "Freshdesk",
  hosts: ["*.freshdesk.com"],
  conversation: [{ from: "path", pattern: "^/a/tickets/(\\d+)(?:/|$)" }],
  composer: [".fr-element[contenteditable]", ".fr-wrapper [contenteditable]"],
};
