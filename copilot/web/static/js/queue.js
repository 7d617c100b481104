/** The queue under one's fingers: j and k move, Enter opens (the rows are links), a shows the acknowledgement. */
import { acknowledge } from "./acknowledging.js";
import { addKey } from "./keys.js";
import { filterQueue, opened, openConversation } from "./opening.js";
import { refresh, region } from "./regions.js";

const RISES_MS = 20000;
const place = region("queue");
/** The row that was last moved to, by its conversation. */
let at = opened();

/** @returns {HTMLAnchorElement[]} */
function links() {
  return [...place.querySelectorAll("a[data-case]")].filter((link) => link instanceof HTMLAnchorElement);
}

/**
 * @param {Element} element in a row
 * @returns {string} its conversation
 */
function refOf(element) {
  return element.closest("[data-ref]")?.getAttribute("data-ref") ?? "";
}

/** @param {number} by rows down */
function move(by) {
  const all = links();
  if (!all.length) return;
  const here = all.findIndex((link) => refOf(link) === at);
  const focused = place.contains(document.activeElement);
  const next = here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + (focused || refOf(all[here]) === opened() ? by : 0)));
  all[next].focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

/** @returns {HTMLElement|null} the row that `a` is about */
function selected() {
  const all = links();
  const link = all.find((one) => refOf(one) === at) ?? all.find((one) => refOf(one) === opened());
  const row = link?.closest("[data-ref]");
  return row instanceof HTMLElement ? row : null;
}

/** @param {HTMLElement|null} row */
function acknowledgeRow(row) {
  if (!row) return;
  void acknowledge({
    ref: row.dataset.ref ?? "",
    name: row.querySelector(".case-name")?.textContent ?? "",
    suggestion: row.dataset.acknowledge ?? "",
  });
}

place.addEventListener("focusin", (event) => {
  if (event.target instanceof Element && refOf(event.target)) at = refOf(event.target);
});

place.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const button = event.target.closest("[data-acknowledges]");
  if (button) return acknowledgeRow(/** @type {HTMLElement|null} */ (button.closest("[data-ref]")));
  const link = event.target.closest("a[data-case], a[data-filter]");
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  link.closest("details")?.removeAttribute("open");
  if (link.hasAttribute("data-filter")) return void filterQueue(link.href);
  at = refOf(link);
  void openConversation(at);
});

// A row that moved to another place keeps the focus it had.
place.addEventListener("region:swapped", () => {
  if (document.activeElement === document.body && hadFocus) links().find((link) => refOf(link) === at)?.focus({ preventScroll: true });
});
let hadFocus = false;
document.addEventListener("focusin", (event) => {
  hadFocus = event.target instanceof Element && event.target.matches("a[data-case]");
});
document.addEventListener("pointerdown", () => {
  hadFocus = false;
});

document.addEventListener("copilot:opened", () => {
  at = opened();
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-acknowledge-open]") : null;
  if (button instanceof HTMLElement) void acknowledge({ ref: opened(), name: button.dataset.name ?? "", suggestion: button.dataset.acknowledgeOpen ?? "" });
});

// Waiting makes warmer, without any event.
setInterval(() => document.visibilityState === "visible" && refresh("queue"), RISES_MS);

addKey({ key: "j", label: "Next in the queue", group: "Queue", run: () => move(1) });
addKey({ key: "k", label: "The one before", group: "Queue", run: () => move(-1) });
addKey({ key: "a", label: "Look at the acknowledgement; y or Ctrl Enter sends it", group: "Queue", run: () => acknowledgeRow(selected()), when: () => selected() !== null });
