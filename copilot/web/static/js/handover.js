/**
 * Handing over: offer, accept with a read-back, introduce, give back. Works by delegation wherever `[data-handover]` is shown.
 * The words that introduce both people leave as `copilot:insert` on the document: `{text, suggestionId, part}`.
 */
import { Problem, send } from "./api.js";
import { briefOf, close, edit, forgetCorrections, keep, pressedInEditor, showCorrections } from "./brief.js";
import { load } from "./regions.js";
import { toast, toastProblem } from "./toast.js";

/** @typedef {(root: HTMLElement, pressed: HTMLElement) => Promise<string|void>} Act says what was done */

/** @type {Record<string, Act>} */
const acts = {
  async offer(root) {
    const to = field(root, "[data-to]");
    const [kind, ...rest] = to.value.split(":");
    if (!kind) return missing(to, "Choose who shall take it over.");
    const body = {
      [`to_${kind}`]: rest.join(":"),
      suggestion_id: root.dataset.suggestion || null,
      brief: briefOf(root),
      note: field(root, "[data-note]").value.trim(),
    };
    await send("POST", `/v1/conversations/${encodeURIComponent(root.dataset.conversation ?? "")}/handovers`, body);
    forgetCorrections(root);
    return "Offered. You are told when they take it over.";
  },
  async draft(root) {
    await send("POST", `/v1/conversations/${encodeURIComponent(root.dataset.conversation ?? "")}/suggestions`, { kinds: ["handover"] });
    return "The brief is being written. You can go on meanwhile.";
  },
  async accept(root) {
    const said = field(root, "[data-read-back]");
    if (!said.value.trim()) return missing(said, "Say in a line what you take over and do next.");
    await move(root, "accept", { read_back: said.value.trim() });
    return "It is yours now.";
  },
  async decline(root, pressed) {
    await move(root, "decline", { note: why(pressed) });
    return "Declined. They are told.";
  },
  async return(root, pressed) {
    const ended = pressed.closest("[data-moves]");
    const ident = ended instanceof HTMLElement ? ended.dataset.moves : root.dataset.handover;
    await send("POST", `/v1/handovers/${encodeURIComponent(ident ?? "")}/return`, { note: why(pressed) });
    return root.dataset.role === "offered" ? "Taken back." : "Given back.";
  },
  async introduced(root) {
    await move(root, "introduced", {});
    return "Noted: they know you now.";
  },
  async insert(root) {
    const text = field(root, "[data-introduction]").value.trim();
    const detail = { text, suggestionId: root.dataset.suggestion || null, part: null };
    document.dispatchEvent(new CustomEvent("copilot:insert", { detail }));
  },
  async copy(root) {
    await navigator.clipboard.writeText(field(root, "[data-introduction]").value);
    toast("Copied.");
  },
};

/**
 * @param {HTMLElement} root
 * @param {string} step
 * @param {object} body
 */
async function move(root, step, body) {
  await send("POST", `/v1/handovers/${encodeURIComponent(root.dataset.handover ?? "")}/${step}`, body);
}

/** @param {HTMLElement} pressed a button of `data-hand` */
async function act(pressed) {
  const root = pressed.closest("[data-handover]");
  const run = acts[pressed.dataset.hand ?? ""];
  if (!(root instanceof HTMLElement) || !run || pressed.ariaBusy === "true") return;
  pressed.ariaBusy = "true";
  try {
    const done = await run(root, pressed);
    if (!done) return;
    toast(done);
    await load("handover");
  } catch (error) {
    toastProblem(error);
    if (error instanceof Problem && error.status === 409) await load("handover").catch(toastProblem);
  } finally {
    pressed.ariaBusy = null;
  }
}

/**
 * @param {HTMLElement} root
 * @param {string} selector
 * @returns {HTMLInputElement}
 */
function field(root, selector) {
  return /** @type {HTMLInputElement} */ (root.querySelector(selector));
}

/** @param {HTMLElement} pressed */
function why(pressed) {
  return /** @type {HTMLInputElement|null} */ (pressed.closest("[data-field]")?.querySelector("[data-why]"))?.value.trim() ?? "";
}

/**
 * @param {HTMLInputElement} element
 * @param {string} text
 */
function missing(element, text) {
  element.setAttribute("aria-invalid", "true");
  element.addEventListener("input", () => element.removeAttribute("aria-invalid"), { once: true });
  element.focus();
  toast(text);
}

/** @param {HTMLElement} opener */
function toggle(opener) {
  const shown = opener.closest("[data-handover]")?.querySelector(`[data-field="${opener.dataset.opensField}"]`);
  if (!(shown instanceof HTMLElement)) return;
  shown.hidden = !shown.hidden;
  if (!shown.hidden) shown.querySelector("input")?.focus();
}

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest("[data-handover] button") : null;
  if (!(pressed instanceof HTMLElement)) return;
  const part = pressed.closest("[data-part]");
  if (pressed.dataset.hand) void act(pressed);
  else if (pressed.dataset.opensField) toggle(pressed);
  else if (pressed.dataset.does) void pressedInEditor(pressed);
  else if ("correct" in pressed.dataset && part instanceof HTMLElement) edit(part);
});

document.addEventListener("keydown", (event) => {
  const part = event.target instanceof Element ? event.target.closest(".editor")?.closest("[data-part]") : null;
  if (!(part instanceof HTMLElement)) return;
  if (event.key === "Escape") close(part);
  else if (event.key === "Enter" && event.ctrlKey) void keep(part);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

function corrections() {
  for (const root of document.querySelectorAll("[data-handover][data-role='draft']")) {
    if (root instanceof HTMLElement) showCorrections(root);
  }
}

document.addEventListener("region:swapped", corrections);
corrections();
