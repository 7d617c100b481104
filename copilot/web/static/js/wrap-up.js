/** The wrap-up: everything is proposed, the person corrects and confirms it, all of it or nothing. */
import { Problem, send } from "./api.js";
import { toast, toastProblem } from "./toast.js";

const form = document.querySelector("[data-wrap-up]");
const FIVE_MINUTES_MS = 300000;

if (form instanceof HTMLElement) begin(form);

/** @param {HTMLElement} root */
function begin(root) {
  for (const due of root.querySelectorAll("[data-due]")) if (due instanceof HTMLInputElement) due.value = due.defaultValue = local(due.dataset.at ?? "");
  root.querySelector("[data-closes-conversation]")?.addEventListener("click", (event) => void close(root, /** @type {HTMLElement} */ (event.currentTarget)));
  addEventListener("beforeunload", (event) => changed(root) && event.preventDefault());
}

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} button
 */
async function close(root, button) {
  const given = confirmation(root);
  if (!given.summary) return missing(root, "[data-summary]", "Say in a few words what it came to.");
  if (!given.disposition) return missing(root, "[data-disposition]", "Choose how it ended.");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  const ref = root.dataset.wrapUp ?? "";
  try {
    await send("POST", `/v1/conversations/${encodeURIComponent(ref)}/wrap-up`, given);
    root.dataset.done = "";
    location.assign("/desk");
  } catch (error) {
    toastProblem(error);
    if (error instanceof Problem && error.status === 409) await whatCame(root, ref).catch(toastProblem);
  } finally {
    button.ariaBusy = null;
  }
}

/**
 * Somebody wrote meanwhile: show it, keep what was typed, and let the person decide again.
 * @param {HTMLElement} root
 * @param {string} ref
 */
async function whatCame(root, ref) {
  const [proposal, thread] = await Promise.all([
    send("GET", `/v1/conversations/${encodeURIComponent(ref)}/wrap-up`),
    send("GET", `/v1/conversations/${encodeURIComponent(ref)}`),
  ]);
  if (proposal.last_message_id === root.dataset.last) return;
  root.dataset.last = proposal.last_message_id;
  const place = /** @type {HTMLElement} */ (document.getElementById("wrote"));
  const title = document.createElement("p");
  const said = document.createElement("q");
  title.className = "strong";
  title.textContent = "Somebody wrote while you were here. What you typed is kept; read it, then close it if it still ends so.";
  said.dir = "auto";
  said.textContent = thread.messages.at(-1)?.text ?? "";
  place.replaceChildren(title, said);
  place.hidden = false;
  root.querySelector("[data-waiting]")?.remove();
  place.scrollIntoView({ block: "center" });
}

/** @param {HTMLElement} root */
function confirmation(root) {
  const resolved = chosen(root, "resolved");
  return {
    summary: /** @type {HTMLTextAreaElement} */ (root.querySelector("[data-summary]")).value.trim(),
    disposition: chosen(root, "disposition"),
    resolved: resolved === "" ? null : resolved === "true",
    promises: [...root.querySelectorAll("[data-promise]")].map((one) => promise(/** @type {HTMLElement} */ (one))),
    memories: [...root.querySelectorAll("[data-memory]")].map((one) => memory(/** @type {HTMLElement} */ (one))).filter((one) => one.state),
    last_message_id: root.dataset.last ?? "",
  };
}

/** @param {HTMLElement} item */
function promise(item) {
  const id = item.dataset.promise ?? "";
  const due = /** @type {HTMLInputElement} */ (item.querySelector("[data-due]"));
  const state = chosen(item, `promise-${id}`);
  const moved = state === "open" && due.value && due.value !== due.defaultValue;
  return { id, state, due: moved ? new Date(due.value).toISOString() : null };
}

/** @param {HTMLElement} item */
function memory(item) {
  const id = item.dataset.memory ?? "";
  const state = chosen(item, `memory-${id}`);
  const text = /** @type {HTMLTextAreaElement} */ (item.querySelector("[data-text]"));
  if (state !== "active") return { id, state };
  const use = chosen(item, `use-${id}`);
  const fixed = item.querySelector(".use")?.hasAttribute("disabled");
  return { id, state, text: text.value !== text.defaultValue && text.value.trim() ? text.value.trim() : null, use: fixed || !use ? null : use };
}

/**
 * @param {HTMLElement} root
 * @param {string} name
 * @returns {string} the value of the radio button that is on
 */
function chosen(root, name) {
  const on = root.querySelector(`input[name="${CSS.escape(name)}"]:checked`);
  return on instanceof HTMLInputElement ? on.value : "";
}

/**
 * @param {HTMLElement} root
 * @param {string} selector
 * @param {string} text
 */
function missing(root, selector, text) {
  const place = /** @type {HTMLElement} */ (root.querySelector(selector));
  place.setAttribute("aria-invalid", "true");
  place.addEventListener("input", () => place.removeAttribute("aria-invalid"), { once: true });
  /** @type {HTMLElement} */ (place.querySelector("input") ?? place).focus();
  toast(text);
}

/** @param {HTMLElement} root */
function changed(root) {
  const summary = /** @type {HTMLTextAreaElement} */ (root.querySelector("[data-summary]"));
  return !("done" in root.dataset) && summary.value !== summary.defaultValue;
}

/**
 * @param {string} at ISO
 * @returns {string} as a `datetime-local` field wants it, in the viewer's zone, to five minutes
 */
function local(at) {
  if (!at) return "";
  const moment = new Date(Math.round(Date.parse(at) / FIVE_MINUTES_MS) * FIVE_MINUTES_MS);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
