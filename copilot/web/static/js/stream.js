/** The one stream of a page: Server-Sent Events read with fetch, so that a framed panel can send its token. Misses nothing. */
import { credentials } from "./api.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;
const SILENCE_MS = 40000;
const GONE = [401, 403];

/** @typedef {{type: string, id: string, data: any}} LiveEvent */
/** @typedef {"connecting"|"online"|"offline"|"signed-out"|"closed"} LineState */

/** Reads events out of text that arrives in pieces. */
export class Reader {
  #rest = "";

  /**
   * @param {string} text what arrived
   * @returns {LiveEvent[]} the events that it completed
   */
  read(text) {
    const blocks = (this.#rest + text).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(eventOf).filter((event) => event !== null);
  }
}

/**
 * @param {string} block
 * @returns {LiveEvent|null} null for comments
 */
function eventOf(block) {
  const event = { type: "message", id: "", data: /** @type {string[]} */ ([]) };
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (name === "event") event.type = value;
    else if (name === "id") event.id = value;
    else if (name === "data") event.data.push(value);
  }
  return event.data.length ? { type: event.type, id: event.id, data: JSON.parse(event.data.join("\n")) } : null;
}

/** A connection that comes back by itself with the id of the last event seen. Dispatches `state` when it changes. */
export class Stream extends EventTarget {
  /** @type {LineState} */
  state = "connecting";
  /** @type {{prefix: string, run: (event: LiveEvent) => void}[]} */
  #listeners = [];
  #last;
  #open;
  #failures = 0;
  /** @type {AbortController|null} */
  #line = null;
  #nudge = () => {};

  /** @param {{after?: string, open?: string}} [options] `after`: the id of the last event the page knows; `open`: its conversation */
  constructor({ after = "", open = "" } = {}) {
    super();
    this.#last = after;
    this.#open = open;
    addEventListener("online", () => this.#nudge());
    addEventListener("offline", () => this.#line?.abort());
  }

  /**
   * @param {string} prefix of event types: `suggestion.` or `suggestion.delta`; empty for all
   * @param {(event: LiveEvent) => void} run
   */
  on(prefix, run) {
    this.#listeners.push({ prefix, run });
  }

  /** @param {string} conversation now open on the page; the stream reconnects without missing anything */
  open(conversation) {
    if (conversation === this.#open) return;
    this.#open = conversation;
    this.#line?.abort();
    this.#nudge();
  }

  /** Stay connected until `close`, or until the service no longer knows us; call it again once it does. */
  async start() {
    this.#become("connecting");
    while (this.state !== "closed" && this.state !== "signed-out") {
      const before = this.#open;
      const ended = await this.#listen().catch(() => "failed");
      if (this.state === "closed" || this.state === "signed-out") return;
      if (before !== this.#open) continue;
      if (ended === "failed") this.#failures += 1;
      this.#become(navigator.onLine && this.#failures < 2 ? "connecting" : "offline");
      await this.#pause();
    }
  }

  close() {
    this.#become("closed");
    this.#line?.abort();
    this.#nudge();
  }

  async #listen() {
    this.#line = new AbortController();
    const line = this.#line;
    let alarm = setTimeout(() => line.abort(), SILENCE_MS);
    try {
      const query = new URLSearchParams(this.#open ? { open: this.#open } : {});
      if (this.#last) query.set("after", this.#last);
      const headers = { Accept: "text/event-stream", ...credentials() };
      const answer = await fetch(`/v1/stream?${query}`, { headers, signal: line.signal, cache: "no-store", credentials: "same-origin" });
      if (GONE.includes(answer.status)) {
        document.dispatchEvent(new CustomEvent("signed-out"));
        return this.#become("signed-out");
      }
      if (answer.status === 404) this.#open = "";
      if (!answer.ok || !answer.body) return "failed";
      const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const reader = new Reader();
      for (;;) {
        const { value, done } = await text.read();
        if (done) return "ended";
        clearTimeout(alarm);
        alarm = setTimeout(() => line.abort(), SILENCE_MS);
        reader.read(value).forEach((event) => this.#take(event));
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  /** @param {LiveEvent} event */
  #take(event) {
    if (event.id) this.#last = event.id;
    if (event.type === "ready") {
      this.#failures = 0;
      this.#become("online");
    }
    for (const { prefix, run } of this.#listeners) {
      if (event.type.startsWith(prefix)) run(event);
    }
  }

  #pause() {
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#nudge = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  /** @param {LineState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
