/**
 * Regions of a page that the server draws again when their data changed. A swap keeps focus, typed text and scrolling; it waits while the
 * pointer is over the region or a field in it is being edited; and it does nothing when nothing changed.
 */
import { fragment, Problem } from "./api.js";
import { edited, morph, signature, update } from "./morph.js";

const GATHER_MS = 60;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;
const FIELDS = "input, textarea, select, [contenteditable]";

/** @type {WeakMap<Element, string>} what each region shows */
const shown = new WeakMap();
/** @type {WeakMap<Element, string>} HTML that waits for the person to look away */
const waiting = new WeakMap();
/**
 * What goes on for a region. `now`: also under the pointer; `failures`: in a row, since the service last answered.
 * @typedef {{timer: number, busy: boolean, again: boolean, now: boolean, failures: number}} Work
 */
/** @type {WeakMap<Element, Work>} */
const under = new WeakMap();
/** @type {WeakMap<Element, number>} which asking each region's last answer belongs to */
const answered = new WeakMap();
let asked = 0;

/**
 * @param {string} name of `data-region`
 * @returns {HTMLElement}
 */
export function region(name) {
  const found = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
  if (!(found instanceof HTMLElement)) throw new Error(`There is no region ${name} on this page.`);
  return found;
}

/**
 * Draw a region again from its `data-src`. Many calls at once become one request.
 * @param {string} name
 * @param {{now?: boolean}} [options] `now`: also under the pointer
 */
export function refresh(name, { now = false } = {}) {
  const element = region(name);
  const work = under.get(element) ?? { timer: 0, busy: false, again: false, now: false, failures: 0 };
  under.set(element, work);
  work.again = true;
  work.now ||= now; // what the person asked for is not put off by an event that comes after it
  if (work.busy || (work.timer && !work.failures)) return;
  after(GATHER_MS, element, work);
}

/**
 * @param {number} wait in ms
 * @param {HTMLElement} element
 * @param {Work} work
 */
function after(wait, element, work) {
  clearTimeout(work.timer);
  work.timer = window.setTimeout(() => void fetchNow(element, work), wait);
}

/**
 * Draw a region again at once, also under the pointer: the person asked for it.
 * @param {string} name
 * @param {string} [src] a new address for it
 */
export async function load(name, src) {
  const element = region(name);
  if (src !== undefined) element.dataset.src = src;
  await draw(element, (html) => swap(element, html, { now: true }), true);
}

/**
 * Draw one part of a region again at once, also under the pointer; the rest follows when the pointer is elsewhere.
 * @param {string} name
 * @param {string} part a selector
 */
export async function loadPart(name, part) {
  const element = region(name);
  try {
    await draw(element, (html) => swapPart(element, html, part), true);
  } finally {
    refresh(name); // which goes on trying
  }
}

/**
 * Several askings may be under way at once, by events and by the person: an answer that was asked for earlier is not drawn over a later one.
 * @param {HTMLElement} element
 * @param {(html: string) => unknown} show
 * @param {boolean} now `show` draws under the pointer, too
 */
async function draw(element, show, now) {
  const number = ++asked;
  const wanted = element.dataset.src ?? "";
  const html = await fragment(wanted);
  if (element.dataset.src !== wanted) return;
  if ((answered.get(element) ?? 0) > number) {
    const later = waiting.get(element); // by an event, put off while the pointer is there: the person asked, and sees it now
    if (now && later !== undefined) show(later);
    return;
  }
  answered.set(element, number);
  show(html);
}

/**
 * Draw a region again whenever such events happen.
 * @param {import("./stream.js").Stream} stream
 * @param {string} name
 * @param {string[]} prefixes of event types
 * @param {(event: import("./stream.js").LiveEvent) => boolean} [wanted]
 */
export function refreshOn(stream, name, prefixes, wanted = () => true) {
  for (const prefix of prefixes) stream.on(prefix, (event) => wanted(event) && refresh(name));
}

/**
 * As `refreshOn`, also under the pointer: for rows that stay where they are while their figures move.
 * @param {import("./stream.js").Stream} stream
 * @param {string} name
 * @param {string[]} prefixes of event types
 */
export function followOn(stream, name, prefixes) {
  for (const prefix of prefixes) stream.on(prefix, () => refresh(name, { now: true }));
}

/**
 * @param {HTMLElement} element
 * @param {Work} work
 */
async function fetchNow(element, work) {
  const now = work.now;
  Object.assign(work, { timer: 0, busy: true, again: false, now: false });
  try {
    await draw(element, (html) => swap(element, html, { now }), now);
    work.failures = 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    element.dataset.stale = error.message; // the old content stays; the line at the top says that we are offline
    work.failures = passes(error) && element.isConnected ? work.failures + 1 : 0;
    work.now ||= now;
  } finally {
    work.busy = false;
    if (work.again) refresh(element.dataset.region ?? "", { now: work.now });
    else if (work.failures) after(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (work.failures - 1)), element, work);
  }
}

/**
 * @param {Problem} problem
 * @returns {boolean} whether it may be over in a moment: no answer, too many requests, a service in trouble
 */
function passes(problem) {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

/**
 * Show new HTML in a region.
 * @param {HTMLElement} element
 * @param {string} html
 * @param {{now?: boolean}} [options] `now`: also under the pointer
 * @returns {boolean} whether it is shown (false: it waits, or nothing changed)
 */
export function swap(element, html, { now = false } = {}) {
  delete element.dataset.stale;
  const fresh = parsed(html);
  const next = signature(fresh);
  const before = shown.get(element) ?? signature(element);
  if (next === before) {
    forget(element);
    return false;
  }
  if (!now && inUse(element)) {
    waiting.set(element, html);
    element.dataset.waiting = "";
    return false;
  }
  forget(element);
  const top = element.scrollTop;
  morph(element, fresh);
  element.scrollTop = top;
  shown.set(element, next);
  element.dispatchEvent(new CustomEvent("region:swapped", { bubbles: true }));
  return true;
}

/**
 * @param {HTMLElement} element
 * @param {string} html of the whole region
 * @param {string} part a selector
 */
function swapPart(element, html, part) {
  const [old, fresh] = [element, parsed(html)].map((whole) => whole.querySelector(part));
  if (!old || !fresh) return swap(element, html);
  forget(element);
  shown.delete(element); // neither what was shown before nor the whole of this
  update(old, fresh);
  element.dispatchEvent(new CustomEvent("region:swapped", { bubbles: true }));
}

/**
 * @param {string} html written and escaped by our own server
 * @returns {HTMLElement} that holds it
 */
function parsed(html) {
  const fresh = document.createElement("div");
  fresh.append(document.createRange().createContextualFragment(html));
  return fresh;
}

/** @param {HTMLElement} element */
function forget(element) {
  waiting.delete(element);
  delete element.dataset.waiting;
}

/**
 * @param {HTMLElement} element
 * @returns {boolean} whether a change would move something under the pointer or take away what is being written
 */
function inUse(element) {
  if (matchMedia("(hover: hover)").matches && element.matches(":hover")) return true;
  const active = document.activeElement;
  return active instanceof Element && element.contains(active) && active.matches(FIELDS) && edited(active);
}

/** @param {Event} event */
function release(event) {
  const element = event.target instanceof Element ? event.target.closest("[data-region]") : null;
  if (!(element instanceof HTMLElement)) return;
  // After the event: focus and pointer are then where they go.
  setTimeout(() => {
    const html = waiting.get(element);
    if (html !== undefined) swap(element, html);
  }, 0);
}

document.addEventListener("pointerout", release);
document.addEventListener("focusout", release);
