/** What the check says of one's own words: a list under the composer, and the places marked in the text. It advises, it never blocks. */

/**
 * @typedef {object} Finding
 * @property {string} name of the check
 * @property {string} outcome
 * @property {string} detail
 * @property {[number, number]|null} span code points
 * @property {{label: string, span: [number, number], text: string}|null} [change] what would mend it
 */

/** What each check is about, for whoever reads it in passing. */
const ABOUT = new Map(Object.entries({
  shape: "Form", unsupported: "Not on record", reask: "Asked already", disclosure: "Says too much", public: "In public",
  internal: "Internal", others: "Another customer", authority: "Allowed?", sympathy: "Tone", apology: "Apology", promise: "Promise", language: "Language",
}));

/**
 * @param {string} text
 * @param {[number, number]} span code points
 * @returns {[number, number]} as JavaScript counts
 */
export function inUnits(text, span) {
  const points = [...text];
  const start = points.slice(0, span[0]).join("").length;
  return [start, start + points.slice(span[0], span[1]).join("").length];
}

/**
 * @param {string} text
 * @param {Finding[]} findings
 * @param {{select: (place: [number, number]) => void, apply: (place: [number, number], text: string) => void}} acts
 * @returns {HTMLElement[]}
 */
export function listed(text, findings, acts) {
  return findings.map((finding) => {
    const row = document.createElement("div");
    row.className = "finding";
    row.append(said("span", "finding-about", ABOUT.get(finding.name) ?? finding.name), said("span", "finding-detail", sentence(finding.detail)));
    const place = finding.span && inUnits(text, finding.span);
    const acting = said("span", "finding-do", "");
    if (finding.change) {
      const { label, span, text: better } = finding.change;
      acting.append(pressed(label, () => acts.apply(inUnits(text, span), better)));
    }
    if (place) acting.append(pressed("Show", () => acts.select(place)));
    row.append(acting);
    return row;
  });
}

/**
 * @param {string} text
 * @param {Finding[]} findings
 * @returns {(Node|string)[]} the text with the places marked, to lie behind the field
 */
export function marked(text, findings) {
  const places = findings.flatMap((one) => (one.span ? [inUnits(text, one.span)] : [])).sort((a, b) => a[0] - b[0]);
  /** @type {(Node|string)[]} */
  const parts = [];
  let done = 0;
  for (const [start, end] of places) {
    if (end <= done) continue;
    const from = Math.max(start, done);
    parts.push(text.slice(done, from), said("mark", "", text.slice(from, end)));
    done = end;
  }
  return [...parts, `${text.slice(done)}\n`];
}

/**
 * @param {string} detail as the check says it, with the place in the record in brackets, which is for programs
 * @returns {string}
 */
function sentence(detail) {
  const plain = detail.replace(/\s*\([a-z_]+(?::[^)]*)?\)/g, "");
  return plain.charAt(0).toUpperCase() + plain.slice(1) + (/[.!?]$/.test(plain) ? "" : ".");
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} text
 */
function said(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}

/**
 * @param {string} label
 * @param {() => void} run
 */
function pressed(label, run) {
  const button = /** @type {HTMLButtonElement} */ (said("button", "slim quiet", label));
  button.type = "button";
  button.addEventListener("click", run);
  return button;
}
