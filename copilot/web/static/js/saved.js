/** Saved replies in the composer: a slash and the beginning of a shortcut offers them; Enter puts one in, as if it were typed. */
import { send } from "./api.js";

const SLASH = /(?:^|\s)\/([\p{L}\d-]*)$/u;
const MOST = 8;

/** @typedef {{shortcut: string, title: string, text: string, locale: string}} SavedReply */
/** @type {Promise<SavedReply[]>|null} read once per page */
let known = null;

/** @returns {Promise<SavedReply[]>} */
function replies() {
  known ??= send("GET", "/v1/saved-replies").then((answer) => answer.replies, () => {
    known = null; // next time
    return [];
  });
  return /** @type {Promise<SavedReply[]>} */ (known);
}

/**
 * Offer saved replies where one writes.
 * @param {import("./writing.js").Composer} composer
 */
export function offerSaved(composer) {
  const { field } = composer;
  const list = document.createElement("ul");
  list.className = "saved";
  list.id = `saved-${composer.talk}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Saved replies");
  list.hidden = true;
  field.closest(".paper")?.after(list);
  /** @type {SavedReply[]} */
  let shown = [];
  let at = 0;

  const close = () => {
    list.hidden = true;
    shown = [];
    field.removeAttribute("aria-activedescendant");
    field.removeAttribute("aria-controls");
  };
  const mark = () => {
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const typed = () => SLASH.exec(field.value.slice(0, field.selectionStart));
  const choose = (/** @type {SavedReply} */ reply) => {
    const begun = typed();
    if (!begun) return close();
    const end = field.selectionStart;
    close();
    composer.insert(reply.text, [end - begun[1].length - 1, end]);
  };
  const show = async () => {
    const begun = typed();
    if (!begun || composer.inserting) return close();
    const wanted = begun[1].toLowerCase();
    const all = await replies();
    if (typed()?.[1] !== begun[1]) return;
    shown = all.filter((one) => one.shortcut.startsWith(wanted) || (wanted && one.title.toLowerCase().includes(wanted))).slice(0, MOST);
    at = 0;
    if (!shown.length) return close();
    list.replaceChildren(...shown.map((reply, place) => option(reply, `${list.id}-${place}`, () => choose(reply))));
    list.hidden = false;
    mark();
  };
  field.addEventListener("input", () => void show());
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) at = (at + step + shown.length) % shown.length;
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") choose(shown[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (step) mark();
  });
}

/** @param {SavedReply} reply @param {string} id @param {() => void} choose */
function option(reply, id, choose) {
  const item = document.createElement("li");
  const [code, title, text] = ["code", "span", "span"].map((name) => document.createElement(name));
  item.id = id;
  item.setAttribute("role", "option");
  code.textContent = `/${reply.shortcut}`;
  title.textContent = reply.title;
  text.textContent = reply.text;
  text.className = "small muted truncate";
  item.append(code, title, text);
  item.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the field keeps the focus
    choose();
  });
  return item;
}
