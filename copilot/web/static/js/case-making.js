/** A case is born: words of a draft, marked with the mouse or chosen from its sentences, and whether they must or must not be said. */
import { send } from "./api.js";
import { openDialog } from "./dialog.js";
import { toast, toastProblem } from "./toast.js";

/** @typedef {"must"|"must_not"} Side */
/** @typedef {(draft: HTMLElement, words: string, side: Side) => unknown} Marked */

/** What a case of a kind is about most often. @type {Record<string, string>} */
const ABILITIES = { acknowledge: "empathy", cue: "de-escalation", questions: "questions", options: "options", handover: "handover" };
const LEAST = 2;
const GAP = 6;

/** @param {string} text @returns {string[]} its sentences, each as it stands there */
function sentences(text) {
  const found = [...new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)];
  return found.map((one) => one.segment.trim()).filter((one) => /[\p{L}\p{N}]/u.test(one));
}

/** @returns {{draft: HTMLElement, words: string, range: Range}|null} what is marked in a draft, without the numbers of its sources */
function marked() {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const place = range.commonAncestorContainer;
  const text = (place instanceof Element ? place : place.parentElement)?.closest(".draft-text");
  const draft = text?.closest(".draft");
  if (!(draft instanceof HTMLElement) || draft.dataset.text === undefined) return null;
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  for (const mark of copy.querySelectorAll(".cite, .unsure-mark, .visually-hidden")) mark.remove();
  const words = (copy.textContent ?? "").trim();
  return words.length < LEAST ? null : { draft, words, range };
}

/**
 * Offer two buttons beside words that are marked in a draft.
 * @param {Marked} then
 */
export function offerMarking(then) {
  const bar = document.createElement("div");
  bar.className = "marking";
  bar.hidden = true;
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Make a case of the marked words");
  for (const [side, label] of /** @type {[Side, string][]} */ ([["must", "Must be said"], ["must_not", "Must not be said"]])) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "slim";
    button.textContent = label;
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the words stay marked
    button.addEventListener("click", () => {
      const found = marked();
      hide();
      if (found) void then(found.draft, found.words, side);
    });
    bar.append(button);
  }
  document.body.append(bar);
  const hide = () => void (bar.hidden = true);
  const show = () => {
    const found = marked();
    if (!found) return hide();
    const box = found.range.getBoundingClientRect();
    bar.hidden = false;
    const room = document.documentElement.clientWidth - bar.offsetWidth - GAP;
    bar.style.setProperty("left", `${Math.max(GAP, Math.min(box.left, room))}px`);
    const below = box.bottom + GAP + bar.offsetHeight < innerHeight;
    bar.style.setProperty("top", `${below ? box.bottom + GAP : Math.max(GAP, box.top - GAP - bar.offsetHeight)}px`);
  };
  document.addEventListener("pointerup", () => setTimeout(show, 0));
  document.addEventListener("keyup", (event) => event.shiftKey && show());
  document.addEventListener("selectionchange", () => document.getSelection()?.isCollapsed && hide());
  document.addEventListener("scroll", hide, { capture: true, passive: true });
}

/**
 * Open the dialog for a draft of the desk.
 * @param {HTMLElement} draft
 * @param {string} [words] those that are marked; without them its sentences are offered
 * @param {Side} [side]
 */
export function makeCase(draft, words = "", side = "must_not") {
  const dialog = openDialog("case");
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  form.reset();
  form.dataset.suggestion = draft.dataset.suggestion ?? "";
  const offered = words ? [words] : sentences(draft.dataset.text ?? "");
  form.querySelector("[data-words]")?.replaceChildren(...offered.map((one, number) => choice(one, number === 0)));
  field(form, "ability").value = ABILITIES[draft.dataset.kind ?? ""] ?? "honesty";
  for (const radio of form.querySelectorAll("[name=side]")) if (radio instanceof HTMLInputElement) radio.checked = radio.value === side;
  /** @type {HTMLElement|null} */ (form.querySelector("[name=words], [name=side]:checked"))?.focus();
}

/** @param {string} text @param {boolean} first */
function choice(text, first) {
  const label = document.createElement("label");
  const radio = document.createElement("input");
  const words = document.createElement("span");
  label.className = "check";
  radio.type = "radio";
  radio.name = "words";
  radio.value = text;
  radio.checked = first;
  words.dir = "auto";
  words.textContent = text;
  label.append(radio, words);
  return label;
}

/** @param {HTMLFormElement} form @param {string} name */
const field = (form, name) => /** @type {HTMLInputElement|HTMLSelectElement} */ (form.elements.namedItem(name));

/** @param {string} text @returns {string[]} */
export const tagsOf = (text) => text.split(",").map((one) => one.trim()).filter(Boolean);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-case-form]")) return;
  event.preventDefault();
  void made(form);
});

/** @param {HTMLFormElement} form */
async function made(form) {
  const button = form.querySelector("button.primary");
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  const given = new FormData(form);
  const told = Object.fromEntries(["words", "side", "ability", "severity", "why"].map((name) => [name, given.get(name) ?? ""]));
  try {
    await send("POST", "/v1/quality/cases", { suggestion_id: form.dataset.suggestion, ...told, tags: tagsOf(String(given.get("tags") ?? "")) });
    form.closest("dialog")?.close();
    toast("A case. It counts once somebody who looks after quality has read it.");
  } catch (error) {
    toastProblem(error);
  } finally {
    button?.removeAttribute("aria-busy");
  }
}
