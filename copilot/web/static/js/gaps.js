/** Gaps: a topic becomes a draft, or is set aside with a reason. */
import { act, listen, part } from "./acting.js";
import { send } from "./api.js";
import { openDialog } from "./dialog.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { load, refreshOn } from "./regions.js";
import { Stream } from "./stream.js";
import { toast, toastProblem } from "./toast.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "gaps", ["gap.", "gaps.", "article."]);
void stream.start();

const form = /** @type {HTMLFormElement} */ (part(document, "[data-aside]"));
const dialog = /** @type {HTMLDialogElement} */ (part(document, "#aside"));
let topic = "";

listen({
  async write(row, button) {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      const draft = await send("POST", `/v1/gaps/${encodeURIComponent(row.dataset.key ?? "")}/draft`, {});
      location.assign(`/knowledge/drafts/${encodeURIComponent(draft.id)}?view=write`);
    } catch (error) {
      button.ariaBusy = null;
      toastProblem(error);
    }
  },
  aside(row) {
    topic = row.dataset.key ?? "";
    form.reset();
    part(form, "[data-question]").textContent = part(row, ".question").textContent;
    openDialog("aside");
  },
  history: (_, button) => act(button, () => send("POST", "/v1/gaps/history", { again: true }), "It looks through them in the background; what it finds appears here."),
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const reason = String(new FormData(form).get("reason") ?? "").trim();
  send("POST", `/v1/gaps/${encodeURIComponent(topic)}/dismiss`, { reason }).then(async () => {
    dialog.close();
    toast("Closed.");
    await load("gaps");
  }).catch(toastProblem);
});
