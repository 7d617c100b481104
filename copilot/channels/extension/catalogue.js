/** The chat tools whose pages we know. A new one: its file in `adapters/`, one line here. */
import chatwoot from "./adapters/chatwoot.js";
import freshdesk from "./adapters/freshdesk.js";
import front from "./adapters/front.js";
import generic from "./adapters/generic.js";
import intercom from "./adapters/intercom.js";
import zendesk from "./adapters/zendesk.js";

/**
 * @typedef {{from: "path"|"hash"|"address"|"element", pattern?: string, selector?: string, attribute?: string, base36?: string}} Rule where
 *   an id stands: `pattern`'s first group within the page's path, fragment or whole address, or within an element's attribute (its text, without one);
 *   `base36`: what is found is a number, and the id that number to base 36 behind this prefix
 * @typedef {{tool: string, title: string, hosts: string[], conversation: Rule[], composer: string[]}} Adapter
 *   `tool`: the kind of the connection at the service; `hosts`: `*.` stands for one or more labels; `composer`: selectors, best first
 */

/** @type {Adapter[]} */
export const CATALOGUE = [chatwoot, zendesk, intercom, front, freshdesk, generic];

/** @param {string} tool @returns {Adapter|undefined} */
export function adapterOf(tool) {
  return CATALOGUE.find((one) => one.tool === tool);
}

/** @param {string} address @returns {Adapter|undefined} the tool that is always at that host */
export function adapterAt(address) {
  const url = URL.parse(address);
  if (url?.protocol !== "https:" || url.port) return undefined;
  const at = (/** @type {string} */ host) => (host.startsWith("*.") ? url.hostname.endsWith(host.slice(1)) : url.hostname === host);
  return CATALOGUE.find((one) => one.hosts.some(at));
}
