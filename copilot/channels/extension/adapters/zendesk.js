/** Zendesk's agent workspace. It keeps the composers of all open tickets in the page and shows one. */
export default {
  tool: "zendesk",
  title: "Zendesk",
  hosts: ["*.zendesk.com"],
  conversation: [{ from: "path", pattern: "^/agent/tickets/(\\d+)(?:/|$)" }],
  composer: ['[data-test-id="omnicomposer-rich-text-ckeditor"]', '[data-test-id="omnicomposer-text-area"]', ".zendesk-editor--rich-text-container [contenteditable]"],
};
