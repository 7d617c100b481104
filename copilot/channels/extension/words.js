/** The extension's own words, in the browser's language: English, German or Spanish (`_locales`). The panel's words are the service's. */

/** @param {string} name @param {...string} what stands for $1 … in it */
export function word(name, ...what) {
  return chrome.i18n.getMessage(name, what);
}

/** Elements with `data-word` get their text; children of theirs with `data-slot` stand where the text has `{slot}`. */
export function fill() {
  document.documentElement.lang = chrome.i18n.getUILanguage();
  for (const element of document.querySelectorAll("[data-word]")) put(element, word(element.getAttribute("data-word") ?? ""));
}

/** @param {Element} element @param {string} text */
function put(element, text) {
  const slots = new Map([...element.querySelectorAll(":scope > [data-slot]")].map((one) => [`{${one.getAttribute("data-slot")}}`, one]));
  element.replaceChildren(...text.split(/(\{\w+\})/).map((part) => slots.get(part) ?? part));
}
