/** The acknowledgement of one conversation: shown first, sent by a second key. Enter alone never sends. */
import { freshId, Problem, send } from "./api.js";
import { stream } from "./desk.js";
import { lettersOn } from "./keys.js";
import { refresh } from "./regions.js";
import { toast, toastProblem } from "./toast.js";

const KIND = "acknowledge";
/** @typedef {{ref: string, name: string, suggestion: string}} Whose */
/** @typedef {{id: string, text: string}} Draft */

/** @type {{whose: Whose, draft: Draft|null, key: string, busy: boolean, box: HTMLDialogElement}|null} */
let shown = null;

/** @param {Whose} whose to show it for */
export async function acknowledge(whose) {
  if (shown) return;
  const box = build(whose);
  const mine = { whose, draft: /** @type {Draft|null} */ (null), key: freshId(), busy: false, box };
  shown = mine;
  box.showModal();
  box.focus();
  try {
    const draft = whose.suggestion ? await read(whose.suggestion) : await current(whose.ref);
    if (shown === mine && draft) write(draft);
    else if (shown === mine) await request();
  } catch (error) {
    box.close();
    toastProblem(error);
  }
}

/**
 * @param {string} id
 * @returns {Promise<Draft|null>}
 */
async function read(id) {
  const found = await send("GET", `/v1/suggestions/${encodeURIComponent(id)}`);
  return usable(found);
}

/**
 * @param {string} ref
 * @returns {Promise<Draft|null>} of the turn that waits
 */
async function current(ref) {
  const turn = await send("GET", `/v1/conversations/${encodeURIComponent(ref)}/suggestions`);
  return turn.suggestions.map(usable).findLast((/** @type {Draft|null} */ one) => one !== null) ?? null;
}

/**
 * @param {{id: string, kind: string, state: string, stale: boolean, text: string}} one
 * @returns {Draft|null}
 */
function usable(one) {
  return one.kind === KIND && one.state === "proposed" && !one.stale ? { id: one.id, text: one.text } : null;
}

/** Have one written; it arrives with the stream. */
async function request() {
  if (!shown) return;
  await send("POST", `/v1/conversations/${encodeURIComponent(shown.whose.ref)}/suggestions`, { kinds: [KIND] });
}

stream.on("suggestion.ready", (event) => {
  if (!shown || shown.draft || event.data.conversation !== shown.whose.ref) return;
  const mine = shown;
  current(mine.whose.ref).then((draft) => draft && shown === mine && write(draft), toastProblem);
});

/** @param {Draft} draft */
function write(draft) {
  if (!shown) return;
  shown.draft = draft;
  const place = shown.box.querySelector(".draft");
  if (place instanceof HTMLElement) {
    place.textContent = draft.text;
    place.removeAttribute("aria-busy");
  }
  shown.box.querySelector("[data-send]")?.removeAttribute("aria-disabled");
}

async function dispatch() {
  if (!shown?.draft || shown.busy) return;
  const { whose, draft, key, box } = shown;
  shown.busy = true;
  box.querySelector("[data-send]")?.setAttribute("aria-busy", "true");
  try {
    const body = { text: draft.text, suggestion_id: draft.id };
    await send("POST", `/v1/conversations/${encodeURIComponent(whose.ref)}/answers`, body, { key });
    box.close();
    toast(`Sent to ${whose.name}.`);
    refresh("queue");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (shown) shown.busy = false;
    box.querySelector("[data-send]")?.removeAttribute("aria-busy");
    const said = box.querySelector("[role=alert]");
    if (said instanceof HTMLElement) {
      said.textContent = error.message;
      said.hidden = false;
    }
  }
}

/** Put it into the composer instead, to change it there. */
function edit() {
  if (!shown?.draft) return;
  const { whose, draft, box } = shown;
  box.close();
  document.dispatchEvent(new CustomEvent("copilot:write", { detail: { conversation: whose.ref, text: draft.text, suggestionId: draft.id } }));
}

/**
 * @param {Whose} whose
 * @returns {HTMLDialogElement}
 */
function build(whose) {
  const template = document.getElementById("acknowledging");
  if (!(template instanceof HTMLTemplateElement)) throw new Error("The page has no acknowledgement.");
  const box = /** @type {HTMLDialogElement} */ (template.content.querySelector("dialog")?.cloneNode(true));
  const title = box.querySelector("[data-name]");
  if (title) title.textContent = whose.name;
  box.querySelector("[data-send]")?.addEventListener("click", () => void dispatch());
  box.querySelector("[data-edit]")?.addEventListener("click", edit);
  box.addEventListener("keydown", pressed);
  box.addEventListener("close", () => {
    box.remove();
    if (shown?.box === box) shown = null;
  });
  document.body.append(box);
  return box;
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.repeat || event.altKey || event.isComposing) return;
  const letter = lettersOn() && !event.ctrlKey && !event.metaKey ? event.key : "";
  if (letter === "y" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    void dispatch();
  } else if (letter === "e") {
    event.preventDefault();
    edit();
  }
}
