/** Change one fact: places are ticked, and sent as one change. */
import { Problem, send } from "./api.js";
import { toast } from "./toast.js";

const form = document.querySelector("[data-places]");
if (form instanceof HTMLFormElement) {
  form.addEventListener("change", () => count(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void begin(form);
  });
  count(form);
}

/** @param {HTMLFormElement} form @returns {string[]} */
function chosen(form) {
  return new FormData(form).getAll("place").map(String);
}

/** @param {HTMLFormElement} form */
function count(form) {
  const all = form.querySelectorAll("input[name='place']").length;
  const place = form.querySelector("[data-chosen]");
  const some = chosen(form).length;
  if (place) place.textContent = `${some} of ${all} places`;
  const button = form.querySelector("[data-begin]");
  if (button instanceof HTMLButtonElement) button.disabled = some === 0;
}

/** @param {HTMLFormElement} form */
async function begin(form) {
  const button = form.querySelector("[data-begin]");
  if (!button || button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const { old, new: next } = form.dataset;
    const note = String(new FormData(form).get("note") ?? "").trim();
    const change = await send("POST", "/v1/facts", { old, new: next, places: chosen(form), note });
    location.assign(`/knowledge/facts/${encodeURIComponent(change.id)}`);
  } catch (error) {
    button.ariaBusy = null;
    if (!(error instanceof Problem)) throw error;
    toast(error.message, { bad: true });
  }
}
