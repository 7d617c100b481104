/** An article: edit it, restore what it was, archive it, or merge it into another. Each begins a draft; nothing is published here. */
import { listen, part } from "./acting.js";
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { addKey } from "./keys.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn, region } from "./regions.js";
import { path, remarks, settle } from "./remarks.js";
import { Stream } from "./stream.js";
import { toastProblem } from "./toast.js";

const LOOK_MS = 250;
const id = region("article").dataset.article ?? "";
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "article", ["article."], (event) => event.data.subject === id);
remarks(stream);
void stream.start();

/** @param {HTMLElement} button @param {string} what @param {object} body */
async function begin(button, what, body) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const draft = await send("POST", `/v1/articles/${path(id)}/${what}`, body);
    location.assign(`/knowledge/drafts/${encodeURIComponent(draft.id)}`);
  } catch (error) {
    button.ariaBusy = null;
    toastProblem(error);
  }
}

listen({
  settle,
  edit: (_, button) => begin(button, "edit", {}),
  restore: (row, button) => begin(button, "edit", { revision: Number(row.dataset.number) }),
  async archive(_, button) {
    if (await ask("Take this article away? Nobody is shown it any more, once the draft is published. It can be brought back.", "Begin")) {
      await begin(button, "edit", { archive: true });
    }
  },
});
addKey({ key: "e", label: "Edit the article", group: "Article", run: () => /** @type {HTMLElement|null} */ (document.querySelector("[data-act='edit']"))?.click() });

const find = part(document, "[data-find]");
const merges = part(document, "[data-merges]");
let timer = 0;
find.addEventListener("input", () => {
  clearTimeout(timer);
  timer = window.setTimeout(() => void look().catch(toastProblem), LOOK_MS);
});
merges.addEventListener("click", () => {
  const chosen = document.querySelector("[data-found] input:checked");
  if (chosen instanceof HTMLInputElement) void begin(merges, "redirect", { to: chosen.value });
});

async function look() {
  const text = /** @type {HTMLInputElement} */ (find).value.trim();
  const found = text ? (await send("GET", `/v1/knowledge/articles?${new URLSearchParams({ text, state: "published" })}`)).articles : [];
  const rows = found.filter((/** @type {{id: string}} */ one) => one.id !== id).slice(0, 8).map(choice);
  part(document, "[data-found]").replaceChildren(...rows);
  /** @type {HTMLButtonElement} */ (merges).disabled = true;
}

/** @param {{id: string, title: string}} one */
function choice(one) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const words = document.createElement("bdi");
  label.className = "check";
  Object.assign(input, { type: "radio", name: "into", value: one.id });
  input.addEventListener("change", () => (/** @type {HTMLButtonElement} */ (merges).disabled = false));
  words.textContent = one.title;
  label.append(input, words);
  return label;
}
