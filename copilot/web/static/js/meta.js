/** What the server wrote into the page's head. */

/**
 * @param {string} name
 * @returns {string} empty when the page has none of that name
 */
export function meta(name) {
  const element = document.querySelector(`meta[name="${CSS.escape(name)}"]`);
  return element instanceof HTMLMetaElement ? element.content : "";
}
