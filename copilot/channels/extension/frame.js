/** The service's own panel in our page. It speaks to us, and we to it, by exact origin and window; nobody else is heard. */

/** @typedef {{conversation: string, tool: string, connection: string}} Open */

export class Frame {
  /** @type {HTMLIFrameElement|null} */
  #frame = null;
  /** @type {Open} */
  #open = { conversation: "", tool: "", connection: "" };
  #service = "";
  #runs = false;
  #place;
  #insert;
  #ready;

  /**
   * @param {Element} place
   * @param {(text: string, conversation: string) => Promise<string>} insert says why a text did not go in; empty: it did
   * @param {(ready: boolean) => void} ready whether the service's panel runs in the frame
   */
  constructor(place, insert, ready) {
    this.#place = place;
    this.#insert = insert;
    this.#ready = ready;
    addEventListener("message", (event) => void this.#hear(event));
  }

  /** @param {import("./settings.js").Settings} settings @param {Open} open */
  show({ service, tenant }, open) {
    const same = JSON.stringify(open) === JSON.stringify(this.#open);
    this.#open = open;
    if (!this.#frame || service !== this.#service) this.#make(service, tenant);
    else if (!same) this.#tell();
  }

  /** @param {boolean} empty whether the composer is empty again */
  typed(empty) {
    this.#say({ type: "copilot:typed", empty });
  }

  /** @param {string} service @param {string} tenant */
  #make(service, tenant) {
    const query = new URLSearchParams({ ...this.#open, origin: location.origin });
    if (tenant) query.set("tenant", tenant);
    const frame = document.createElement("iframe");
    Object.assign(frame, { title: "Copilot", allow: `clipboard-write ${service}`, referrerPolicy: "no-referrer", src: `${service}/panel?${query}` });
    this.#runs = false;
    frame.addEventListener("load", () => this.#runs || this.#ready(false));
    this.#service = service;
    this.#frame = frame;
    this.#place.replaceChildren(frame);
  }

  /** @param {MessageEvent} event */
  async #hear({ origin, source, data }) {
    if (!this.#frame || origin !== this.#service || source !== this.#frame.contentWindow) return;
    if (data?.type === "copilot:ready") {
      this.#runs = true;
      this.#ready(true);
      this.#tell();
    }
    if (data?.type !== "copilot:insert" || typeof data.text !== "string" || typeof data.conversation !== "string") return;
    const why = await this.#insert(data.text, data.conversation);
    this.#say(why ? { type: "copilot:refused", id: data.id, why } : { type: "copilot:inserted", id: data.id });
  }

  #tell() {
    this.#say({ type: "copilot:open", answers: true, ...this.#open });
  }

  /** @param {Record<string, unknown>} what */
  #say(what) {
    this.#frame?.contentWindow?.postMessage(what, this.#service);
  }
}
