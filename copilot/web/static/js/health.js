/** Health of articles: follows what happens, and answers the flags of agents. */
import { act, listen, part } from "./acting.js";
import { send } from "./api.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn } from "./regions.js";
import { Stream } from "./stream.js";
import { toast } from "./toast.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "health", ["article."]);
void stream.start();

/**
 * @param {HTMLElement} row of a flag
 * @param {HTMLElement} button pressed
 * @param {"fixed"|"kept"} state
 */
function answer(row, button, state) {
  const field = /** @type {HTMLInputElement} */ (part(row, "[name=answer]"));
  const words = field.value.trim();
  if (!words) {
    toast("Write a sentence for the agent: what you did, or why it stays.");
    field.focus();
    return;
  }
  void act(button, () => send("POST", `/v1/flags/${row.dataset.key}/answer`, { state, answer: words }), "Answered. They hear it at once.");
}

listen({ fixed: (row, button) => answer(row, button, "fixed"), kept: (row, button) => answer(row, button, "kept") });
document.addEventListener("submit", (event) => event.target instanceof HTMLElement && event.target.matches("[data-flag]") && event.preventDefault());
