/** Intercom's inbox: the conversation's id is in the address, whatever the list beside it. */
export default {
  tool: "intercom",
  title: "Intercom",
  hosts: ["app.intercom.com", "app.eu.intercom.com", "app.au.intercom.com"],
  conversation: [{ from: "path", pattern: "^/a/inbox/[^/]+/inbox/(?:.+/)?conversation/(\\d+)(?:/|$)" }],
  composer: ["[data-conversation-reply-composer] .ProseMirror", ".embercom-prosemirror-composer-editor"],
};
