/** A handover's brief, corrected in place: every part opens as a field where it stands. What is not offered yet is kept for this tab. */
import { send } from "./api.js";
import { load } from "./regions.js";
import { toastProblem } from "./toast.js";

const KEPT = "copilot.brief.";
/** @type {Map<string, Record<string, any>>} where the browser keeps nothing for a framed page */
const memory = new Map();

/** @typedef {{what: string, owner: string, by: string}} Action */

/**
 * @param {HTMLElement} root `[data-handover]`
 * @returns {any} the brief with what was corrected here
 */
export function briefOf(root) {
  return { ...JSON.parse(root.dataset.brief ?? "{}"), ...kept(root) };
}

/** @param {HTMLElement} root forget what was corrected: it was offered */
export function forgetCorrections(root) {
  remember(root, {});
}

/** @param {HTMLElement} root show what was corrected here before */
export function showCorrections(root) {
  const own = kept(root);
  for (const part of root.querySelectorAll("[data-part]")) {
    if (part instanceof HTMLElement && (part.dataset.part ?? "") in own) show(part, own[part.dataset.part ?? ""]);
  }
}

/** @param {HTMLElement} part `[data-part]`: make it a field */
export function edit(part) {
  const root = rootOf(part);
  const words = part.querySelector("[data-words]");
  if (!words || part.querySelector(".editor")) return;
  const name = part.dataset.part ?? "";
  const editor = document.createElement("div");
  editor.className = "editor stack tight";
  const actions = part.dataset.kind === "actions";
  const value = briefOf(root)[name];
  if (actions) editor.append(...(value.length ? value : [blank()]).map(row), button("Add a line", "add", "quiet slim"));
  else editor.append(area(part, part.dataset.kind === "list" ? value.join("\n") : value));
  const foot = document.createElement("div");
  foot.className = "actions";
  foot.append(button("Keep it so", "keep", "slim"), button("Leave it", "leave", "quiet slim"));
  editor.append(foot);
  part.dataset.kept = "";
  words.after(editor);
  /** @type {HTMLElement} */ (words).hidden = true;
  /** @type {HTMLElement|null} */ (editor.querySelector("textarea, input"))?.focus();
}

/**
 * A click inside an open editor.
 * @param {HTMLElement} pressed
 */
export async function pressedInEditor(pressed) {
  const part = pressed.closest("[data-part]");
  if (!(part instanceof HTMLElement)) return;
  const does = pressed.dataset.does;
  if (does === "add") pressed.before(row(blank()));
  else if (does === "remove") pressed.closest(".action-row")?.remove();
  else if (does === "leave") close(part);
  else if (does === "keep") await keep(part);
}

/** @param {HTMLElement} part */
export async function keep(part) {
  const root = rootOf(part);
  const name = part.dataset.part ?? "";
  const value = written(part);
  try {
    if (root.dataset.handover) {
      await send("PATCH", `/v1/handovers/${encodeURIComponent(root.dataset.handover)}`, { brief: { ...briefOf(root), [name]: value } });
      close(part);
      await load("handover");
      return;
    }
  } catch (error) {
    toastProblem(error); // the field stays open with what was written
    return;
  }
  remember(root, { ...kept(root), [name]: value });
  close(part);
  show(part, value);
}

/** @param {HTMLElement} part close its field without keeping */
export function close(part) {
  part.querySelector(".editor")?.remove();
  const words = part.querySelector("[data-words]");
  if (words instanceof HTMLElement) words.hidden = false;
  if (!((part.dataset.part ?? "") in kept(rootOf(part)))) delete part.dataset.kept;
  /** @type {HTMLElement|null} */ (part.querySelector("[data-correct]"))?.focus();
}

/**
 * @param {HTMLElement} part
 * @param {any} value
 */
function show(part, value) {
  const words = part.querySelector("[data-words]");
  if (!words) return;
  part.dataset.kept = "";
  part.dataset.own = "";
  if (part.dataset.kind === "line") return void words.replaceChildren(line("p", value || "Nothing"));
  const list = document.createElement("ul");
  list.className = part.dataset.kind === "actions" ? "todo" : "";
  list.append(...value.map((/** @type {any} */ one) => (typeof one === "string" ? line("li", one) : todo(one))));
  words.replaceChildren(value.length ? list : line("p", "Nothing"));
}

/** @param {Action} action */
function todo(action) {
  const item = line("li", action.what);
  const who = document.createElement("span");
  who.className = "who-when";
  who.textContent = action.owner.replace("{next agent}", "next agent") + (action.by ? ` · ${action.by}` : "");
  item.append(who);
  return item;
}

/**
 * @param {HTMLElement} part
 * @returns {any} what stands in the open field
 */
function written(part) {
  if (part.dataset.kind === "actions") {
    const rows = [...part.querySelectorAll(".action-row")].map((one) => {
      const [what, owner, by] = [...one.querySelectorAll("input")].map((field) => field.value.trim());
      return { what, owner: owner.replace(/^next agent$/i, "{next agent}"), by };
    });
    return rows.filter((one) => one.what);
  }
  const text = part.querySelector("textarea")?.value ?? "";
  return part.dataset.kind === "list" ? text.split("\n").map((one) => one.trim()).filter(Boolean) : text.trim();
}

/** @param {Action} action */
function row(action) {
  const made = document.createElement("div");
  made.className = "action-row";
  const fields = /** @type {const} */ ([["What", action.what], ["Who", action.owner.replace("{next agent}", "next agent")], ["By when", action.by]]);
  for (const [label, value] of fields) {
    const field = document.createElement("input");
    field.value = value;
    field.placeholder = label;
    field.setAttribute("aria-label", label);
    made.append(field);
  }
  const remove = button("×", "remove", "quiet icon");
  remove.setAttribute("aria-label", "Take this line out");
  made.append(remove);
  return made;
}

/** @returns {Action} */
function blank() {
  return { what: "", owner: "next agent", by: "" };
}

/**
 * @param {HTMLElement} part
 * @param {string} value
 */
function area(part, value) {
  const field = document.createElement("textarea");
  field.value = value;
  field.dir = "auto";
  field.rows = Math.min(12, Math.max(2, value.split("\n").length + 1));
  field.setAttribute("aria-label", part.getAttribute("aria-label") ?? "");
  if (part.dataset.kind === "list") field.title = "One line each";
  return field;
}

/**
 * @param {string} text
 * @param {string} does
 * @param {string} style
 */
function button(text, does, style) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = style;
  made.dataset.does = does;
  return made;
}

/**
 * @param {string} tag
 * @param {string} text
 */
function line(tag, text) {
  const made = document.createElement(tag);
  made.dir = "auto";
  made.textContent = text;
  return made;
}

/** @param {Element} element */
function rootOf(element) {
  return /** @type {HTMLElement} */ (element.closest("[data-handover]"));
}

/** @param {HTMLElement} root */
function place(root) {
  return KEPT + (root.dataset.conversation ?? "");
}

/**
 * @param {HTMLElement} root
 * @returns {Record<string, any>} corrections of a brief that is not offered yet
 */
function kept(root) {
  if (root.dataset.handover) return {};
  try {
    return JSON.parse(sessionStorage.getItem(place(root)) ?? "{}");
  } catch {
    return memory.get(place(root)) ?? {};
  }
}

/**
 * @param {HTMLElement} root
 * @param {Record<string, any>} own
 */
function remember(root, own) {
  memory.set(place(root), own);
  try {
    if (Object.keys(own).length) sessionStorage.setItem(place(root), JSON.stringify(own));
    else sessionStorage.removeItem(place(root));
  } catch {
    // A frame without storage: `memory` holds it until the page is left.
  }
}
