/** Requests to our own service: signed in by cookie and CSRF word, or by the token of a framed panel. Failures say what to do. */
import { meta } from "./meta.js";

const TRIES = 3;
const WAIT_MS = 400;
let token = "";

/** What went wrong, in words for the person at the page. `status` 0: the service was not reached. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} detail what happened
   * @param {string} [todo] what to do about it
   * @param {{place: string, message: string}[]} [errors] wrong places of a body
   */
  constructor(status, detail, todo = "", errors = []) {
    super(todo ? `${detail} ${todo}` : detail);
    this.status = status;
    this.detail = detail;
    this.todo = todo;
    this.errors = errors;
  }
}

/** @param {string} secret of a framed panel, used instead of the cookie from now on; empty: none */
export function useToken(secret) {
  token = secret;
}

/** @returns {Record<string, string>} the headers that say who asks */
export function credentials() {
  return token ? { Authorization: `Bearer ${token}` } : { "X-Copilot-CSRF": meta("csrf") };
}

/** @returns {string} an id that was never used before; also where the page is not served by https */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Send a request to the JSON API. A POST carries an Idempotency-Key, so it is tried again when no answer came.
 * @param {"GET"|"POST"|"PUT"|"PATCH"|"DELETE"} method
 * @param {string} path such as `/v1/queue`
 * @param {unknown} [body] sent as JSON
 * @param {{signal?: AbortSignal, key?: string}} [options] `key`: the Idempotency-Key, when the caller repeats by itself
 * @returns {Promise<any>} the answer; null when there is none. Throws Problem.
 */
export async function send(method, path, body, options = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", ...credentials() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method === "POST") headers["Idempotency-Key"] = options.key ?? freshId();
  const tries = method === "PATCH" ? 1 : TRIES;
  const answer = await reach(path, { method, headers, body: JSON.stringify(body), signal: options.signal }, tries);
  if (!answer.ok) throw await problemOf(answer);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

/**
 * Send a file as it is. It replaces what was sent to that address before, so it is tried again when no answer came.
 * @param {string} path
 * @param {Blob} file
 * @returns {Promise<any>} the answer. Throws Problem.
 */
export async function upload(path, file) {
  const headers = { Accept: "application/json", "Content-Type": "application/octet-stream", ...credentials() };
  const answer = await reach(path, { method: "PUT", headers, body: file }, TRIES);
  if (!answer.ok) throw await problemOf(answer);
  return answer.json();
}

/**
 * The HTML of one region.
 * @param {string} path such as `/desk/f/queue`
 * @param {AbortSignal} [signal]
 * @param {unknown} [body] what is to be drawn, where the server does not know it yet
 * @returns {Promise<string>} throws Problem
 */
export async function fragment(path, signal, body) {
  const headers = { Accept: "text/html", ...credentials() };
  const asked = body === undefined ? { headers } : { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await reach(path, { ...asked, signal }, 1);
  if (!answer.ok) throw await problemOf(answer);
  try {
    return await answer.text();
  } catch (error) {
    throw unreachable(error); // it broke off
  }
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @param {number} tries
 * @returns {Promise<Response>}
 */
async function reach(path, request, tries) {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await fetch(path, { ...request, credentials: "same-origin", redirect: "error", cache: "no-store" });
    } catch (error) {
      if (left <= 0 || aborted(error)) throw unreachable(error);
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * (tries - left)));
    }
  }
}

/** @param {unknown} error */
function aborted(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/** @param {unknown} error */
function unreachable(error) {
  return aborted(error) ? error : new Problem(0, "The service cannot be reached.", "Your text is kept. Try again in a moment.");
}

/**
 * @param {Response} answer
 * @returns {Promise<Problem>}
 */
async function problemOf(answer) {
  const text = await answer.text();
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("signed-out"));
  try {
    const given = JSON.parse(text);
    return new Problem(answer.status, given.detail ?? "That did not work.", given.todo ?? "", given.errors ?? []);
  } catch {
    return new Problem(answer.status, `The service answered ${answer.status}.`, "Try again, or reload the page.");
  }
}
