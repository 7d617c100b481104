/** Comments beside an article: words that are selected in its text can be quoted; each comment is settled once. */
import { act, part } from "./acting.js";
import { send } from "./api.js";
import { addKey } from "./keys.js";
import { load, refreshOn } from "./regions.js";
import { toastProblem } from "./toast.js";

const LONGEST = 300;

/** @param {import("./stream.js").Stream} stream */
export function remarks(stream) {
  const form = document.querySelector("[data-remark]");
  if (!(form instanceof HTMLFormElement)) return;
  refreshOn(stream, "remarks", ["article.comment", "article.draft"], (event) => event.data.subject === form.dataset.remark);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void say(form);
  });
  part(form, "[data-unquote]").addEventListener("click", () => quote(form, ""));
  const offer = button(form);
  document.addEventListener("selectionchange", () => place(offer));
  place(offer); // somebody may have been quicker than this script
  addKey({ key: "c", label: "Comment on the words that are selected", group: "Article", run: () => begin(form) });
}

/** @param {HTMLFormElement} form @param {string} words empty: none */
function quote(form, words) {
  const block = part(form, "[data-quote]");
  block.textContent = words;
  block.hidden = part(form, "[data-unquote]").hidden = !words;
}

/** @returns {string} what is selected in the article, as one line; empty: nothing */
function selected() {
  const found = document.getSelection();
  const node = found?.anchorNode;
  const element = node instanceof Element ? node : node?.parentElement;
  if (!found || found.isCollapsed || !element?.closest("[data-quotable]")) return "";
  return found.toString().replace(/\s+/g, " ").trim().slice(0, LONGEST);
}

/** @param {HTMLFormElement} form */
function begin(form) {
  const words = selected();
  if (words) quote(form, words);
  /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text")).focus();
  form.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLFormElement} form @returns {HTMLButtonElement} it stands at what is selected */
function button(form) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "slim quoting";
  made.textContent = "Comment on this";
  made.hidden = true;
  made.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  made.addEventListener("click", () => (begin(form), (made.hidden = true)));
  document.body.append(made);
  return made;
}

/** @param {HTMLButtonElement} offer */
function place(offer) {
  const found = document.getSelection();
  offer.hidden = !selected();
  if (offer.hidden || !found) return;
  const box = found.getRangeAt(0).getBoundingClientRect();
  offer.style.setProperty("inset-block-start", `${Math.round(box.bottom + scrollY + 6)}px`);
  offer.style.setProperty("left", `${Math.round(Math.min(Math.max(8, box.left), innerWidth - 150))}px`);
}

/** @param {HTMLFormElement} form */
async function say(form) {
  const field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
  const button = part(form, "button:not([type])");
  if (button.ariaBusy === "true" || !field.value.trim()) return field.focus();
  button.ariaBusy = "true";
  try {
    const body = { text: field.value, quote: part(form, "[data-quote]").textContent ?? "" };
    await send("POST", `/v1/articles/${path(form.dataset.remark ?? "")}/comments`, body);
    field.value = "";
    quote(form, "");
    await load("remarks");
  } catch (error) {
    toastProblem(error);
  } finally {
    button.ariaBusy = null;
  }
}

/** @param {string} id of an article @returns {string} as part of an address */
export function path(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}

/** @param {HTMLElement} row @param {HTMLElement} button */
export const settle = (row, button) => act(button, () => send("POST", `/v1/comments/${row.dataset.key}/resolve`), "Settled.");
