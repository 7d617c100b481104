/** Chatwoot, hosted or one's own. Addresses: its conversation routes; `conversation_id` there is the display id that its webhooks carry. */
export default {
  tool: "chatwoot",
  title: "Chatwoot",
  hosts: ["app.chatwoot.com"],
  conversation: [{ from: "path", pattern: "^/app/accounts/\\d+/(?:.+/)?conversations/(\\d+)/?$" }],
  composer: [".reply-box .ProseMirror", ".reply-box textarea"],
};
