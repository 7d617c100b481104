/** The keyboard map of a page: one place that knows all keys, shows them in the help, and lets them be switched off. */
import { openDialog } from "./dialog.js";

const SETTING = "copilot.keys";
const TYPING = "input, textarea, select, [contenteditable=''], [contenteditable='true']";

/**
 * @typedef {object} Key
 * @property {string} key as `KeyboardEvent.key` names it: "u", "?", "ArrowDown"; with "Control+" before it, it acts while typing too
 * @property {string} label what it does, as a verb: "Use the reply"
 * @property {string} [group] under which heading the help shows it
 * @property {(event: KeyboardEvent) => void} run
 * @property {() => boolean} [when] whether it has something to do now
 */

/** @type {Key[]} */
const keys = [];

/**
 * @param {Key} key
 * @returns {() => void} takes it away again
 */
export function addKey(key) {
  if (key.key === "Enter" || key.key === " ") throw new Error("Enter and space never act by themselves.");
  keys.push(key);
  return () => void keys.splice(keys.indexOf(key), 1);
}

/** @returns {boolean} whether single letters act */
export function lettersOn() {
  return read() !== "off";
}

/** @param {boolean} on */
export function switchLetters(on) {
  try {
    localStorage.setItem(SETTING, on ? "on" : "off");
  } catch {
    // A frame without storage: the switch holds until the page is left.
    document.documentElement.dataset.keys = on ? "on" : "off";
  }
}

function read() {
  try {
    return localStorage.getItem(SETTING) ?? "on";
  } catch {
    return document.documentElement.dataset.keys ?? "on";
  }
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const name = (event.ctrlKey ? "Control+" : "") + event.key;
  const letter = !event.ctrlKey && event.key.length === 1;
  const typing = event.target instanceof Element && event.target.closest(TYPING) !== null;
  if (typing && !event.ctrlKey) return;
  if (letter && event.key !== "?" && !lettersOn()) return;
  const found = keys.findLast((key) => key.key === name && (key.when?.() ?? true));
  if (!found) return;
  event.preventDefault();
  found.run(event);
}

/** Write the list of keys into the help. */
function describe() {
  const list = document.querySelector("[data-keys]");
  if (!list) return;
  const groups = new Map();
  for (const key of keys) groups.set(key.group ?? "Everywhere", [...(groups.get(key.group ?? "Everywhere") ?? []), key]);
  list.replaceChildren();
  for (const [group, members] of groups) {
    const heading = document.createElement("h3");
    const lines = document.createElement("dl");
    heading.className = "keys-group";
    heading.textContent = group;
    lines.append(...members.map(line));
    list.append(heading, lines);
  }
}

/** @param {Key} key */
function line(key) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const said = document.createElement("dd");
  for (const part of key.key.replace("Control", "Ctrl").replace("Arrow", "").split("+")) {
    const cap = document.createElement("kbd");
    cap.textContent = { Up: "↑", Down: "↓", Left: "←", Right: "→", Escape: "Esc" }[part] ?? part;
    term.append(cap);
  }
  said.textContent = key.label;
  row.append(term, said);
  return row;
}

export function help() {
  describe();
  openDialog("help");
}

document.addEventListener("keydown", pressed);
// What another person will read goes by its button: Enter in a field of such a form does nothing.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.form?.hasAttribute("data-by-button")) event.preventDefault();
});
addKey({ key: "?", label: "Show the keys", run: help });
const lever = document.querySelector("[data-keys-switch]");
if (lever instanceof HTMLInputElement) {
  lever.checked = lettersOn();
  lever.addEventListener("change", () => switchLetters(lever.checked));
}
document.querySelector("[data-opens='help']")?.addEventListener("click", describe);
