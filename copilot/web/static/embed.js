/**
 * Puts the copilot beside any page. One tag:
 *   <script src="https://copilot.example/embed.js" data-conversation="4711" data-insert="#composer"></script>
 * or by hand: const panel = Rapport.panel({conversation, into, tenant, onInsert: (text) => …}); panel.open("4712"); panel.typed(); panel.close();
 * The page's origin has to be on the copilot's list (setting panel_origins). Nothing that this page says decides what may be seen.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) return;
  const service = new URL(script.src).origin;
  const WIDE = "380px";

  /** @param {{conversation?: string, tenant?: string, into?: Element|null, onInsert?: (text: string) => void}} [options] */
  function panel({ conversation = "", tenant = "", into = null, onInsert = () => {} } = {}) {
    const frame = document.createElement("iframe");
    const query = new URLSearchParams({ conversation, origin: location.origin });
    if (tenant) query.set("tenant", tenant);
    frame.src = `${service}/panel?${query}`;
    frame.title = "Copilot";
    frame.allow = "clipboard-write";
    frame.referrerPolicy = "no-referrer";
    Object.assign(frame.style, { border: "0", inlineSize: "100%", blockSize: "100%", colorScheme: "normal" });
    if (!into) {
      Object.assign(frame.style, { position: "fixed", insetBlock: "0", insetInlineEnd: "0", inlineSize: WIDE, maxInlineSize: "100vw", blockSize: "100%", zIndex: "2147483000", borderInlineStart: "1px solid #8884" });
      document.documentElement.style.setProperty("padding-inline-end", WIDE);
    }
    const heard = (/** @type {MessageEvent} */ event) => {
      if (event.origin !== service || event.source !== frame.contentWindow) return;
      const { type, text } = event.data ?? {};
      if (type === "copilot:insert" && typeof text === "string") onInsert(text);
    };
    const say = (/** @type {Record<string, unknown>} */ what) => frame.contentWindow?.postMessage(what, service);
    addEventListener("message", heard);
    (into ?? document.body).append(frame);
    return {
      frame,
      open: (/** @type {string} */ next, named = {}) => say({ ...named, type: "copilot:open", conversation: String(next) }),
      typed: (empty = false) => say({ type: "copilot:typed", empty: Boolean(empty) }),
      close() {
        removeEventListener("message", heard);
        frame.remove();
        if (!into) document.documentElement.style.removeProperty("padding-inline-end");
      },
    };
  }

  /** @param {string} selector of a field: text goes in where the cursor is; typing there holds the draft still */
  function field(selector) {
    const found = selector ? document.querySelector(selector) : null;
    return found instanceof HTMLTextAreaElement || found instanceof HTMLInputElement ? found : null;
  }

  const api = { panel, version: 1 };
  Object.defineProperty(window, "Rapport", { value: api });
  const { conversation, insert = "", tenant } = script.dataset;
  if (conversation === undefined) return;
  const begin = () => {
    const place = () => field(insert);
    const made = panel({
      conversation,
      tenant,
      onInsert(text) {
        const target = place();
        if (target) target.setRangeText(text, target.selectionStart ?? 0, target.selectionEnd ?? 0, "end");
        target?.dispatchEvent(new Event("input", { bubbles: true }));
        target?.focus();
        document.dispatchEvent(new CustomEvent("copilot:inserted", { detail: { text } }));
      },
    });
    place()?.addEventListener("input", (event) => event.isTrusted && made.typed(place()?.value === ""));
    Object.assign(api, { main: made });
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
})();
