/** The end of a shift: what is ticked goes to one colleague or team, in one pass. */
import { send } from "./api.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { load, refreshOn, region } from "./regions.js";
import { Stream } from "./stream.js";
import { toast, toastProblem } from "./toast.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "shift", ["handover.", "message.", "conversation."]);
void stream.start();

const here = region("shift");

/** @returns {HTMLInputElement[]} */
function picked() {
  return [...here.querySelectorAll("[data-pick]:checked")].filter((one) => one instanceof HTMLInputElement);
}

function count() {
  const button = here.querySelector("[data-hands-over]");
  const place = here.querySelector("[data-count]");
  if (place) place.textContent = String(picked().length);
  if (button instanceof HTMLButtonElement) button.disabled = picked().length === 0;
}

/** @param {HTMLElement} button */
async function handOver(button) {
  const to = /** @type {HTMLSelectElement} */ (here.querySelector("[data-to]"));
  const note = /** @type {HTMLInputElement} */ (here.querySelector("[data-note]"));
  const [kind, ...rest] = to.value.split(":");
  if (!kind) {
    to.setAttribute("aria-invalid", "true");
    to.focus();
    return toast("Choose who shall take them over.");
  }
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const body = { to: { [kind]: rest.join(":") }, conversations: picked().map((one) => one.value), note: note.value.trim() };
    const handed = await send("POST", "/v1/shift/handover", body);
    toast(handed.offered.length === 1 ? "Offered one conversation." : `Offered ${handed.offered.length} conversations.`);
    await load("shift");
    say(handed.not_offered);
  } catch (error) {
    toastProblem(error);
  } finally {
    button.ariaBusy = null;
  }
}

/** @param {{conversation_id: string, reason: string, todo: string}[]} refused */
function say(refused) {
  const place = document.getElementById("not-offered");
  if (!place) return;
  place.hidden = refused.length === 0;
  place.replaceChildren(
    ...refused.map((one) => {
      const line = document.createElement("p");
      line.textContent = `${one.conversation_id}: ${one.reason} ${one.todo}`;
      return line;
    }),
  );
}

here.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) event.target.removeAttribute("aria-invalid");
  count();
});
here.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-hands-over]") : null;
  if (button instanceof HTMLElement) void handOver(button);
});
here.addEventListener("region:swapped", count);
