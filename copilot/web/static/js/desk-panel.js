/** The panel beside the built-in conversation: its words go into the composer there. */
import { stream } from "./desk.js";
import { copy } from "./copying.js";
import { mount } from "./panel.js";

mount(stream, ({ copies, ...detail }) => {
  if (copies) void copy(detail.text, detail.suggestionId);
  else document.dispatchEvent(new CustomEvent("copilot:insert", { detail }));
});
