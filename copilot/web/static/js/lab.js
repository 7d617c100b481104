/** The search lab: search, look, propose a rule; agree to one or retire it. */
import { act, listen, part } from "./acting.js";
import { fragment, send } from "./api.js";
import { openDialog } from "./dialog.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { load, refreshOn, region, swap } from "./regions.js";
import { Stream } from "./stream.js";
import { toast, toastProblem } from "./toast.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "search-rules", ["article.rule"]);
void stream.start();

const asking = /** @type {HTMLFormElement} */ (part(document, "[data-lab]"));
const ruling = /** @type {HTMLFormElement} */ (part(document, "[data-rule]"));
const dialog = /** @type {HTMLDialogElement} */ (part(document, "#rule"));
const field = /** @type {HTMLTextAreaElement} */ (part(asking, "[name=text]"));
const place = region("lab");
let proposed = { action: "pin", passage: "", article: "" };
/** @type {AbortController|null} */
let looking = null;

async function search() {
  const text = field.value.trim();
  if (!text) return;
  looking?.abort();
  looking = new AbortController();
  const { signal } = looking;
  place.ariaBusy = "true";
  try {
    const html = await fragment("/knowledge/lab/f/result", signal, { text, draft_id: String(new FormData(asking).get("draft_id") ?? "") });
    swap(place, html, { now: true });
  } catch (error) {
    if (!signal.aborted) toastProblem(error);
  } finally {
    if (!signal.aborted) place.ariaBusy = null;
  }
}

asking.addEventListener("submit", (event) => {
  event.preventDefault();
  void search();
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  // One line is a question: Enter asks it. In a pasted conversation Enter is a new line, Ctrl Enter searches.
  if (!event.ctrlKey && !event.metaKey && (event.shiftKey || field.value.includes("\n"))) return;
  event.preventDefault();
  void search();
});
part(asking, "[name=draft_id]").addEventListener("change", () => void search());

/**
 * @param {HTMLElement} row of a passage
 * @param {"pin"|"block"} action
 */
function propose(row, action) {
  proposed = { action, passage: row.dataset.key ?? "", article: row.dataset.article ?? "" };
  const title = part(row, "[data-named]").textContent ?? "";
  ruling.reset();
  part(ruling, "[data-title]").textContent = action === "pin" ? "Pin" : "Block";
  part(ruling, "[data-says]").textContent = action === "pin" ? `“${title}” comes first.` : `“${title}” is not used.`;
  const asked = document.querySelector("[data-query]");
  const query = asked instanceof HTMLElement ? (asked.dataset.query ?? "") : "";
  /** @type {HTMLInputElement} */ (part(ruling, "[name=query]")).value = query.replaceAll(/\s+/g, " ").slice(0, 500);
  openDialog("rule");
}

listen({
  pin: (row) => propose(row, "pin"),
  block: (row) => propose(row, "block"),
  activate: (row, button) =>
    act(button, () => send("POST", `/v1/search-rules/${row.dataset.key}/activate`), "In force: the next search obeys it.").then((done) => done && search()),
  retire: (row, button) => act(button, () => send("POST", `/v1/search-rules/${row.dataset.key}/retire`), "Retired.").then((done) => done && search()),
});

ruling.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(ruling);
  const { action, passage, article } = proposed;
  const body = { query: given.get("query"), passage_id: given.get("whole") ? article : passage, action, note: given.get("note") };
  send("POST", "/v1/search-rules", body)
    .then(async () => {
      dialog.close();
      toast("Proposed. It counts once a second person agrees.");
      await load("search-rules");
    })
    .catch(toastProblem);
});

void search();
