/** Front. Only addresses that name the API's own id (`cnv_…`) are read: the numbers in its other addresses are not the API's. */
export default {
  tool: "front",
  title: "Front",
  hosts: ["app.frontapp.com", "*.frontapp.com"],
  conversation: [{ from: "address", pattern: "/(cnv_[a-z0-9]+)(?:[/?#]|$)" }],
  composer: ['[role="textbox"][contenteditable="true"]', "[data-testid*=composer] [contenteditable]"],
};
