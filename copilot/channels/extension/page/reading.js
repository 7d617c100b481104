/**
 * In the tool's page, in a world of our own that its scripts cannot reach: which conversation is open, and where its answer is written.
 * Whatever stands in the page is somebody else's word: ids are short plain text, fields are ones that a person could see and type in.
 */
(() => {
  "use strict";
  const ours = (globalThis.copilotBeside ??= {});
  if (ours.conversation) return;
  const ID = /^[\p{L}\p{N}_.:@/=+~-]{1,200}$/u;
  const SMALLEST = 8;
  /** @type {HTMLElement|null} where the person was last, for pages that we do not know */
  let last = null;

  document.addEventListener("focusin", (event) => {
    const field = event.isTrusted ? fieldOf(event.target) : null;
    if (field) last = field;
  });

  /** @param {import("../settings.js").Recipe} recipe @returns {string} empty: none, or more than one */
  ours.conversation = (recipe) => {
    if (location.origin !== recipe.origin) return "";
    for (const rule of recipe.conversation) {
      const found = inBase36(rule.from === "element" ? inElements(rule) : within(source(rule.from), rule.pattern), rule.base36);
      if (found && ID.test(found)) return found;
    }
    return "";
  };

  /** @param {import("../settings.js").Recipe} recipe @returns {{field: HTMLElement|null, why: string}} why there is none: nowhere, several */
  ours.composer = (recipe) => {
    const here = active();
    if (recipe.composer.length === 0) {
      const field = here ?? (last?.isConnected && writable(last) ? last : null);
      return { field, why: field ? "" : "nowhere" };
    }
    for (const selector of recipe.composer) {
      const fields = [...new Set([...all(selector)].map(fieldOf))].filter((one) => one !== null && writable(one));
      if (here && fields.includes(here)) return { field: here, why: "" };
      if (fields.length === 1) return { field: fields[0], why: "" };
      if (fields.length > 1) return last && fields.includes(last) ? { field: last, why: "" } : { field: null, why: "several" };
    }
    return { field: null, why: "nowhere" };
  };

  /** @param {unknown} target @returns {HTMLElement|null} the field that it is, or is part of */
  function fieldOf(target) {
    if (target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text")) return target;
    if (!(target instanceof HTMLElement) || !target.isContentEditable) return null;
    let host = target;
    while (host.parentElement?.isContentEditable) host = host.parentElement;
    return host;
  }

  /** @param {HTMLElement} field @returns {boolean} whether a person could see it and write in it */
  function writable(field) {
    if ("disabled" in field && (field.disabled || field.readOnly)) return false;
    if (field.ariaDisabled === "true" || field.closest("[inert]")) return false;
    const { width, height } = field.getBoundingClientRect();
    return width >= SMALLEST && height >= SMALLEST && field.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  function active() {
    const field = fieldOf(document.activeElement);
    return field && writable(field) ? field : null;
  }

  /** @param {import("../catalogue.js").Rule} rule @returns {string} what all visible ones agree on */
  function inElements({ selector = "", attribute = "data-id", pattern }) {
    const shown = [...all(selector)].filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
    const said = new Set(shown.map((one) => within((one.getAttribute(attribute) ?? one.textContent ?? "").trim().replace(/^#/, ""), pattern)));
    return said.size === 1 ? [...said][0] : "";
  }

  /** @param {string} text @param {string} [pattern] */
  function within(text, pattern) {
    if (!pattern) return text;
    return new RegExp(pattern).exec(text)?.[1] ?? "";
  }

  /** @param {string} found @param {string} [prefix] of an id that is the number to base 36 */
  function inBase36(found, prefix) {
    return prefix && /^\d{1,19}$/.test(found) ? prefix + BigInt(found).toString(36) : found;
  }

  /** @param {string} from */
  function source(from) {
    return { path: location.pathname, hash: location.hash, address: location.href }[from] ?? "";
  }

  /** @param {string} selector of the person who set it up: a wrong one finds nothing */
  function all(selector) {
    try {
      return document.querySelectorAll(selector);
    } catch {
      return [];
    }
  }
})();
