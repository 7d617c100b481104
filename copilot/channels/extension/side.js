/** The panel of one tab: follows which conversation is open there, shows the service's panel for it, puts chosen texts into the page. */
import { CATALOGUE } from "./catalogue.js";
import { Frame } from "./frame.js";
import { keepSite, originOf, read, recipeFor } from "./settings.js";
import { Tab } from "./tab.js";
import { fill, word } from "./words.js";

/** Why a text did not go in, for the person: names of words. */
const WHY = ["moved", "nowhere", "several", "untaken", "lost", "silent"];

fill();
const tabId = Number(new URLSearchParams(location.search).get("tab"));
const tab = new Tab(tabId, heard);
const frame = new Frame(part("#frame"), insert, ready);
/** @type {import("./settings.js").Settings} */
let settings;
/** @type {import("./settings.js").Recipe|null} */
let recipe = null;
let conversation = "";
/** @type {Promise<void>} */
let following = Promise.resolve();

/** One after the other: the page as it is now. */
function follow() {
  following = following.then(look).catch((error) => console.error(error));
}

async function look() {
  settings = await read();
  if (!settings.service) return state("no-service");
  const address = await addressOf();
  if (address === null) return state("closed");
  const found = recipeFor(settings, address);
  if (tab.attached && found?.origin === recipe?.origin && JSON.stringify(found) === JSON.stringify(recipe)) return;
  tab.detach();
  recipe = found;
  if (!address) return state("no-access");
  if (!recipe) return ask(address);
  if (!(await tab.attach(recipe))) return state("no-access");
  await offerForGood(recipe);
}

/** @param {import("./tab.js").Heard} what */
function heard(what) {
  if (what.type === "typed") return frame.typed(what.empty);
  conversation = what.type === "seen" ? what.conversation : "";
  if (what.type === "gone") follow();
  else open();
}

function open() {
  if (!recipe) return;
  const { tool, connection } = recipe;
  const title = titleOf(recipe);
  part("#where").textContent = conversation ? `${title} · ${conversation}` : word("noConversation", title);
  state("");
  frame.show(settings, { conversation, tool: tool === "generic" ? "" : tool, connection });
}

/** @param {string} text @param {string} named the conversation whose panel it comes from @returns {Promise<string>} why it did not go in */
async function insert(text, named) {
  note("");
  if (named === "" || named !== conversation) return word("moved");
  const { ok, why } = await tab.insert(text, named);
  if (ok && why) note(word("changed"));
  return ok ? "" : word(WHY.includes(why) ? why : "untaken");
}

/** @returns {Promise<string|null>} empty: the browser does not tell; null: the tab is gone */
async function addressOf() {
  try {
    return (await chrome.tabs.get(tabId)).url ?? "";
  } catch {
    return null;
  }
}

/** @param {boolean} runs whether the service's panel answers in its frame */
function ready(runs) {
  state(runs ? "" : "no-panel");
}

/** @param {string} shown empty: the panel itself */
function state(shown) {
  for (const card of document.querySelectorAll("[data-state]")) if (card instanceof HTMLElement) card.hidden = card.dataset.state !== shown;
  part("#frame").hidden = shown !== "";
  part("[data-service]").textContent = settings?.service ?? "";
  part("[data-origin]").textContent = location.origin;
  if (shown !== "") part("#where").textContent = "Rapport";
  if (shown !== "" && shown !== "no-panel") note("");
}

/** @param {string} address of a page that we do not know */
function ask(address) {
  const origin = originOf(address);
  part("[data-host]").textContent = origin ? new URL(origin).host : word("thisPage");
  state(origin ? "unknown" : "no-access");
}

/** @param {import("./settings.js").Recipe} site */
async function offerForGood({ origin }) {
  const origins = [`${origin}/*`];
  if (await chrome.permissions.contains({ origins })) return;
  note(word("untilLeft", new URL(origin).host), word("always"), () => void chrome.permissions.request({ origins }).then((yes) => yes && note("")));
}

/** @param {string} words empty: nothing to say @param {string} [label] @param {() => void} [run] */
function note(words, label = "", run = () => {}) {
  const button = /** @type {HTMLButtonElement} */ (part("#note button"));
  part("#note").hidden = words === "";
  part("#note p").textContent = words;
  button.hidden = label === "";
  button.textContent = label;
  button.onclick = run;
}

/** Tools have a name of their own; a page of no tool has none. @param {import("./catalogue.js").Adapter} adapter */
function titleOf({ tool, title }) {
  return tool === "generic" ? word("otherPage") : title;
}

/** @param {string} selector @returns {HTMLElement} */
function part(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}

const form = /** @type {HTMLFormElement} */ (part("#site"));
const tools = /** @type {HTMLSelectElement} */ (form.elements.namedItem("tool"));
tools.append(...CATALOGUE.map((one) => new Option(titleOf(one), one.tool)));
form.addEventListener("input", () => (part("#generic").hidden = tools.value !== "generic"));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  const origin = originOf((await addressOf()) ?? "");
  if (!origin) return follow();
  await chrome.permissions.request({ origins: [`${origin}/*`] }); // whoever says no has the copilot here until they leave the page
  await keepSite({ origin, tool: given.tool, connection: given.connection, ...(given.tool === "generic" ? { id: given.id, composer: given.composer } : {}) });
  follow();
});
document.addEventListener("click", (event) => {
  const opens = event.target instanceof HTMLElement ? event.target.dataset.opens : "";
  if (opens === "options") void chrome.runtime.openOptionsPage();
  if (opens === "again") location.reload();
});
chrome.tabs.onUpdated.addListener((id, changed) => id === tabId && (changed.url || changed.status) && follow());
chrome.tabs.onRemoved.addListener((id) => id === tabId && follow());
chrome.permissions.onAdded.addListener(() => follow());
chrome.storage.onChanged.addListener(() => follow());
follow();
