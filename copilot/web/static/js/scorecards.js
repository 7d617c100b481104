/** Scorecards: the switch, the rubric, and drawing a sample. */
import { act } from "./acting.js";
import { send } from "./api.js";
import { instant } from "./zoned.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const work = form.matches("[data-draw]") ? draw : form.matches("[data-switch]") ? turn : form.matches("[data-rubric]") ? keep : null;
  if (!work) return;
  event.preventDefault();
  const given = new FormData(form);
  const button = /** @type {HTMLElement} */ (event.submitter ?? form);
  void act(button, () => work(form, (name) => String(given.get(name) ?? "").trim())).then((worked) => worked && location.assign("/quality/scorecards"));
});

/** @param {HTMLFormElement} form @param {(name: string) => string} value */
function draw(form, value) {
  const at = (/** @type {string} */ name) => instant(`${value(name)}T00:00`, form.dataset.zone ?? "UTC");
  return send("POST", "/v1/quality/samples", { since: at("since"), until: at("until"), wanted: Number(value("wanted")), twice: Number(value("twice")) });
}

/** @param {HTMLFormElement} form @param {(name: string) => string} value */
function turn(form, value) {
  return send("PUT", "/v1/quality/scorecards/switch", { on: form.dataset.switch === "on", reason: value("reason") });
}

/** @param {HTMLFormElement} _ @param {(name: string) => string} value */
function keep(_, value) {
  return send("PUT", "/v1/quality/rubric", { yaml: value("yaml") });
}
