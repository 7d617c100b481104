/** Speaks with our panel, and with nobody else: over a port of the extension, which pages can neither open nor hear. */
(() => {
  "use strict";
  const ours = (globalThis.copilotBeside ??= {});
  if (ours.listening) return;
  ours.listening = true;
  const PANEL = chrome.runtime.getURL("side.html");
  const GATHER_MS = 120;
  const LONGEST = 50000;

  chrome.runtime.onConnect.addListener((port) => {
    const { id, url = "" } = port.sender ?? {};
    if (id !== chrome.runtime.id || url.split("?")[0] !== PANEL || port.name !== "copilot") return port.disconnect();
    new Beside(port);
  });

  class Beside {
    #port;
    /** @type {import("../settings.js").Recipe|null} */
    #recipe = null;
    #said = "";
    #timer = 0;
    #writes = 0;
    #over = new AbortController();
    #watch = new MutationObserver(() => this.#soon());

    /** @param {chrome.runtime.Port} port */
    constructor(port) {
      this.#port = port;
      port.onMessage.addListener((message) => void this.#hear(message));
      port.onDisconnect.addListener(() => this.#end());
    }

    /** @param {any} message */
    async #hear({ type, recipe, id, text, conversation }) {
      if (type === "look") this.#look(recipe);
      if (type === "insert") this.#port.postMessage({ type: "inserted", id, ...(await this.#insert(text, conversation)) });
    }

    /** @param {import("../settings.js").Recipe} recipe */
    #look(recipe) {
      this.#recipe = recipe;
      const { signal } = this.#over;
      globalThis.navigation?.addEventListener("currententrychange", () => this.#tell(), { signal });
      addEventListener("popstate", () => this.#tell(), { signal });
      // Editors with a model of their own stop the first of the two, and then the second does not come.
      for (const kind of ["beforeinput", "input"]) document.addEventListener(kind, (event) => this.#typed(event), { signal, capture: true });
      this.#watch.observe(document.documentElement, { childList: true, subtree: true, attributes: true });
      this.#tell(true);
    }

    #soon() {
      this.#timer ||= setTimeout(() => {
        this.#timer = 0;
        this.#tell();
      }, GATHER_MS);
    }

    /** @param {boolean} [always] also when it is the same as before */
    #tell(always = false) {
      const conversation = this.#recipe ? ours.conversation(this.#recipe) : "";
      if (conversation === this.#said && !always) return;
      this.#said = conversation;
      this.#port.postMessage({ type: "seen", conversation });
    }

    /** The person writes, not the page and not we. @param {Event} event */
    #typed(event) {
      if (!event.isTrusted || ours.writing || !this.#recipe) return;
      const { field } = ours.composer(this.#recipe);
      if (!field || !(event.target instanceof Node) || !field.contains(event.target)) return;
      this.#writes ||= setTimeout(() => {
        this.#writes = 0;
        this.#port.postMessage({ type: "typed", empty: ("value" in field ? field.value : field.innerText).trim() === "" });
      }, GATHER_MS);
    }

    /** @param {unknown} text @param {string} conversation @returns {Promise<{ok: boolean, why: string}>} */
    async #insert(text, conversation) {
      if (!this.#recipe || typeof text !== "string" || text === "" || text.length > LONGEST) return { ok: false, why: "untaken" };
      const open = ours.conversation(this.#recipe);
      if (open === "" || open !== conversation) return { ok: false, why: "moved" };
      const { field, why } = ours.composer(this.#recipe);
      if (!field) return { ok: false, why };
      const wrong = await ours.write(field, text);
      return { ok: wrong !== "untaken", why: wrong };
    }

    #end() {
      this.#over.abort();
      this.#watch.disconnect();
      clearTimeout(this.#timer);
      clearTimeout(this.#writes);
    }
  }
})();
