/** The dialog that gives a promise to a colleague; on two pages. */
import { act, part } from "./acting.js";
import { send } from "./api.js";
import { openDialog } from "./dialog.js";

/** @type {{row: HTMLElement, button: HTMLElement}|null} */
let chosen = null;

/**
 * @param {HTMLElement} row of a promise
 * @param {HTMLElement} button
 */
export function give(row, button) {
  chosen = { row, button };
  const dialog = openDialog("give");
  part(dialog, "[data-promised]").textContent = part(row, ".said").textContent;
  part(dialog, "[data-receiver]").focus();
}

document.querySelector("[data-gives]")?.addEventListener("click", () => {
  if (!chosen) return;
  const { row, button } = chosen;
  const list = document.querySelector("[data-receiver]");
  if (!(list instanceof HTMLSelectElement) || !list.value) return;
  const name = list.selectedOptions[0]?.textContent?.replace(/ \(you\)$/, "") ?? "";
  button.closest("dialog")?.close();
  list.closest("dialog")?.close();
  void act(button, () => send("PATCH", `/v1/promises/${row.dataset.promise}`, { owner: list.value }), `${name} keeps it now.`);
});
