/**
 * Puts text into a field as if it were pasted there as plain text. Editors that keep their own model take it from the events that pasting
 * makes, so the model knows it; where nobody listens, the browser types it. No key is ever pressed, nothing is submitted, no HTML is made.
 */
(() => {
  "use strict";
  const ours = (globalThis.copilotBeside ??= {});
  if (ours.write) return;
  const SETTLED_MS = 50;
  const TRIES = 10;
  /** Whether what happens in a field now is our doing. */
  ours.writing = false;

  /**
   * @param {HTMLElement} field
   * @param {string} text
   * @returns {Promise<""|"untaken"|"changed">} empty: it stands there; changed: something else does
   */
  ours.write = async (field, text) => {
    ours.writing = true;
    try {
      return "value" in field ? plain(field, text) : await rich(field, text);
    } finally {
      ours.writing = false;
    }
  };

  /** @param {HTMLTextAreaElement|HTMLInputElement} field @param {string} text */
  function plain(field, text) {
    const here = document.activeElement === field;
    field.focus({ preventScroll: true });
    if (!here) field.setSelectionRange(field.value.length, field.value.length);
    const { value, selectionStart: from, selectionEnd: to } = field;
    const wanted = value.slice(0, from ?? 0) + text + value.slice(to ?? 0);
    document.execCommand("insertText", false, text);
    if (field.value === value) {
      field.setRangeText(text, from ?? 0, to ?? 0, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, inputType: "insertText", data: text }));
    }
    if (field.value === wanted) return "";
    return field.value === value ? "untaken" : "changed";
  }

  /** @param {HTMLElement} field @param {string} text */
  async function rich(field, text) {
    caret(field);
    const before = field.innerText;
    const ways = [() => offered(field, pasted(text)), () => offered(field, typed("insertFromPaste", text)), () => offered(field, typed("insertText", text))];
    for (const way of ways) {
      if (way() || field.innerText !== before) return settled(field, before, text);
    }
    // An editor that draws later than it takes would get it twice: only one that is still as it was is typed into.
    await pause();
    if (field.innerText === before) lines(text);
    return settled(field, before, text);
  }

  /** Typed by the browser; at once, its own paragraphs would come out as two lines. @param {string} text */
  function lines(text) {
    text.split(/\r?\n/).forEach((line, at) => {
      if (at > 0) document.execCommand("insertLineBreak");
      if (line) document.execCommand("insertText", false, line);
    });
  }

  /** @param {HTMLElement} field @param {Event} event @returns {boolean} whether the page took it */
  function offered(field, event) {
    return !field.dispatchEvent(event);
  }

  /** @param {string} text */
  function carrying(text) {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    return data;
  }

  const always = { bubbles: true, cancelable: true, composed: true };
  const pasted = (/** @type {string} */ text) => new ClipboardEvent("paste", { ...always, clipboardData: carrying(text) });
  const typed = (/** @type {string} */ inputType, /** @type {string} */ text) =>
    new InputEvent("beforeinput", { ...always, inputType, data: inputType === "insertText" ? text : null, dataTransfer: inputType === "insertText" ? null : carrying(text) });

  /** Where the person left the cursor in the field; at its end when they were not in it. @param {HTMLElement} field */
  function caret(field) {
    const selection = getSelection();
    if (!selection || (document.activeElement === field && selection.anchorNode && field.contains(selection.anchorNode))) return;
    field.focus({ preventScroll: true });
    selection.selectAllChildren(field);
    selection.collapseToEnd();
    // Editors learn of the cursor from this event, which comes a moment later by itself.
    document.dispatchEvent(new Event("selectionchange"));
  }

  /** @param {HTMLElement} field @param {string} before @param {string} text */
  async function settled(field, before, text) {
    for (let left = TRIES; left > 0; left -= 1) {
      if (holds(field.innerText, before, text)) return "";
      await pause();
    }
    return squeezed(field.innerText) === squeezed(before) ? "untaken" : "changed";
  }

  /** Editors draw lines in their own ways, so white space does not count. @param {string} now @param {string} before @param {string} text */
  function holds(now, before, text) {
    const [all, old, added] = [now, before, text].map(squeezed);
    const at = all.indexOf(added);
    return at >= 0 && all.length <= old.length + added.length;
  }

  const squeezed = (/** @type {string} */ text) => text.replace(/[\s\u200b\u2060\ufeff]+/gu, "");
  const pause = () => new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
})();
