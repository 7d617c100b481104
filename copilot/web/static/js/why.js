/** Why this draft: what the model received is fetched when it is asked for, since each look is noted. */
import { listen } from "./acting.js";
import { fragment } from "./api.js";
import { toastProblem } from "./toast.js";

listen({ sent: (_, button) => void show(button).catch(toastProblem) });

/** @param {HTMLElement} button */
async function show(button) {
  const place = button.closest("[data-sent]");
  if (!(place instanceof HTMLElement)) return;
  const html = await fragment(place.dataset.sent ?? "");
  place.replaceChildren(document.createRange().createContextualFragment(html)); // written and escaped by our own server
}
