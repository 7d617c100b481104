/** Drafts: they stream in, are used, edited or dismissed; and they hold still from the moment the agent writes. */
import { freshId, Problem, send } from "./api.js";
import { makeCase } from "./case-making.js";
import { load, loadPart, refresh, region } from "./regions.js";
import { toastProblem } from "./toast.js";

/** @typedef {{text: string, suggestionId: string|null, part: number|null, copies: boolean}} Inserted */
/** @typedef {(what: Inserted) => Promise<void>|void} Insert may say that the text did not go in: throws Problem */

const SLOW_MS = 8000;
/** @type {Insert} */
let put = () => {};
let growing = { id: "", attempt: 0, text: "" };
let slow = 0;
/** @type {Set<string>} drafts that were on the screen */
const seen = new Set();

/** @param {Insert} insert */
export function inserts(insert) {
  put = insert;
}

const section = () => /** @type {HTMLElement|null} */ (region("panel").querySelector(".part.reply"));
const slot = () => section()?.querySelector(".slot");
const frozen = () => section()?.querySelector(".slot[data-kept]") ?? null;
const copies = () => region("panel").querySelector(".copilot")?.hasAttribute("data-copies") ?? false;

/**
 * Put words where the agent writes.
 * @param {string} text
 * @param {string|null} [suggestionId] where they come from
 * @param {number|null} [part]
 * @returns {Promise<void>} throws Problem when they did not go in
 */
export async function insert(text, suggestionId = null, part = null) {
  await put({ text, suggestionId, part, copies: copies() });
}

/** @param {string} id @param {Record<string, unknown>} what */
export async function decide(id, what) {
  await send("POST", `/v1/suggestions/${encodeURIComponent(id)}/decisions`, { id: freshId(), ...what });
}

/**
 * A button of a draft.
 * @param {HTMLElement} button
 * @param {string} what
 */
export async function act(button, what) {
  const draft = button.closest(".draft");
  if (!(draft instanceof HTMLElement)) return;
  const id = draft.dataset.suggestion ?? "";
  if (what === "edit") return edit(draft);
  if (what === "case") return makeCase(draft);
  if (what === "back") return redraw();
  if (what === "newer") return redraw();
  if (what === "use") await use(id, draft.dataset.text ?? "");
  if (what === "mine") return insert(button.dataset.mine ?? "", id);
  if (what === "edited") await useEdited(draft, id);
  if (what === "dismiss") await decide(id, { action: "dismissed" });
  if (what === "reason") await decide(id, { action: "dismissed", reason: button.dataset.reason });
  if (what === "anew") await request(draft.dataset.kind ?? "reply");
  await redraw();
}

/** @param {string} kind @param {boolean} [fresh] on what articles and records say now */
export async function request(kind, fresh = false) {
  const id = /** @type {HTMLElement|null} */ (region("panel").querySelector(".copilot"))?.dataset.id ?? "";
  await send("POST", `/v1/conversations/${encodeURIComponent(id)}/suggestions`, fresh ? { kinds: [kind], fresh } : { kinds: [kind] });
  if (fresh) thaw();
  await load("panel");
}

/** @param {string} id @param {string} text */
async function use(id, text) {
  await insert(text, id);
  await decide(id, { action: "used" });
}

/** @param {HTMLElement} draft @param {string} id */
async function useEdited(draft, id) {
  const field = draft.querySelector("textarea");
  const text = field?.value.trim() ?? "";
  if (!text) return field?.focus();
  if (text === draft.dataset.text) return use(id, text);
  await insert(text, id);
  await decide(id, { action: "edited", text });
}

/** The draft becomes a field, in its place; from now on it holds still. @param {HTMLElement} draft */
function edit(draft) {
  const field = document.createElement("textarea");
  const row = document.createElement("div");
  field.value = draft.dataset.text ?? "";
  field.className = "draft-field";
  field.dir = "auto";
  field.setAttribute("aria-label", "The draft, as you want it");
  row.className = "actions";
  row.append(button("Use my version", "edited", "primary"), button("Back to the draft", "back", "quiet"));
  hold();
  field.style.setProperty("min-block-size", `${draft.querySelector(".draft-text")?.getBoundingClientRect().height ?? 120}px`);
  draft.replaceChildren(field, row);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") void redraw().catch(toastProblem);
  });
  field.focus();
}

/** @param {string} label @param {string} what @param {string} style */
function button(label, what, style) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.dataset.act = what;
  made.className = style;
  return made;
}

/** What is there stays as it is, whatever comes. */
function hold() {
  slot()?.setAttribute("data-kept", "");
}

/** The agent writes: what they read does not change under them. @param {Event} event */
export function typed(event) {
  const detail = event instanceof CustomEvent ? event.detail : null;
  if (detail?.empty) return thaw();
  if (section()?.querySelector(".draft[data-main][data-suggestion]")) hold();
}

/** Drafts may change again. */
export function thaw() {
  if (frozen()?.querySelector("textarea")) return;
  frozen()?.removeAttribute("data-kept");
  offer("");
}

/** Show the draft as it is now, also under the pointer: the person asked for it. */
async function redraw() {
  slot()?.removeAttribute("data-kept");
  offer("");
  await loadPart("panel", ".part.reply");
}

/** What happens to drafts, live. @param {import("./stream.js").LiveEvent} event */
export function follow(event) {
  const { data } = event;
  if (event.type === "suggestion.delta") return data.kind === "reply" ? grow(data) : undefined;
  if (event.type === "suggestion.decided") return data.own ? undefined : refresh("panel");
  if (event.type === "suggestion.ready" && (data.kind === "reply" || data.kind === "acknowledge")) {
    if (frozen()) {
      if (data.kind === "reply") offer("A newer draft is ready.", true);
      return refresh("panel");
    }
    return void loadPart("panel", ".part.reply").catch(triedAgain);
  }
  refresh("panel");
}

/** The person asked for nothing, and the region is drawn as soon as the service answers. @param {unknown} error */
function triedAgain(error) {
  if (!(error instanceof Problem)) throw error;
}

/** @param {{suggestion: string, attempt: number, offset: number, text: string}} data */
function grow(data) {
  if (growing.id !== data.suggestion || growing.attempt !== data.attempt) growing = { id: data.suggestion, attempt: data.attempt, text: "" };
  growing.text = growing.text.slice(0, data.offset) + data.text;
  show();
}

/** The text so far, as text. */
function show() {
  const place = section()?.querySelector("[data-stream]");
  if (!place || !growing.text) return;
  place.textContent = growing.text;
  place.closest(".draft")?.classList.add("begun");
}

/** After every redraw: go on streaming, say that a newer draft is there, note what is seen. */
export function settled() {
  const part = section();
  clearTimeout(slow);
  if (!part) return;
  const writing = part.querySelector(".draft.writing");
  if (writing) {
    show();
    slow = window.setTimeout(() => writing.classList.add("late"), SLOW_MS);
  }
  const held = frozen()?.querySelector("[data-suggestion]");
  const newest = part.dataset.latest ?? "";
  if (held instanceof HTMLElement && held.dataset.suggestion !== newest && held.dataset.kind === "reply") {
    offer(newest ? "A newer draft is ready." : "They wrote again. A newer draft is on its way.", newest !== "");
  } else offer("");
  for (const draft of part.querySelectorAll(".draft[data-main][data-suggestion]")) note(/** @type {HTMLElement} */ (draft).dataset.suggestion ?? "");
}

/** @param {string} words empty: nothing to say @param {boolean} [ready] */
function offer(words, ready = false) {
  const place = section()?.querySelector(".newer");
  if (!place || place.firstChild?.textContent === words) return;
  if (!words) return place.replaceChildren();
  const said = document.createElement("span");
  said.textContent = words;
  place.replaceChildren(said);
  if (!ready) return;
  const look = button("Show it", "newer", "slim");
  look.addEventListener("click", () => void redraw().catch(toastProblem));
  place.append(look);
}

/** The draft is on the screen; the first time counts. @param {string} id */
function note(id) {
  if (!id || seen.has(id) || document.visibilityState !== "visible") return;
  seen.add(id);
  send("POST", `/v1/suggestions/${encodeURIComponent(id)}/seen`, { what: "displayed" }).catch(() => seen.delete(id));
}
