/** One conversation's own words: kept while they are written, checked before they go, sent once. */
import { freshId, Problem, send } from "./api.js";
import { keep, kept } from "./drafts.js";
import { listed, marked } from "./findings.js";
import { toastProblem } from "./toast.js";

const CHECK_MS = 2500;

/** One conversation's composer. */
export class Composer {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.talk = form.dataset.composer ?? "";
    this.user = form.dataset.user ?? "";
    this.name = form.dataset.name ?? "";
    this.field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
    this.note = /** @type {HTMLInputElement} */ (form.elements.namedItem("note"));
    this.suggestionId = "";
    this.part = /** @type {number|null} */ (null);
    this.key = freshId();
    this.checked = /** @type {string|null} */ (null);
    this.typed = false;
    this.busy = false;
    this.inserting = false;
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("scroll", () => this.follow());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.metaKey && !event.isComposing) form.requestSubmit();
    });
    this.note.addEventListener("change", () => this.changed());
    form.querySelector("[data-check]")?.addEventListener("click", () => void this.check(true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.restore();
  }

  get text() {
    return this.field.value;
  }

  restore() {
    const draft = kept(this.user, this.talk);
    if (draft) {
      this.field.value = draft.text;
      this.note.checked = draft.note;
      this.suggestionId = draft.suggestionId;
      this.part = draft.part;
      this.key = draft.key || this.key; // what may have arrived before the page was left is not sent twice
      this.begun();
      this.say("Not sent yet");
    }
    this.show();
  }

  /** The words, or to whom they go, are different now. */
  changed() {
    this.key = freshId();
    if (!this.text.trim()) {
      this.suggestionId = "";
      this.part = null;
      this.typed = false;
    } else if (!this.inserting) this.begun();
    const draft = { text: this.text, suggestionId: this.suggestionId, part: this.part, note: this.note.checked, key: this.key, at: Date.now() };
    const done = keep(this.user, this.talk, draft);
    this.say(done ? "" : "Not kept: this browser has no room. Send it, or copy it.");
    if (this.checked !== this.text) this.clear();
    this.show();
  }

  begun() {
    if (this.typed) return;
    this.typed = true;
    document.dispatchEvent(new CustomEvent("copilot:typed", { detail: { conversation: this.talk } }));
  }

  show() {
    this.form.classList.toggle("noting", this.note.checked);
    this.word(this.note.checked ? "Save the note" : "Send");
    this.mirror.replaceChildren(`${this.text}\n`);
    this.follow();
  }

  /** @param {string} text of the button */
  word(text) {
    const word = this.form.querySelector("[data-send-word]");
    if (word && word.textContent !== text) word.textContent = text;
  }

  /** @param {string} text */
  say(text) {
    const place = this.form.querySelector("[data-kept-word]");
    if (place) place.textContent = text;
  }

  get mirror() {
    return /** @type {HTMLElement} */ (this.form.querySelector("[data-mirror]"));
  }

  get findings() {
    return /** @type {HTMLElement} */ (this.form.querySelector("[data-findings]"));
  }

  follow() {
    this.mirror.scrollTop = this.field.scrollTop;
  }

  clear() {
    this.checked = null;
    this.findings.replaceChildren();
  }

  /**
   * @param {string} text at the caret, as if typed, so that undo takes it back
   * @param {[number, number]} [place] instead of these words
   */
  insert(text, place) {
    this.inserting = true;
    this.field.focus();
    if (place) this.field.setSelectionRange(...place);
    // The old command is the only one that the browser's own undo knows.
    if (!(text ? document.execCommand("insertText", false, text) : document.execCommand("delete"))) {
      this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.inserting = false;
  }

  /**
   * @param {string} text
   * @param {string} suggestionId
   * @param {number|null} part
   */
  use(text, suggestionId, part) {
    const before = this.text.slice(0, this.field.selectionStart);
    const joint = before && !/\s$/.test(before) ? (text.includes("\n") ? "\n\n" : " ") : "";
    if (suggestionId) {
      this.suggestionId = suggestionId;
      this.part = part;
    }
    this.note.checked = false;
    const after = /^\S/.test(this.text.slice(this.field.selectionEnd)) && !/\s$/.test(text) ? " " : "";
    this.insert(joint + text + after);
    this.field.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param {boolean} asked by the agent: then a clean text is told, too
   * @returns {Promise<number>} how many findings
   */
  async check(asked) {
    const text = this.text;
    if (!text.trim()) return asked ? (this.field.focus(), 0) : 0;
    const button = this.form.querySelector("[data-check]");
    button?.setAttribute("aria-busy", "true");
    try {
      const signal = asked ? undefined : AbortSignal.timeout(CHECK_MS);
      const { checks } = await send("POST", `/v1/conversations/${encodeURIComponent(this.talk)}/review`, { text }, { signal });
      if (text !== this.text) return 0;
      const found = checks.filter((/** @type {{outcome: string}} */ one) => one.outcome !== "pass");
      this.checked = text;
      this.list(text, found);
      if (asked && !found.length) this.say("Checked: nothing to change");
      return found.length;
    } catch (error) {
      if (asked) toastProblem(error);
      return 0; // the check advises; without it the text goes as it is
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {string} text
   * @param {import("./findings.js").Finding[]} found
   */
  list(text, found) {
    const select = (/** @type {[number, number]} */ place) => {
      this.field.focus();
      this.field.setSelectionRange(...place);
    };
    const apply = (/** @type {[number, number]} */ place, /** @type {string} */ better) => {
      this.insert(better, place);
      void this.check(true);
    };
    this.findings.replaceChildren(...listed(text, found, { select, apply }));
    this.mirror.replaceChildren(...marked(text, found));
    this.follow();
  }

  async send() {
    if (this.busy || !this.text.trim()) return this.field.focus();
    this.busy = true;
    const button = this.form.querySelector("[data-send]");
    button?.setAttribute("aria-busy", "true");
    try {
      const known = this.checked === this.text;
      if (!this.note.checked && !known && (await this.check(false))) return this.word("Send as it is");
      await this.post();
    } finally {
      this.busy = false;
      button?.removeAttribute("aria-busy");
    }
  }

  async post() {
    const text = this.text;
    /** @type {Record<string, unknown>} */
    const body = { text, visibility: this.note.checked ? "private" : "public" };
    if (!this.note.checked && this.suggestionId) Object.assign(body, { suggestion_id: this.suggestionId, part: this.part });
    try {
      await send("POST", `/v1/conversations/${encodeURIComponent(this.talk)}/answers`, body, { key: this.key });
    } catch (error) {
      if (error instanceof Problem && error.status === 0) return this.say("Not sent: no connection. It is kept here.");
      return toastProblem(error);
    }
    this.field.value = this.text === text ? "" : this.text;
    this.note.checked = false;
    this.clear();
    this.changed();
    document.dispatchEvent(new CustomEvent("copilot:sent", { detail: { conversation: this.talk } }));
  }
}
