/** My promises: kept, given away, put off; and the drafted update carried to where it is written. */
import { act, forField, listen, part } from "./acting.js";
import { send } from "./api.js";
import { ask, openDialog } from "./dialog.js";
import { keep, kept } from "./drafts.js";
import { give } from "./giving.js";
import { addKey } from "./keys.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refresh, refreshOn, region } from "./regions.js";
import { Stream } from "./stream.js";
import { serverNow } from "./times.js";
import { toast } from "./toast.js";

const MINUTE_MS = 60000;
const DAY_MS = 86400000;
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "promises", ["promise.", "customer."]);
refreshOn(stream, "corrections", ["correction.", "customer."]);
setInterval(() => refresh("promises"), MINUTE_MS); // what was due today becomes overdue by itself
void stream.start();

/** @param {HTMLElement} row @param {object} change */
const change = (row, change) => send("PATCH", `/v1/promises/${row.dataset.promise}`, change);
/** @type {{row: HTMLElement, button: HTMLElement}|null} */
let dated = null;

listen({
  give,
  async kept(row, button) {
    if (await ask("Was this promise kept? It then leaves the list for good.", "Mark as kept")) await act(button, () => change(row, { state: "kept" }), "Kept.");
  },
  async withdraw(row, button) {
    if (await ask("Does this promise no longer hold? The customer should know why.", "It no longer holds")) {
      await act(button, () => change(row, { state: "withdrawn" }), "It no longer holds.");
    }
  },
  redate(row, button) {
    dated = { row, button };
    const dialog = openDialog("redate");
    part(dialog, "[data-promised]").textContent = part(row, ".said").textContent;
    field("[data-when]").value = forField(new Date(serverNow() + DAY_MS));
  },
  carry: (row) => carry(row.dataset.talk ?? "", textOf(row)),
  async copy(row) {
    await navigator.clipboard.writeText(textOf(row));
    toast("Copied.");
  },
  needless(row, button) {
    const why = /** @type {HTMLInputElement} */ (part(row, "[data-why]"));
    if (!why.value.trim()) return why.focus();
    const body = { state: "not_needed", note: why.value.trim() };
    return act(button, () => send("PATCH", `/v1/corrections/${row.dataset.correction}`, body), "Not needed.");
  },
  back: (row, button) => act(button, () => send("POST", "/v1/users/me/absence", {}), "Welcome back."),
});

/**
 * Open a conversation with the text in its composer, after what is being written there already.
 * @param {string} talk our id
 * @param {string} text
 */
function carry(talk, text) {
  const user = region("promises").dataset.user ?? "";
  const before = kept(user, talk);
  const whole = before?.text.includes(text) ? before.text : [before?.text, text].filter(Boolean).join("\n\n");
  keep(user, talk, { suggestionId: "", part: null, note: false, ...before, text: whole, at: Date.now() });
  location.assign(`/desk?conversation=${encodeURIComponent(talk)}`);
}

/** @param {HTMLElement} row */
const textOf = (row) => part(row, ".update-text").textContent?.trim() ?? "";

/** @param {string} selector @returns {HTMLInputElement} */
const field = (selector) => /** @type {HTMLInputElement} */ (part(document, selector));

document.querySelector("[data-dates]")?.addEventListener("click", () => {
  const input = field("[data-when]");
  if (!dated || !input.reportValidity()) return;
  const { row, button } = dated;
  input.closest("dialog")?.close();
  void act(button, () => change(row, { due: new Date(input.value).toISOString() }), "The date is set.");
});

document.querySelector("[data-opens='away']")?.addEventListener("click", () => {
  field("[data-until]").value ||= forField(new Date(serverNow() + DAY_MS));
});
document.querySelector("[data-leaves]")?.addEventListener("click", async (event) => {
  const input = field("[data-until]");
  if (!input.reportValidity() || !(event.target instanceof HTMLElement)) return;
  const body = { until: new Date(input.value).toISOString(), promises_to: field("[data-minds]").value };
  if (await act(event.target, () => send("POST", "/v1/users/me/absence", body))) location.reload();
});

/** @param {number} step */
function go(step) {
  const rows = [...document.querySelectorAll("li[data-promise]")];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
  const button = next?.querySelector("[data-act='carry']") ?? next?.querySelector("button");
  if (button instanceof HTMLElement) button.focus();
}

/** @param {string} name */
const press = (name) => {
  const button = document.activeElement?.closest("li[data-promise]")?.querySelector(`[data-act="${name}"]`);
  if (button instanceof HTMLElement) button.click();
};
const on = () => document.activeElement?.closest("li[data-promise]") != null;
addKey({ key: "j", label: "Next promise", group: "Promises", run: () => go(1) });
addKey({ key: "k", label: "Promise before", group: "Promises", run: () => go(-1) });
addKey({ key: "m", label: "Mark as kept", group: "Promises", run: () => press("kept"), when: on });
addKey({ key: "g", label: "Give to a colleague", group: "Promises", run: () => press("give"), when: on });
