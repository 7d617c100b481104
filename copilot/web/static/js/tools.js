/** Questions and options to insert, the supervisor's yes, and asking: knowledge first, then a colleague. */
import { send } from "./api.js";
import { load, region } from "./regions.js";
import { decide, insert, request } from "./reply.js";
import { sayWhether } from "./matching.js";
import { toast, toastProblem } from "./toast.js";

const address = (/** @type {string} */ rest) => {
  const id = /** @type {HTMLElement|null} */ (region("panel").querySelector(".copilot"))?.dataset.id ?? "";
  return `/v1/conversations/${encodeURIComponent(id)}${rest}`;
};

/** @param {HTMLElement} button */
export async function clicked(button) {
  const { request: kind, fresh, insertPart, askLever, text, match } = button.dataset;
  if (match) return busy(button, () => sayWhether(button, "panel"));
  if (kind) return busy(button, () => request(kind));
  if (fresh) return busy(button, () => request(fresh, true));
  if (insertPart !== undefined) {
    const id = /** @type {HTMLElement|null} */ (button.closest("[data-suggestion]"))?.dataset.suggestion ?? "";
    await insert(text ?? "", id, Number(insertPart));
    return decide(id, { action: "used", part: Number(insertPart) });
  }
  if (askLever !== undefined) return busy(button, () => grant({ lever_id: askLever }));
  if ("insertSaid" in button.dataset) return insert(button.closest(".colleague")?.querySelector("[data-said]")?.textContent ?? "");
  if ("prove" in button.dataset) {
    await busy(button, () => send("PATCH", address(""), { assurance: "proven" }));
    await load("panel");
    toast("Noted: it is them.");
  }
}

/** @param {SubmitEvent} event */
export async function submitted(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.form) return;
  event.preventDefault();
  const run = { ask, grant: askGrant, colleague }[form.dataset.form];
  if (!run) return;
  const button = form.querySelector("button");
  try {
    await busy(button, () => run(form, new FormData(form)));
  } catch (error) {
    toastProblem(error);
  }
}

/**
 * @template T
 * @param {HTMLElement|null} button
 * @param {() => Promise<T>} work
 */
async function busy(button, work) {
  if (button?.getAttribute("aria-busy")) return;
  button?.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

/** @param {HTMLFormElement} form @param {FormData} data */
async function askGrant(form, data) {
  const amount = String(data.get("amount") ?? "").trim().replace(",", ".");
  const lever = String(data.get("lever") ?? "");
  const body = {
    ...(lever ? { lever_id: lever } : {}),
    ...(amount ? { limit: { amount, currency: String(data.get("currency")).toUpperCase() } } : {}),
    reason: String(data.get("reason") ?? ""),
  };
  await grant(body);
  form.reset();
}

/** @param {Record<string, unknown>} body */
async function grant(body) {
  await send("POST", address("/grants"), body);
  toast("Asked. You see the answer here as soon as it is there.");
  await load("panel");
}

/** @param {HTMLFormElement} form @param {FormData} data */
async function colleague(form, data) {
  const [to, name = ""] = String(data.get("to")).split(/:(.*)/s);
  await send("POST", address("/questions"), { text: String(data.get("text")), to, name });
  form.reset();
  toast("Asked. The answer comes back into this panel.");
  await load("panel");
}

/** @param {HTMLFormElement} form @param {FormData} data */
async function ask(form, data) {
  const question = String(data.get("question") ?? "").trim();
  const place = form.parentElement?.querySelector(".answer");
  if (!question || !place) return;
  place.replaceChildren(made("p", "muted", "Looking …"));
  try {
    const found = await send("POST", address("/ask"), { question });
    place.replaceChildren(...(found.covered ? answer(found) : silence(found, form, question)));
  } catch (error) {
    place.replaceChildren();
    throw error;
  }
}

/** @param {any} found */
function answer(found) {
  const list = found.sentences.map((/** @type {any} */ one) => {
    const line = made("p", one.sources.every((/** @type {any} */ s) => s.may_say) ? "" : "internal", one.text);
    line.dir = "auto";
    for (const source of one.sources) line.append(" ", opens(source.source, source.title, !source.may_say));
    return line;
  });
  for (const check of found.checks) if (check.detail) list.push(made("p", "small warn", `⚠ ${check.detail}`));
  const mine = found.sentences.filter((/** @type {any} */ one) => one.sources.every((/** @type {any} */ s) => s.may_say));
  if (mine.length) {
    const button = made("button", "slim", "Put it in my answer");
    button.addEventListener("click", () => void insert(mine.map((/** @type {any} */ one) => one.text).join(" ")).catch(toastProblem));
    list.push(button);
  }
  return list;
}

/** @param {any} found @param {HTMLFormElement} form @param {string} question */
function silence(found, form, question) {
  const parts = [made("p", "strong", "Not covered"), made("p", "small muted", found.reason)];
  if (found.nearest.length) {
    const near = made("p", "small", "Nearest: ");
    found.nearest.forEach((/** @type {any} */ one) => near.append(opens(`article:${one.article_id}`, one.title), " "));
    parts.push(near);
  }
  const field = form.parentElement?.querySelector("[data-form=colleague] textarea");
  if (field instanceof HTMLTextAreaElement && !field.value) field.value = question;
  return parts;
}

/** @param {string} source @param {string} title @param {boolean} [internal] */
function opens(source, title, internal = false) {
  const button = made("button", internal ? "because cite-internal" : "because", internal ? `${title} (internal)` : title);
  button.dataset.source = source;
  return button;
}

/** @param {string} name @param {string} style @param {string} text */
function made(name, style, text) {
  const element = document.createElement(name);
  if (element instanceof HTMLButtonElement) element.type = "button";
  element.className = style;
  element.textContent = text;
  return element;
}
