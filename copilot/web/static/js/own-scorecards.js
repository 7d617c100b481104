/** One's own scorecards: the right of reply. */
import { act } from "./acting.js";
import { send } from "./api.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-answer]")) return;
  event.preventDefault();
  const given = new FormData(form);
  const card = form.closest("[data-card]");
  const path = `/v1/scorecards/${encodeURIComponent(card instanceof HTMLElement ? (card.dataset.card ?? "") : "")}/answer`;
  const body = { text: String(given.get("text") ?? "").trim(), second_look: given.get("second") === "on" };
  void act(/** @type {HTMLElement} */ (event.submitter ?? form), () => send("POST", path, body)).then((worked) => worked && location.reload());
});
