/** One scorecard: a level for every point, comments that quote a message. */
import { act } from "./acting.js";
import { send } from "./api.js";
import { toast } from "./toast.js";

const form = document.querySelector("[data-rate]");
if (form instanceof HTMLFormElement) form.addEventListener("submit", (event) => rate(form, event));

/** @param {HTMLFormElement} place @param {SubmitEvent} event */
function rate(place, event) {
  event.preventDefault();
  const points = [...place.querySelectorAll("[data-point]")].map((one) => /** @type {HTMLElement} */ (one));
  const homeless = points.find((one) => field(one, "comment").value.trim() && !field(one, "message").value);
  if (homeless) {
    field(homeless, "message").focus();
    toast("Choose the message that your comment is about.");
    return;
  }
  const body = { marks: points.map(mark), note: field(place, "note").value.trim() };
  const path = `/v1/quality/scorecards/${encodeURIComponent(place.dataset.rate ?? "")}/ratings`;
  void act(/** @type {HTMLElement} */ (event.submitter ?? place), () => send("POST", path, body)).then((worked) => worked && location.reload());
}

/** @param {HTMLElement} point */
function mark(point) {
  const chosen = point.querySelector("input[type='radio']:checked");
  const level = chosen instanceof HTMLInputElement && chosen.value !== "" ? Number(chosen.value) : null;
  const comment = field(point, "comment").value.trim();
  return { point: point.dataset.point, level, comment, message_id: comment ? field(point, "message").value : null };
}

/** @param {HTMLElement} place @param {string} name @returns {HTMLTextAreaElement|HTMLSelectElement} */
function field(place, name) {
  const found = place.querySelector(`[name='${name}']`);
  if (found instanceof HTMLTextAreaElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`There is no ${name}.`);
}
