/** A new recall: how many were told is counted before anything is drafted. */
import { listen, part } from "./acting.js";
import { send } from "./api.js";
import { toastProblem } from "./toast.js";

const form = /** @type {HTMLFormElement} */ (part(document, "[data-recall]"));
const counted = part(form, "[data-counted]");
const begin = /** @type {HTMLButtonElement} */ (part(form, "[data-begin]"));
form.dataset.key = "recall";

/** @returns {Record<string, string|number|null>} */
function given() {
  const data = new FormData(form);
  const number = (/** @type {string} */ name) => Number(data.get(name)) || null;
  const words = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  return { article_id: words("article_id"), from_revision: number("from_revision"), to_revision: number("to_revision"), wrong: words("wrong"), right: words("right"), note: words("note") };
}

form.addEventListener("input", () => {
  begin.disabled = true; // what was counted is not what is written any more
  counted.textContent = "";
});

listen({
  async count(_, button) {
    if (!form.reportValidity() || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      const { told, may_be: may } = await send("POST", "/v1/recalls/preview", given());
      counted.textContent = told + may ? `${told} told so${may ? `, ${may} may have been` : ""}.` : "Nobody was told so.";
      begin.disabled = told + may === 0;
    } catch (error) {
      toastProblem(error);
    } finally {
      button.ariaBusy = null;
    }
  },
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (begin.ariaBusy === "true" || begin.disabled) return;
  begin.ariaBusy = "true";
  send("POST", "/v1/recalls", given()).then((made) => location.assign(`/knowledge/recalls/${encodeURIComponent(made.recall.id)}`), (error) => {
    begin.ariaBusy = null;
    toastProblem(error);
  });
});
