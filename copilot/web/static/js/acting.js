/** What rows of a list can do: one action at a time, the list drawn again, the focus on what comes next. */
import { load } from "./regions.js";
import { toast, toastProblem } from "./toast.js";

/**
 * Do something to a row and draw its region again. Failures are said in their own words; the row then stays as it was.
 * @param {HTMLElement} button pressed
 * @param {() => Promise<unknown>} work
 * @param {string} [said] shown once it is done
 * @returns {Promise<boolean>} whether it worked
 */
export async function act(button, work, said = "") {
  if (button.getAttribute("aria-busy") === "true") return false;
  button.setAttribute("aria-busy", "true");
  const place = placeOf(button);
  try {
    await work();
  } catch (error) {
    toastProblem(error);
    return false;
  } finally {
    button.removeAttribute("aria-busy");
  }
  if (said) toast(said);
  if (place) {
    await load(place.region).catch(toastProblem);
    focusOn(place);
  }
  return true;
}

/**
 * @param {HTMLElement} button
 * @returns {{region: string, row: string, next: string}|null} where one was, and the row after it
 */
function placeOf(button) {
  const region = button.closest("[data-region]");
  const row = button.closest("li[data-key]");
  if (!(region instanceof HTMLElement)) return null;
  const rows = [...region.querySelectorAll("li[data-key]")];
  const after = row ? (rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1]) : null;
  return { region: region.dataset.region ?? "", row: row?.getAttribute("data-key") ?? "", next: after?.getAttribute("data-key") ?? "" };
}

/** Keyboards go on where they were, else with the next row, else at the region's heading. @param {{region: string, row: string, next: string}} place */
function focusOn({ region, row, next }) {
  const element = document.querySelector(`[data-region="${CSS.escape(region)}"]`);
  if (!element || (document.activeElement !== document.body && document.activeElement?.isConnected)) return;
  const find = (/** @type {string} */ key) => (key ? element.querySelector(`li[data-key="${CSS.escape(key)}"]`) : null);
  const target = (find(row) ?? find(next))?.querySelector("button:not([hidden]), a[href], summary") ?? element.querySelector("h2");
  if (target instanceof HTMLElement) {
    if (target.tagName === "H2") target.tabIndex = -1;
    target.focus({ preventScroll: false });
  }
}

/**
 * Clicks on `[data-act]` by name; the row is the page where the button stands in none.
 * @param {Record<string, (row: HTMLElement, button: HTMLElement) => unknown>} actions
 */
export function listen(actions) {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    if (!(button instanceof HTMLElement)) return;
    const row = button.closest("li[data-key]") ?? button.closest("[data-key]") ?? document.body;
    const run = actions[button.dataset.act ?? ""];
    if (row instanceof HTMLElement && run) void run(row, button);
  });
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function part(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`There is no ${selector}.`);
  return found;
}

/** @param {Date} at @returns {string} for a field of date and time, in the viewer's zone */
export function forField(at) {
  const here = new Date(at.getTime() - at.getTimezoneOffset() * 60000);
  return here.toISOString().slice(0, 16);
}
