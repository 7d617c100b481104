/** What became of the texts that were given to the page around the panel. */
import { freshId, Problem } from "./api.js";

const PATIENCE_MS = 10000;
const LONGEST = 300;
const SILENT = "The page did not say whether the text arrived.";

/** A page that says what became of a text is waited for; it says why a text did not go in. Another one is believed. */
export class Answers {
  /** @type {Map<string, {done: (value?: undefined) => void, failed: (error: Problem) => void}>} */
  #waiting = new Map();
  #send;

  /** @param {(what: Record<string, unknown>) => void} send to the page around */
  constructor(send) {
    this.#send = send;
  }

  /**
   * @param {Record<string, unknown>} what
   * @param {boolean} waits for the page's word
   * @param {() => void} instead what the person can do where it did not go in
   * @returns {Promise<void>} throws Problem when the text did not go in
   */
  async ask(what, waits, instead) {
    const id = freshId();
    this.#send({ ...what, id });
    if (!waits) return;
    try {
      await this.#answer(id);
    } catch (error) {
      throw error instanceof Problem ? Object.assign(error, { action: { label: "Copy it instead", run: instead } }) : error;
    }
  }

  /** @param {{type: string, id?: unknown, why?: unknown}} said by the page around */
  hear({ type, id, why }) {
    const waiting = this.#waiting.get(String(id));
    if (!waiting) return;
    if (type === "copilot:inserted") waiting.done();
    else waiting.failed(new Problem(0, typeof why === "string" ? why.slice(0, LONGEST) : "The text did not go in."));
  }

  /** @param {string} id */
  async #answer(id) {
    let timer = 0;
    try {
      await new Promise((done, failed) => {
        this.#waiting.set(id, { done, failed });
        timer = window.setTimeout(() => failed(new Problem(0, SILENT, "Look whether it is there before you press again.")), PATIENCE_MS);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }
}
