/** The list of experiments: follows what happens, and starts one. */
import { act } from "./acting.js";
import { send } from "./api.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn } from "./regions.js";
import { Stream } from "./stream.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "experiments", ["quality.experiment"]);
void stream.start();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.start === undefined) return;
  event.preventDefault();
  const button = form.querySelector("button");
  if (button) void act(button, () => start(form));
});

/** @param {HTMLFormElement} form */
async function start(form) {
  const given = new FormData(form);
  const said = (/** @type {string} */ name) => String(given.get(name) ?? "").trim();
  const kind = said("kind");
  const made = await send("POST", "/v1/quality/experiments", {
    name: said("name"),
    reason: said("reason"),
    kinds: [kind],
    prompts: said("prompt") ? { [kind]: `${said("prompt")}\n` } : {},
    model: said("model"),
    share: Number(said("percent")) / 100,
    conversations: Number(said("conversations")),
    budget_microusd: Math.round(Number(said("budget")) * 1e6),
  });
  location.assign(`/quality/experiments/${encodeURIComponent(made.id)}`);
}
