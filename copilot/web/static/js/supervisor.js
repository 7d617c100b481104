/** The supervisor's view: it follows the stream; a decision is two clicks, the verb and the confirmation. */
import { act, listen, part } from "./acting.js";
import { send } from "./api.js";
import { give } from "./giving.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { load, refresh, refreshOn, region } from "./regions.js";
import { Stream } from "./stream.js";
import { toast, toastProblem } from "./toast.js";

const MINUTE_MS = 60000;
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "decisions", ["grant.", "handover.", "question."]);
refreshOn(stream, "conversations", ["message.", "conversation.", "evidence.", "turn.", "handover.", "promise."]);
refreshOn(stream, "due", ["promise."]);
setInterval(() => ["conversations", "due"].forEach(refresh), MINUTE_MS); // heat rises while people wait
void stream.start();
listen({ give });

/** @param {HTMLElement} card @param {string} verb what was pressed; the same again closes it */
function choose(card, verb) {
  const terms = part(card, ".terms");
  const same = terms.dataset.chosen === verb && !terms.hidden;
  terms.hidden = same;
  terms.dataset.chosen = verb;
  for (const button of card.querySelectorAll("[data-verb]")) {
    button.setAttribute("aria-expanded", String(!same && button.getAttribute("data-verb") === verb));
  }
  const number = card.querySelector(".terms-number");
  if (number instanceof HTMLElement) number.hidden = verb !== "countered";
  const confirm = part(card, "[data-confirms]");
  const name = confirm.dataset.wanted ?? "";
  confirm.textContent = { granted: `Yes, grant ${name}`, countered: "Offer this instead", denied: "No, deny it" }[verb] ?? "";
  part(card, "[data-follows]").textContent = verb === "denied" ? "" : "To be used once, within 24 hours.";
}

/** @param {HTMLElement} card @returns {object|null} the decision; null when a number is missing */
function decision(card) {
  const verb = part(card, ".terms").dataset.chosen ?? "";
  const note = /** @type {HTMLInputElement} */ (part(card, "[data-note]")).value.trim();
  if (verb !== "countered") return { decision: verb, note };
  const input = /** @type {HTMLInputElement} */ (part(card, "[data-number]"));
  if (!(Number(input.value) > 0) || input.value === input.dataset.asked) {
    toast("Write what you allow instead of what was asked for.");
    input.focus();
    return null;
  }
  const unit = input.dataset.unit ?? "";
  const named = { "%": { percent: Number(input.value) }, days: { days: Number(input.value) }, months: { months: Number(input.value) } };
  return { decision: verb, note, limit: named[/** @type {"%"|"days"|"months"} */ (unit)] ?? { amount: input.value, currency: unit } };
}

const DONE = { granted: "Granted. They see it at once.", countered: "Sent as your offer.", denied: "Denied, with your word." };

region("decisions").addEventListener("click", (event) => {
  const pressed = event.target instanceof HTMLElement ? event.target : null;
  const card = pressed?.closest("li[data-grant]");
  if (pressed?.dataset.verb && card instanceof HTMLElement) choose(card, pressed.dataset.verb);
  if (pressed?.hasAttribute("data-confirms") && card instanceof HTMLElement) {
    const body = decision(card);
    const verb = /** @type {keyof DONE} */ (part(card, ".terms").dataset.chosen);
    if (body) void act(pressed, () => send("POST", `/v1/grants/${card.dataset.grant}/decide`, body), DONE[verb]);
  }
  const asked = pressed?.closest("li[data-question]");
  if (pressed?.hasAttribute("data-answers") && asked instanceof HTMLElement) {
    const text = /** @type {HTMLTextAreaElement} */ (part(asked, "[data-answer]")).value.trim();
    if (text) void act(pressed, () => send("POST", `/v1/questions/${asked.dataset.question}/answer`, { text }), "Answered. They see it at once.");
  }
});

const order = new URLSearchParams(region("conversations").dataset.src?.split("?")[1]);
region("conversations").addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest("[data-by], [data-all]") : null;
  if (!(pressed instanceof HTMLElement)) return;
  if (pressed.dataset.by) order.set("by", pressed.dataset.by);
  else order.set("all", "1");
  void load("conversations", `/supervisor/f/conversations?${order}`).catch(toastProblem);
});
