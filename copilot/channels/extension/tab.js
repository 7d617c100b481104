/** The page that the panel is about: one tab, reached through the browser's own ports, which no page can speak on. */

const FILES = ["page/reading.js", "page/writing.js", "page/beside.js"];
const PATIENCE_MS = 5000;

/** @typedef {{type: "seen", conversation: string} | {type: "typed", empty: boolean} | {type: "gone"}} Heard */

/** Dispatches nothing: `heard` is called with what the page's script says. */
export class Tab {
  /** @type {chrome.runtime.Port|null} */
  #port = null;
  /** @type {Map<string, (answer: {ok: boolean, why: string}) => void>} */
  #asked = new Map();
  #id;
  #heard;

  /** @param {number} id @param {(what: Heard) => void} heard */
  constructor(id, heard) {
    this.#id = id;
    this.#heard = heard;
  }

  /**
   * Read a page as the recipe says, from now on.
   * @param {import("./settings.js").Recipe} recipe
   * @returns {Promise<boolean>} false: the browser does not let us
   */
  async attach(recipe) {
    this.detach();
    try {
      // A page that is left meanwhile may never answer; what comes after it must not wait for that.
      const silent = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
      const put = chrome.scripting.executeScript({ target: { tabId: this.#id, frameIds: [0] }, files: FILES });
      const [{ documentId }] = await Promise.race([put, silent]);
      const port = chrome.tabs.connect(this.#id, { name: "copilot", documentId });
      port.onMessage.addListener((message) => this.#port === port && this.#hear(message));
      port.onDisconnect.addListener(() => this.#port === port && this.#lost());
      this.#port = port;
      port.postMessage({ type: "look", recipe });
      return true;
    } catch {
      return false;
    }
  }

  detach() {
    this.#port?.disconnect();
    if (this.#port) this.#lost();
  }

  get attached() {
    return this.#port !== null;
  }

  /**
   * @param {string} text
   * @param {string} conversation that has to be open
   * @returns {Promise<{ok: boolean, why: string}>}
   */
  async insert(text, conversation) {
    const port = this.#port;
    if (!port) return { ok: false, why: "lost" };
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      const answer = (/** @type {{ok: boolean, why: string}} */ said) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve(said);
      };
      const timer = setTimeout(() => answer({ ok: false, why: "silent" }), PATIENCE_MS);
      this.#asked.set(id, answer);
      port.postMessage({ type: "insert", id, text, conversation });
    });
  }

  /** @param {any} message */
  #hear({ type, id, ok, why, conversation, empty }) {
    if (type === "seen") this.#heard({ type, conversation: String(conversation).slice(0, 200) });
    else if (type === "typed") this.#heard({ type, empty: empty === true });
    else if (type === "inserted") this.#asked.get(String(id))?.({ ok: ok === true, why: String(why ?? "") });
  }

  #lost() {
    this.#port = null;
    for (const answer of [...this.#asked.values()]) answer({ ok: false, why: "lost" });
    this.#heard({ type: "gone" });
  }
}
