/** What is remembered about one customer: approve, correct, forget; erase after the name was typed. */
import { act, listen, part } from "./acting.js";
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { showLine } from "./line.js";
import { sayWhether } from "./matching.js";
import { meta } from "./meta.js";
import { refreshOn } from "./regions.js";
import { Stream } from "./stream.js";
import { toastProblem } from "./toast.js";

const LOOK_MS = 700;
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "memory", ["memory.", "customer."]);
void stream.start();

/** @param {HTMLElement} row @param {object} body */
const judge = (row, body) => send("PATCH", `/v1/memories/${row.dataset.memory}`, body);

/** @param {HTMLElement} row @param {boolean} open */
function correction(row, open) {
  const form = part(row, ".correction");
  form.hidden = !open;
  part(row, "[data-act='correct']").setAttribute("aria-expanded", String(open));
  part(row, open ? "[data-text]" : "[data-act='correct']").focus();
}

/** @param {HTMLElement} row @returns {object} what was changed; empty: nothing */
function changes(row) {
  const text = /** @type {HTMLTextAreaElement} */ (part(row, "[data-text]"));
  const use = /** @type {HTMLSelectElement} */ (part(row, "[data-use]"));
  const until = /** @type {HTMLInputElement} */ (part(row, "[data-until]"));
  return {
    ...(text.value.trim() && text.value !== text.defaultValue ? { text: text.value.trim() } : {}),
    ...([...use.options].some((option) => option.selected !== option.defaultSelected) ? { use: use.value } : {}),
    ...(until.value && until.value !== until.defaultValue ? { expires_at: new Date(`${until.value}T23:59:59`).toISOString() } : {}),
  };
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-match]") : null;
  if (button instanceof HTMLElement) sayWhether(button, "memory").catch(toastProblem);
});

listen({
  approve: (row, button) => act(button, () => judge(row, { state: "active" }), "Remembered."),
  correct: (row) => correction(row, part(row, ".correction").hidden),
  cancel: (row) => correction(row, false),
  async save(row, button) {
    const body = changes(row);
    if (!Object.keys(body).length) return correction(row, false);
    const form = part(row, ".correction");
    // Drawn anew with what was stored, which may differ from what was typed: card numbers are cut.
    await act(button, () => judge(row, body).then(() => form.remove()), "Corrected.");
  },
  async forget(row, button) {
    if (await ask("Forget this for good? It is not learned again from the same words.", "Forget it")) {
      await act(button, () => judge(row, { state: "forgotten" }), "Forgotten.");
    }
  },
});

document.addEventListener("region:swapped", () => {
  for (const row of document.querySelectorAll("li[data-memory]")) {
    const open = row.querySelector(".correction:not([hidden])") !== null;
    row.querySelector("[data-act='correct']")?.setAttribute("aria-expanded", String(open));
  }
});

const typed = document.querySelector("[data-typed]");
const erases = document.querySelector("[data-erases]");
if (typed instanceof HTMLInputElement && erases instanceof HTMLButtonElement) {
  const name = part(document, "[data-name]").textContent ?? "";
  typed.addEventListener("input", () => (erases.disabled = typed.value.trim() !== name.trim()));
  erases.addEventListener("click", () => void erase(erases, typed).catch(toastProblem));
}

/** @param {HTMLButtonElement} button @param {HTMLInputElement} field */
async function erase(button, field) {
  const ref = part(document, "[data-customer]").dataset.customer ?? "";
  button.disabled = field.disabled = true;
  let receipt = await send("DELETE", `/v1/customers/${encodeURIComponent(ref)}`);
  stream.close();
  const said = part(document, "[data-receipt]");
  said.hidden = false;
  said.textContent = "Erasing …";
  while (receipt.state !== "done") {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    receipt = await send("GET", `/v1/erasures/${receipt.id}`);
  }
  const removed = /** @type {[string, number][]} */ (Object.entries(receipt.removed)).filter(([, count]) => count > 0);
  said.textContent = `Erased: ${removed.map(([what, count]) => `${count} ${what.replaceAll("_", " ")}`).join(", ") || "nothing was left"}. Receipt ${receipt.id}.`;
  document.querySelector("[data-region='memory']")?.replaceChildren();
  part(document, "#erase [data-closes]:not(.icon)").textContent = "Close";
}
