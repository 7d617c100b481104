/** Saved replies: written and changed in a dialog. */
import { act, listen, part } from "./acting.js";
import { send } from "./api.js";
import { ask, openDialog } from "./dialog.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { load, refreshOn } from "./regions.js";
import { Stream } from "./stream.js";
import { toast, toastProblem } from "./toast.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "replies", ["saved_reply.", "fact.published"]);
void stream.start();

const form = /** @type {HTMLFormElement} */ (part(document, "[data-reply]"));
form.dataset.key = "reply";
/** @type {{id: string, version: number, owner: string, tags: string[]}|null} the one that is changed */
let open = null;

/** @param {HTMLElement|null} row */
function show(row) {
  form.reset();
  open = row ? { id: row.dataset.id ?? "", version: Number(row.dataset.version), owner: row.dataset.owner ?? "", tags: JSON.parse(row.dataset.tags ?? "[]") } : null;
  for (const name of ["title", "shortcut", "locale"]) field(name).value = row?.dataset[name] ?? "";
  field("text").value = row ? (part(row, "[data-text]").textContent ?? "") : "";
  part(form, "[data-act='remove']").hidden = !row;
  openDialog("reply");
}

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

listen({
  new: () => show(null),
  edit: (row) => show(row),
  async remove(_, button) {
    if (!open || !(await ask("Remove this reply? Agents cannot insert it any more.", "Remove it"))) return;
    const { id } = open;
    if (await act(button, () => send("DELETE", `/v1/saved-replies/${encodeURIComponent(id)}`), "Removed.")) await done();
  },
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void save().catch(toastProblem);
});

async function save() {
  const body = { title: field("title").value, shortcut: field("shortcut").value, locale: field("locale").value.trim(), text: field("text").value };
  if (open) await send("PUT", `/v1/saved-replies/${encodeURIComponent(open.id)}`, { ...body, owner: open.owner, tags: open.tags, version: open.version });
  else await send("POST", "/v1/saved-replies", body);
  toast("Saved.");
  await done();
}

async function done() {
  form.closest("dialog")?.close();
  await load("replies");
}
