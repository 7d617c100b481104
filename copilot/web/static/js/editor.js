/**
 * One draft while it is written: previewed as one types, kept in this browser until it is saved, and put together with what somebody else
 * saved meanwhile. Nothing that was typed is ever thrown away.
 */
import { part } from "./acting.js";
import { fragment, Problem, send } from "./api.js";
import { ArticleForm } from "./article-form.js";
import { PREFIX } from "./drafts.js";
import { refresh, region, swap } from "./regions.js";
import { toast, toastProblem } from "./toast.js";

const PREVIEW_MS = 350;
const KEEP_MS = 250;

/** @typedef {import("./article-form.js").Article} Article */

/** @param {Article} one @param {Article} other */
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The editor of the draft that is open on the page. */
export class Editor {
  /** @param {HTMLFormElement} element */
  constructor(element) {
    const { draft = "", user = "" } = region("draft").dataset;
    this.form = new ArticleForm(element);
    this.path = encodeURIComponent(draft);
    this.name = `${PREFIX}${user}.article:${draft}`;
    /** What the writing was begun from, and its version. */
    this.base = /** @type {Article} */ (JSON.parse(element.dataset.base ?? "{}"));
    this.version = Number(element.dataset.version);
    this.latest = this.version;
    this.busy = false;
    this.asked = /** @type {AbortController|null} */ (null);
    this.timers = { preview: 0, keep: 0 };
    const early = this.early();
    this.form.fill(this.base);
    this.base = this.form.read(); // as the form writes it, so that both can be compared
    if (element.dataset.barred) for (const name of ["title", "text"]) /** @type {HTMLInputElement} */ (this.form.field(name)).readOnly = true;
    this.restore();
    for (const [name, value] of early) this.form.field(name).value = value;
    if (early.length) this.changed();
    element.addEventListener("input", () => this.changed());
    element.addEventListener("change", () => this.changed());
    element.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
    addEventListener("pagehide", () => this.keep());
    document.addEventListener("region:swapped", () => this.say());
    for (const pane of document.querySelectorAll('[name="pane"]')) pane.addEventListener("change", () => this.pane(/** @type {HTMLInputElement} */ (pane).value));
  }

  /** @returns {[string, string][]} what was typed before this script ran */
  early() {
    const fields = /** @type {HTMLInputElement[]} */ (["title", "text"].map((name) => this.form.field(name)));
    return fields.filter((field) => field.value !== field.defaultValue).map((field) => [field.name, field.value]);
  }

  get dirty() {
    return !same(this.form.read(), this.base);
  }

  changed() {
    this.say();
    this.noticed(this.latest);
    clearTimeout(this.timers.keep);
    clearTimeout(this.timers.preview);
    this.timers.keep = window.setTimeout(() => this.keep(), KEEP_MS);
    this.timers.preview = window.setTimeout(() => void this.preview(), PREVIEW_MS);
  }

  /** @param {string} [words] */
  say(words = this.dirty ? "· not saved yet" : "") {
    const place = document.querySelector("[data-kept-word]");
    if (place && place.textContent !== words) place.textContent = words;
  }

  keep() {
    try {
      if (this.dirty) localStorage.setItem(this.name, JSON.stringify({ at: Date.now(), version: this.version, base: this.base, mine: this.form.read() }));
      else localStorage.removeItem(this.name);
    } catch {
      this.say("· not saved yet, and this browser has no room to keep it");
    }
  }

  /** What was typed before the page was left comes back, with what it was begun from. */
  restore() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.name) ?? "null");
    } catch {
      return; // no storage: there is nothing to bring back
    }
    if (!kept?.mine || same(kept.mine, this.base)) return;
    this.form.fill(kept.mine);
    this.base = kept.base;
    this.version = kept.version;
    part(document, "[data-restored]").hidden = false;
    this.changed();
    this.noticed(this.latest);
  }

  /** What is written here is not wanted any more. */
  discard() {
    this.base = this.form.read();
    this.keep();
  }

  forget() {
    this.discard();
    location.reload();
  }

  /** @param {string} which is shown beside the text */
  pane(which) {
    region("preview").dataset.shows = which;
  }

  async preview() {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const place = region("preview");
    try {
      const html = await fragment(place.dataset.src ?? "", asked.signal, this.form.read());
      if (!asked.signal.aborted) swap(place, html, { now: true });
    } catch (error) {
      if (error instanceof Problem) place.dataset.stale = error.message;
      else if (!asked.signal.aborted) throw error;
    }
  }

  /** @param {number} version that somebody saved */
  noticed(version) {
    this.latest = Math.max(this.latest, version);
    const there = !this.busy && this.latest > this.version && part(document, "[data-merging]").hidden;
    part(document, "[data-meanwhile]").hidden = !there;
    part(document, "[data-meanwhile-word]").textContent = this.dirty
      ? "Somebody saved this draft while you were writing. What you wrote is kept; put both together."
      : "Somebody saved this draft. You see it as it was before.";
  }

  /** @returns {Promise<boolean>} whether everything is saved now */
  async save() {
    if (this.busy) return false;
    if (!this.dirty) return this.latest === this.version || (this.look(), false);
    if (!this.form.form.reportValidity()) return false;
    this.busy = true;
    this.say("· saving …");
    const mine = this.form.read();
    try {
      this.stored(await send("PUT", `/v1/drafts/${this.path}`, { version: this.version, article: mine }), mine);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status === 409) return await this.clashed(mine, error);
      toastProblem(error);
      return false;
    } finally {
      this.busy = false;
      this.say();
      this.noticed(this.latest);
    }
  }

  /** @param {{version: number}} draft as it was stored @param {Article} mine what was sent */
  stored(draft, mine) {
    this.base = mine;
    this.version = draft.version;
    this.latest = Math.max(this.latest, draft.version);
    part(document, "[data-restored]").hidden = true;
    this.keep();
    refresh("draft");
  }

  /** @param {Article} mine @param {Problem} error @returns {Promise<boolean>} */
  async clashed(mine, error) {
    const present = await send("GET", `/v1/drafts/${this.path}`).catch(() => null);
    if (!present || present.closed_at) return toast(`${error.message} What you wrote is kept in this browser.`, { bad: true }), false;
    if (same(present.article, mine)) return this.stored(present, mine), true; // saved the first time; only the answer was lost
    this.keep();
    await this.join();
    return false;
  }

  look() {
    if (this.dirty) void this.join().catch(toastProblem);
    else location.reload();
  }

  /** @param {boolean} [published] against the published article instead of the draft as somebody else saved it */
  async join(published = false) {
    const html = await fragment(`/knowledge/drafts/${this.path}/f/merge`, undefined, { base: this.base, mine: this.form.read(), published });
    const place = part(document, "[data-merging]");
    swap(place, html, { now: true });
    this.merging(true);
    place.focus();
    place.scrollIntoView({ block: "start" });
  }

  /** @param {boolean} on */
  merging(on) {
    part(document, "[data-merging]").hidden = !on;
    part(document, "[data-editor]").hidden = on;
    this.noticed(this.latest);
  }

  unjoin() {
    this.merging(false);
    /** @type {HTMLElement} */ (this.form.field("text")).focus();
  }

  /** Take what was chosen as what is written here, begun from theirs, and save it. */
  async joined() {
    const view = part(document, "[data-merging] > [data-version]");
    const { version = "", revision = "", published = "", merged = "{}", present = "{}" } = view.dataset;
    const article = chosen(view, JSON.parse(merged));
    try {
      if (published) await send("POST", `/v1/drafts/${this.path}/update`, { version: this.version, revision: Number(revision) }).then((both) => this.begun(both.present.article, both.present.version));
      else this.begun(JSON.parse(present), Number(version));
    } catch (error) {
      toastProblem(error);
      if (error instanceof Problem && error.status === 409) await this.join(published !== "" && this.latest === this.version);
      return;
    }
    this.form.fill(article);
    this.merging(false);
    this.changed();
    if (await this.save()) toast(published ? "It is up to date." : "Both are saved.");
  }

  /** @param {Article} article what the writing goes on from @param {number} version */
  begun(article, version) {
    this.base = article;
    this.version = version;
    this.latest = Math.max(this.latest, version);
  }
}

/** @param {Element} view @param {Article} merged @returns {Article} with what was chosen in it */
function chosen(view, merged) {
  for (const choice of view.querySelectorAll("[data-choice]")) if (choice instanceof HTMLElement && picked(choice) === "theirs") take(choice, merged);
  const parts = [...view.querySelectorAll("[data-part]")].map((one) => linesOf(/** @type {HTMLElement} */ (one)));
  return parts.length ? { ...merged, text: parts.flat().join("\n") } : merged;
}

/** @param {HTMLElement} choice */
function picked(choice) {
  const radio = choice.querySelector("input:checked");
  return radio instanceof HTMLInputElement ? radio.value : "mine";
}

/** @param {HTMLElement} choice @param {Article} merged */
function take(choice, merged) {
  const { choice: name = "", entry = "", theirs = "null", gone } = choice.dataset;
  const value = JSON.parse(theirs);
  if (!entry) return void (merged[name] = value);
  const key = name === "levers" ? "id" : "question";
  const at = merged[name].findIndex((/** @type {any} */ one) => one[key] === entry);
  if (gone === "theirs") merged[name].splice(at, at < 0 ? 0 : 1);
  else merged[name].splice(at < 0 ? merged[name].length : at, at < 0 ? 0 : 1, value);
}

/** @param {HTMLElement} one @returns {string[]} */
function linesOf(one) {
  const side = (/** @type {string} */ name) => (Number(one.dataset[`${name}Count`]) ? (one.dataset[name] ?? "").split("\n") : []);
  const which = one.dataset.kind === "conflict" ? picked(one) : "mine";
  return which === "both" ? [...side("mine"), ...side("theirs")] : side(which);
}
