/** Where the service is, and which sites are which chat tool: shipped in `config.json`, the rest kept by the person in this browser. */
import { adapterAt, adapterOf } from "./catalogue.js";

/**
 * @typedef {{origin: string, tool: string, connection?: string, id?: string, composer?: string}} Site `id`, `composer`: selectors of a page
 *   that we do not know: of the element whose text (or data-id) is the conversation's id, and of the field that is written in
 * @typedef {{service: string, tenant: string, sites: Site[], fixed: boolean}} Settings `fixed`: the service's address is the company's
 * @typedef {import("./catalogue.js").Adapter & {origin: string, connection: string}} Recipe how to read one site
 */

const LOCAL = ["localhost", "127.0.0.1"];
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** @param {unknown} text @returns {string} the origin that it names exactly (https, or http on this machine); empty: none */
export function originOf(text) {
  const url = URL.parse(String(text));
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && LOCAL.includes(url.hostname)))) return "";
  return url.origin;
}

/** @returns {Promise<Settings>} */
export async function read() {
  const shipped = await (await fetch(chrome.runtime.getURL("config.json"))).json();
  const kept = await chrome.storage.local.get({ service: "", tenant: "", sites: [] });
  const fixed = originOf(shipped.service) !== "";
  const own = kept.sites.filter((/** @type {Site} */ one) => !shipped.sites.some((/** @type {Site} */ other) => other.origin === one.origin));
  return {
    service: fixed ? originOf(shipped.service) : originOf(kept.service),
    tenant: fixed ? shipped.tenant : kept.tenant,
    sites: [...shipped.sites, ...own].filter(usable),
    fixed,
  };
}

/** @param {{service?: string, tenant?: string}} changed */
export async function keep(changed) {
  await chrome.storage.local.set(changed);
}

/** @param {Site} site takes the place of what was kept for that origin */
export async function keepSite(site) {
  const { sites } = await chrome.storage.local.get({ sites: [] });
  await chrome.storage.local.set({ sites: [...sites.filter((/** @type {Site} */ one) => one.origin !== site.origin), site] });
}

/** @param {string} origin */
export async function forgetSite(origin) {
  const { sites } = await chrome.storage.local.get({ sites: [] });
  await chrome.storage.local.set({ sites: sites.filter((/** @type {Site} */ one) => one.origin !== origin) });
}

/**
 * @param {Settings} settings
 * @param {string} address of a page
 * @returns {Recipe|null} null: the page is not known as a chat tool
 */
export function recipeFor({ sites }, address) {
  const origin = originOf(address);
  const site = sites.find((one) => one.origin === origin);
  const adapter = site ? adapterOf(site.tool) : adapterAt(address);
  if (!origin || !adapter) return null;
  const { id = "", composer = "", connection = "" } = site ?? {};
  /** @type {import("./catalogue.js").Rule[]} */
  const named = id ? [{ from: "element", selector: id }] : [];
  return { ...adapter, origin, connection, conversation: [...named, ...adapter.conversation], composer: [...(composer ? [composer] : []), ...adapter.composer] };
}

/** @param {Site} site */
function usable({ origin, tool, connection = "" }) {
  return originOf(origin) === origin && adapterOf(tool) !== undefined && (connection === "" || NAME.test(connection));
}
