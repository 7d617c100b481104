/** Opens another conversation on the desk without leaving the page: address, regions, stream, title. */
import { stream } from "./desk.js";
import { meta } from "./meta.js";
import { load, region } from "./regions.js";
import { toastProblem } from "./toast.js";

const NARROW = "(max-width: 859px)";
const OPEN = "conversation";

/** @returns {string} the sender's id of the conversation that is open; empty: none */
export function opened() {
  return meta(OPEN);
}

/**
 * @param {string} ref
 * @param {{push?: boolean}} [options] `push`: false when the address says it already
 */
export async function openConversation(ref, { push = true } = {}) {
  const address = new URL(location.href);
  if (ref) address.searchParams.set(OPEN, ref);
  else address.searchParams.delete(OPEN);
  if (push && address.href !== location.href) history.pushState(null, "", address);
  name(ref);
  mark(ref);
  view(ref ? OPEN : "queue");
  stream.open(ref);
  document.dispatchEvent(new CustomEvent("copilot:opened", { detail: { conversation: ref } }));
  const query = new URLSearchParams(ref ? { conversation: ref } : {});
  const areas = [OPEN, "panel"].map((area) => draw(area, `/desk/f/${area}?${query}`));
  await Promise.all(areas).catch(toastProblem);
  // The row that was pressed is out of sight there.
  if (ref && matchMedia(NARROW).matches) region(OPEN).querySelector("h2")?.focus();
}

/**
 * Show the queue as an address of the desk says it: its filter, its number of rows.
 * @param {string} address
 * @param {{push?: boolean}} [options]
 */
export async function filterQueue(address, { push = true } = {}) {
  const there = new URL(address, location.href);
  if (push) history.pushState(null, "", there);
  await draw("queue", `/desk/f/queue${there.search}`).catch(toastProblem);
}

/** @param {string} which region a narrow page shows: queue, conversation, panel */
export function view(which) {
  const main = document.getElementById("main");
  if (!main || main.dataset.view === which) return;
  main.dataset.view = which;
  for (const button of document.querySelectorAll("[data-view-to]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-view-to") === which));
  }
  if (matchMedia(NARROW).matches) scrollTo(0, 0);
}

/**
 * @param {string} area
 * @param {string} src
 */
async function draw(area, src) {
  const element = region(area);
  element.setAttribute("aria-busy", "true");
  try {
    await load(area, src);
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** @param {string} ref */
function name(ref) {
  document.querySelector(`meta[name="${OPEN}"]`)?.setAttribute("content", ref);
}

/** @param {string} ref its row is the current one, also when the queue is drawn again */
function mark(ref) {
  const queue = region("queue");
  for (const link of queue.querySelectorAll("[data-case]")) {
    if (link.closest("[data-ref]")?.getAttribute("data-ref") === ref) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const src = new URL(queue.dataset.src ?? "", location.href);
  if (ref) src.searchParams.set(OPEN, ref);
  else src.searchParams.delete(OPEN);
  queue.dataset.src = src.pathname + src.search;
}

addEventListener("popstate", () => {
  const ref = new URL(location.href).searchParams.get(OPEN) ?? "";
  void filterQueue(location.href, { push: false });
  if (ref !== opened()) void openConversation(ref, { push: false });
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-view-to]") : null;
  if (button) view(button.getAttribute("data-view-to") ?? "queue");
});
