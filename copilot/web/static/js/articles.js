/** The list of articles: filters act at once, a new article begins with its title. */
import { Problem, send } from "./api.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn } from "./regions.js";
import { Stream } from "./stream.js";
import { toast } from "./toast.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "articles", ["article."]);
void stream.start();

const sieve = document.querySelector("[data-sieve]");
if (sieve instanceof HTMLFormElement) {
  sieve.addEventListener("change", (event) => event.target instanceof HTMLSelectElement && sieve.requestSubmit());
  // Empty choices stay out of the address.
  sieve.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

const form = document.querySelector("[data-begin]");
if (form instanceof HTMLFormElement) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void begin(form);
  });
}

/** @param {HTMLFormElement} form */
async function begin(form) {
  const given = new FormData(form);
  const button = form.querySelector("button.primary");
  if (button?.ariaBusy === "true") return;
  if (button) button.ariaBusy = "true";
  try {
    const article = { id: "", title: String(given.get("title")).trim(), text: "", audience: String(given.get("audience")) };
    const draft = await send("POST", "/v1/drafts", { article });
    location.assign(`/knowledge/drafts/${encodeURIComponent(draft.id)}`);
  } catch (error) {
    if (button) button.ariaBusy = null;
    if (!(error instanceof Problem)) throw error;
    toast(error.message, { bad: true });
  }
}
