/** A draft: written, sent for review, read by a second person, published. */
import { listen, part } from "./acting.js";
import { Problem, send } from "./api.js";
import { ask } from "./dialog.js";
import { Editor } from "./editor.js";
import { addKey } from "./keys.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn, region } from "./regions.js";
import { remarks, settle } from "./remarks.js";
import { Stream } from "./stream.js";
import { toast, toastProblem } from "./toast.js";
import { chosenTime } from "./zoned.js";

const place = region("draft");
const { draft: id = "", article: about = "" } = place.dataset;
const here = `/knowledge/drafts/${encodeURIComponent(id)}`;
const form = document.querySelector("[data-article-form]");
const editor = form instanceof HTMLFormElement ? new Editor(form) : null;
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "draft", ["article.draft", "article.saved"], (event) => event.data.subject === about);
stream.on("article.draft", ({ data }) => data.draft === id && !(data.own && data.state !== "draft") && editor?.noticed(data.version));
remarks(stream);
void stream.start();

/** @returns {number} the version that is on the screen */
const version = () => editor?.version ?? Number(part(place, "[data-version]").dataset.version);

/**
 * Move the draft on. What is written is saved first.
 * @param {HTMLElement} button
 * @param {string} step
 * @param {() => object} body
 * @param {string} [next] where to go then
 */
async function move(button, step, body, next = `${here}?view=read`) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const more = body();
    if (editor && step !== "discard" && !(await editor.save())) return button.closest("dialog")?.close();
    await send("POST", `/v1/drafts/${encodeURIComponent(id)}/${step}`, { version: version(), ...more });
    editor?.discard();
    location.assign(next);
  } catch (error) {
    if (error instanceof TypeError) return toast(error.message, { bad: true });
    toastProblem(error);
    // Overtaken, or decided by somebody else: the page shows what is so now.
    if (error instanceof Problem && error.status === 409) setTimeout(() => location.assign(here), 1500);
  } finally {
    button.ariaBusy = null;
  }
}

const note = () => /** @type {HTMLTextAreaElement} */ (part(place, "[data-decide] [name='note']")).value.trim();

/** @param {HTMLElement} button */
function sendBack(button) {
  if (note()) return move(button, "review", () => ({ approve: false, note: note() }));
  part(place, "[data-decide] [name='note']").focus();
  return toast("Say what should change.");
}

/** The article was published again meanwhile. */
function update() {
  if (!editor) return location.assign(`${here}?view=write#update`);
  return editor.join(true).catch(toastProblem);
}

/** @param {HTMLElement} button */
async function discard(button) {
  if (!(await ask("Discard this draft? It can still be read, but not gone on with.", "Discard it"))) return;
  await move(button, "discard", () => ({}), "/knowledge");
}

listen({
  settle,
  update,
  save: () => void save(),
  look: () => editor?.look(),
  forget: () => editor?.forget(),
  join: (_, button) => busy(button, () => editor?.joined()),
  unjoin: () => editor?.unjoin(),
  submit: (_, button) => move(button, "submit", () => ({ note: /** @type {HTMLTextAreaElement} */ (part(document, "[data-note]")).value.trim() })),
  publish: (_, button) => move(button, "publish", () => ({ at: chosenTime(part(document, "#publish")) })),
  approve: (_, button) => move(button, "review", () => ({ approve: true, note: note(), publish_at: chosenTime(part(place, "[data-decide]")) })),
  return: (_, button) => sendBack(button),
  discard: (_, button) => discard(button),
});

/** @param {HTMLElement} button @param {() => unknown} work */
async function busy(button, work) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  await Promise.resolve(work()).finally(() => (button.ariaBusy = null));
}

async function save() {
  if (await editor?.save()) toast("Saved.");
}

if (editor) {
  addKey({ key: "Control+s", label: "Save the draft", group: "Writing", run: () => void save() });
  document.addEventListener("click", (event) => {
    const goto = event.target instanceof Element ? event.target.closest("[data-goto]") : null;
    if (goto instanceof HTMLElement) editor.form.go(goto.dataset.goto ?? "", { line: Number(goto.dataset.line ?? 0), lever: goto.dataset.lever });
  });
  if (location.hash === "#update") {
    history.replaceState(null, "", `${here}?view=write`);
    void update();
  }
}
