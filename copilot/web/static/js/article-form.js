/** An article as a form. What nobody touched is read back exactly as it was given. */

/** @typedef {Record<string, any>} Article */
/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Field */

/** @type {WeakMap<Field, {shown: string, value: any}>} */
const given = new WeakMap();

/** @param {Field} field @param {any} value @param {string} shown */
function put(field, value, shown) {
  field.value = shown;
  given.set(field, { shown: field.value, value });
}

/** @param {Field} field @param {(text: string) => any} read */
function take(field, read) {
  const before = given.get(field);
  return before && before.shown === field.value ? before.value : read(field.value);
}

const trimmed = (/** @type {string} */ text) => text.trim();
const listed = (/** @type {string} */ text) => text.split(",").map(trimmed).filter(Boolean);
const day = (/** @type {string} */ text) => (text ? `${text}T00:00:00Z` : null);
const endOfDay = (/** @type {string} */ text) => (text ? `${text}T23:59:59Z` : null);
const dayOf = (/** @type {string|null} */ at) => at?.slice(0, 10) ?? "";

/** How each plain field is shown and read. @type {Record<string, [(value: any) => string, (text: string) => any]>} */
const PLAIN = {
  title: [String, trimmed],
  text: [String, String],
  owner: [String, trimmed],
  locale: [String, trimmed],
  group: [(value) => value ?? "", (text) => text.trim() || null],
  tags: [(value) => value.join(", "), listed],
  products: [(value) => value.join(", "), listed],
  needs: [(value) => value.join(", "), listed],
  review_by: [dayOf, day],
  valid_from: [dayOf, day],
};
const ENTRIES = /** @type {const} */ ({ levers: "lever", asks: "ask" });

/** @param {any} value of a clause */
const written = (value) => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));

/** @param {string} text @returns {string|number|boolean} */
function scalar(text) {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
}

/** @param {string} op @param {string} text */
function operand(op, text) {
  if (op === "in") return listed(text).map(scalar);
  return text.trim() === "" ? null : scalar(text.trim());
}

/** Wraps the form of an article. */
export class ArticleForm {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.rest = /** @type {Article} */ ({});
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("change", () => this.dependents());
  }

  /** @param {string} name @returns {Field} */
  field(name) {
    return /** @type {Field} */ (this.form.elements.namedItem(name));
  }

  /** @param {Article} article shown from now on */
  fill(article) {
    this.rest = article;
    for (const [name, [show]] of Object.entries(PLAIN)) put(this.field(name), article[name], show(article[name]));
    this.choose("audience", article.audience);
    /** @type {HTMLInputElement} */ (this.field("policy")).checked = article.policy;
    this.list("levers").replaceChildren(...article.levers.map((/** @type {any} */ one) => this.lever(one)));
    this.list("asks").replaceChildren(...article.asks.map((/** @type {any} */ one) => this.ask(one)));
    this.dependents();
  }

  /** @returns {Article} as it stands in the form; half written limits and the like are left for the server to refuse */
  read() {
    const plain = Object.entries(PLAIN).map(([name, [, read]]) => [name, take(this.field(name), read)]);
    return {
      ...this.rest,
      ...Object.fromEntries(plain),
      audience: new FormData(this.form).get("audience") ?? this.rest.audience,
      policy: /** @type {HTMLInputElement} */ (this.field("policy")).checked,
      levers: [...this.list("levers").children].map(readLever),
      asks: [...this.list("asks").children].map(readAsk),
    };
  }

  /** @param {string} name @returns {HTMLElement} */
  list(name) {
    return /** @type {HTMLElement} */ (this.form.querySelector(`[data-list="${name}"]`));
  }

  /** @param {string} name @param {string} value */
  choose(name, value) {
    for (const one of this.form.querySelectorAll(`input[name="${name}"]`)) if (one instanceof HTMLInputElement) one.checked = one.value === value;
  }

  /** @param {any} [one] */
  lever(one = { id: "", offer: "", limit: null, authority: "agent", when: { text: "", all: [] }, until: null }) {
    const row = copy("lever");
    const limit = one.limit ?? {};
    const kind = Object.keys(limit).find((key) => key !== "currency") ?? "";
    for (const name of ["id", "offer", "authority"]) put(inside(row, name), one[name], one[name]);
    put(inside(row, "when"), one.when.text, one.when.text);
    put(inside(row, "until"), one.until, dayOf(one.until));
    put(inside(row, "kind"), kind, kind);
    put(inside(row, "number"), limit[kind], String(limit[kind] ?? ""));
    put(inside(row, "currency"), limit.currency, limit.currency ?? "");
    row.querySelector("[data-clauses]")?.append(...one.when.all.map(clause));
    return row;
  }

  /** @param {any} [one] */
  ask(one = { field: "", question: "", why: "", decides: "" }) {
    const row = copy("ask");
    for (const name of ["field", "question", "why", "decides"]) put(inside(row, name), one[name], one[name]);
    return row;
  }

  /** What depends on other fields: units of a limit, names of levers, counts. */
  dependents() {
    for (const row of this.list("levers").children) {
      const kind = inside(row, "kind").value;
      show(row, "[data-if-limit]", kind !== "");
      show(row, "[data-if-money]", kind === "amount");
      const name = row.querySelector("[data-name]");
      if (name) name.textContent = inside(row, "id").value;
    }
    for (const name of Object.keys(ENTRIES)) {
      const place = this.form.querySelector(`[data-count="${name}"]`);
      if (place) place.textContent = String(this.list(name).children.length || "");
    }
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    const row = button?.closest(".entry");
    const what = button?.getAttribute("data-act");
    if (what === "add-lever") this.added(this.list("levers"), this.lever());
    else if (what === "add-ask") this.added(this.list("asks"), this.ask());
    else if (what === "add-clause") this.added(/** @type {HTMLElement} */ (row?.querySelector("[data-clauses]")), clause());
    else if (what === "drop-clause") this.gone(button?.closest(".clause"));
    else if (what === "drop") this.gone(row);
    else if (what === "up") row?.previousElementSibling?.before(row);
    else if (what === "down") row?.nextElementSibling?.after(row);
    else return;
    if (what === "up" || what === "down") /** @type {HTMLElement} */ (button).focus();
    this.dependents();
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {HTMLElement} list @param {Element} row */
  added(list, row) {
    list.append(row);
    row.querySelector("input")?.focus();
  }

  /** @param {Element|null|undefined} row away; the focus goes to its neighbour */
  gone(row) {
    const next = row?.nextElementSibling ?? row?.previousElementSibling ?? row?.parentElement?.parentElement;
    row?.remove();
    const target = next?.querySelector("input, button");
    if (target instanceof HTMLElement) target.focus();
  }

  /** @param {string} name of a field of the article @param {{line?: number, lever?: string}} place bring it into view */
  go(name, { line = 0, lever = "" }) {
    if (line) return this.goLine(line);
    const rows = [...this.list("levers").children];
    const row = lever ? rows.find((one) => inside(one, "id").value === lever) : name in ENTRIES ? this.list(name).firstElementChild : null;
    const field = row?.querySelector("input") ?? this.form.querySelector(`[name="${CSS.escape(name)}"]`) ?? this.list(name);
    field?.closest("details")?.setAttribute("open", "");
    if (field instanceof HTMLElement) field.focus();
  }

  /** @param {number} line of the text, from 1; selected */
  goLine(line) {
    const field = /** @type {HTMLTextAreaElement} */ (this.field("text"));
    const lines = field.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    const share = lines.length > 1 ? (line - 1) / lines.length : 0;
    field.scrollTop = Math.max(0, share * field.scrollHeight - field.clientHeight / 2);
  }
}

/** @param {string} name @returns {Element} a fresh row */
function copy(name) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector(`[data-template="${name}"]`));
  return /** @type {Element} */ (document.importNode(template.content, true).firstElementChild);
}

/** @param {Element} row @param {string} name @returns {Field} */
function inside(row, name) {
  return /** @type {Field} */ (row.querySelector(`:scope > [data-f="${name}"], :scope > label > [data-f="${name}"], :scope > .trio > label > [data-f="${name}"]`));
}

/** @param {Element} row @param {string} selector @param {boolean} on */
function show(row, selector, on) {
  const found = row.querySelector(selector);
  if (found instanceof HTMLElement) found.hidden = !on;
}

/** @param {any} [one] */
function clause(one = { field: "", op: ">=", value: null }) {
  const row = copy("clause");
  put(inside(row, "field"), one.field, one.field);
  put(inside(row, "op"), one.op, one.op);
  put(inside(row, "value"), one.value, written(one.value));
  return row;
}

/** @param {Element} row */
function readClause(row) {
  const op = take(inside(row, "op"), String);
  return { field: take(inside(row, "field"), trimmed), op, value: take(inside(row, "value"), (text) => operand(op, text)) };
}

/** @param {Element} row */
function readLever(row) {
  const value = (/** @type {string} */ name, read = trimmed) => take(inside(row, name), read);
  const all = [...row.querySelectorAll("[data-clause]")].map(readClause).filter((one) => one.field);
  return { id: value("id"), offer: value("offer"), limit: readLimit(row), authority: value("authority"), when: { text: value("when"), all }, until: take(inside(row, "until"), endOfDay) };
}

/** @param {Element} row */
function readLimit(row) {
  const kind = inside(row, "kind").value;
  if (!kind) return null;
  const number = scalar(inside(row, "number").value.trim());
  return kind === "amount" ? { amount: number, currency: inside(row, "currency").value.trim().toUpperCase() } : { [kind]: number };
}

/** @param {Element} row */
function readAsk(row) {
  return Object.fromEntries(["field", "question", "why", "decides"].map((name) => [name, take(inside(row, name), trimmed)]));
}
