/** The copilot's panel: listens, redraws, opens tools and sources. What happens to drafts is in reply.js, tools are in tools.js. */
import { fragment } from "./api.js";
import { makeCase, offerMarking } from "./case-making.js";
import { openDialog } from "./dialog.js";
import { flag, hearBack } from "./flags.js";
import { addKey } from "./keys.js";
import { load, refresh, region } from "./regions.js";
import { toastProblem } from "./toast.js";
import { act, follow, inserts, settled, thaw, typed } from "./reply.js";
import { clicked, submitted } from "./tools.js";

const CHANGES = ["evidence.", "turn.", "conversation.", "message.", "promise.", "memory.", "grant.", "question.", "customer."];
/** Tools that the person has open, kept over redraws. @type {Set<string>} */
const opened = new Set();

/** @returns {HTMLElement|null} the panel's inside, while a conversation is open in it */
export function panel() {
  return document.querySelector("[data-region='panel'] .copilot");
}

/**
 * Keep a panel alive.
 * @param {import("./stream.js").Stream} stream
 * @param {import("./reply.js").Insert} insert puts text where the agent writes
 */
export function mount(stream, insert) {
  inserts(insert);
  const root = region("panel");
  const here = (/** @type {import("./stream.js").LiveEvent} */ event) => event.data.conversation === panel()?.dataset.ref;
  for (const prefix of ["handover.", "message.", "suggestion.ready"]) stream.on(prefix, (event) => here(event) && opened.has("handover") && refresh("handover"));
  for (const prefix of CHANGES) stream.on(prefix, (event) => here(event) && refresh("panel"));
  stream.on("suggestion.", (event) => here(event) && follow(event));
  stream.on("message.", (event) => here(event) && event.data.own && thaw());
  stream.on("handover.", (event) => here(event) && opened.has("handover") && refresh("handover"));
  hearBack(stream);
  root.addEventListener("click", (event) => void pressed(event));
  root.addEventListener("submit", (event) => void submitted(event));
  root.addEventListener("region:swapped", () => (restore(), settled()));
  for (const kind of ["pointerover", "focusin"]) root.addEventListener(kind, readOut);
  for (const kind of ["pointerout", "focusout"]) root.addEventListener(kind, hideReadOut);
  document.addEventListener("copilot:typed", (event) => typed(event));
  offerMarking(makeCase);
  keys();
  settled();
}

function keys() {
  const main = (/** @type {string} */ what) => () => panel()?.querySelector(`[data-main] [data-act="${what}"]`);
  for (const [key, what, label] of [["u", "use", "Use the draft"], ["e", "edit", "Edit the draft"], ["x", "dismiss", "Dismiss the draft"]]) {
    const button = main(what);
    addKey({ key, label, group: "Copilot", when: () => button() instanceof HTMLElement, run: () => /** @type {HTMLElement} */ (button()).click() });
  }
  const draft = () => panel()?.querySelector(".draft[data-main][data-suggestion]");
  addKey({ key: "m", label: "Make a case of the draft", group: "Copilot", when: () => draft() instanceof HTMLElement, run: () => makeCase(/** @type {HTMLElement} */ (draft())) });
  for (const [key, name, label] of [["q", "questions", "Questions worth asking"], ["o", "options", "Ways out"], ["i", "ask", "Inquire of knowledge and history"], ["h", "handover", "Hand over"]]) {
    addKey({ key, label, group: "Copilot", when: () => panel() !== null, run: () => toggle(name, !opened.has(name), true) });
  }
}

/** @param {Event} event */
async function pressed(event) {
  const target = event.target instanceof Element ? event.target.closest("button") : null;
  if (!target) return;
  const { tool, toolOpen, source } = target.dataset;
  try {
    if (tool) toggle(tool, !opened.has(tool));
    else if (toolOpen) toggle(toolOpen, true, true, target.dataset.focus);
    else if (source) await openSource(source);
    else if (target.dataset.flags) await flag(target);
    else if (target.dataset.act) await act(target, target.dataset.act);
    else await clicked(target);
  } catch (error) {
    toastProblem(error);
  }
}

/**
 * @param {string} name
 * @param {boolean} open
 * @param {boolean} [focus] put the cursor into its first field
 * @param {string} [part] of the tool
 */
function toggle(name, open, focus = false, part = "") {
  opened.clear();
  if (open) opened.add(name);
  restore();
  const tool = document.getElementById(`tool-${name}`);
  if (!open || !tool) return;
  if (name === "handover") void load("handover").catch(toastProblem);
  const within = part ? tool.querySelector(`.${part}, .${part}-form`) : tool;
  if (focus) /** @type {HTMLElement|null} */ (within?.querySelector("input, textarea, button"))?.focus({ preventScroll: true });
  (within ?? tool).scrollIntoView({ block: "nearest" });
}

/** Show what was open before a redraw. */
function restore() {
  for (const button of panel()?.querySelectorAll("[data-tool]") ?? []) {
    if (!(button instanceof HTMLElement)) continue;
    const open = opened.has(button.dataset.tool ?? "");
    button.setAttribute("aria-expanded", String(open));
    const tool = document.getElementById(`tool-${button.dataset.tool}`);
    if (tool) tool.hidden = !open;
  }
}

/** @param {string} source its full id */
export async function openSource(source) {
  const query = new URLSearchParams({ conversation: panel()?.dataset.id ?? "", source });
  const html = await fragment(`/desk/f/source?${query}`);
  let dialog = document.getElementById("source");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "source";
    dialog.setAttribute("aria-labelledby", "source-title");
    dialog.addEventListener("click", (event) => void pressed(event));
    document.body.append(dialog);
  }
  dialog.replaceChildren(document.createRange().createContextualFragment(html)); // written and escaped by our own server
  openDialog("source");
}

/** @param {Event} event */
function readOut(event) {
  const dot = event.target instanceof Element ? event.target.closest(".dot") : null;
  const place = dot?.closest(".curve")?.querySelector(".readout");
  if (!(dot instanceof SVGElement) || !(place instanceof HTMLElement)) return;
  const lines = [dot.dataset.head, dot.dataset.said && `“${dot.dataset.said}”`, dot.dataset.why].map((text, at) => {
    const line = document.createElement("p");
    line.className = ["strong", "", "small muted"][at];
    line.dir = "auto";
    line.textContent = text ?? "";
    return line;
  });
  place.replaceChildren(...lines);
  place.hidden = false;
}

/** @param {Event} event */
function hideReadOut(event) {
  const place = event.target instanceof Element ? event.target.closest(".curve")?.querySelector(".readout") : null;
  if (place instanceof HTMLElement) place.hidden = true;
}
