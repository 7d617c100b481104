/** An agent says that a passage is wrong, in two clicks, and hears what became of it. */
import { send } from "./api.js";
import { toast } from "./toast.js";

const KEY = "copilot.flags";

/** @returns {string[]} ids of flags raised in this browser that wait for an answer */
function waiting() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** @param {string[]} ids */
function wait(ids) {
  try {
    localStorage.setItem(KEY, JSON.stringify(ids.slice(-50)));
  } catch {
    // A browser that keeps nothing hears back while the page is open; the answer is on record either way.
  }
}

/** @param {HTMLElement} button pressed: the first opens the reasons, the second is one of them */
export async function flag(button) {
  const place = button.closest(".flagging");
  const reasons = place?.querySelector(".flag-reasons");
  if (!(place instanceof HTMLElement) || !(reasons instanceof HTMLElement)) return;
  const reason = button.dataset.flags ?? "";
  if (reason === "ask") {
    reasons.hidden = !reasons.hidden;
    button.setAttribute("aria-expanded", String(!reasons.hidden));
    if (!reasons.hidden) reasons.querySelector("button")?.focus();
    return;
  }
  const { passage, conversation } = place.dataset;
  const made = await send("POST", "/v1/flags", { passage_id: passage, reason, conversation });
  wait([...waiting().filter((id) => id !== made.id), made.id]);
  const said = document.createElement("p");
  said.className = "small";
  said.setAttribute("role", "status");
  said.textContent = "⚑ Thank you. The editors see it; you hear what becomes of it.";
  place.replaceChildren(said);
}

/** @param {import("./stream.js").Stream} stream */
export function hearBack(stream) {
  stream.on("article.flag_answered", ({ data }) => waiting().includes(data.flag) && void tell());
  if (waiting().length) void tell();
}

/** What was answered since one looked last. */
async function tell() {
  const pending = new Set(waiting());
  const { flags } = await send("GET", "/v1/flags");
  for (const one of flags) {
    if (!pending.has(one.id) || one.state === "open") continue;
    pending.delete(one.id);
    toast(`${one.state === "fixed" ? "Your flag was taken up" : "The editors looked at your flag; the article stays"}: ${one.answer}`);
  }
  wait([...pending].filter((id) => flags.some((/** @type {{id: string}} */ one) => one.id === id)));
}
