/** Where the copilot is, and which pages are chat tools. */
import { adapterOf } from "./catalogue.js";
import { forgetSite, keep, originOf, read } from "./settings.js";
import { fill, word } from "./words.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("service"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));
const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

async function show() {
  const { service, tenant, sites, fixed } = await read();
  field("service").value = service;
  field("tenant").value = tenant;
  for (const one of form.elements) if (one instanceof HTMLInputElement || one instanceof HTMLButtonElement) one.disabled = fixed;
  if (fixed) said.textContent = word("fixed");
  document.getElementById("origin").textContent = location.origin;
  document.getElementById("none").hidden = sites.length > 0;
  document.getElementById("sites").replaceChildren(...sites.map(line));
}

/** @param {import("./settings.js").Site} site */
function line({ origin, tool, connection }) {
  const item = document.createElement("li");
  const words = document.createElement("span");
  const button = document.createElement("button");
  words.textContent = [origin, tool === "generic" ? word("otherPage") : adapterOf(tool)?.title, connection].filter(Boolean).join(" · ");
  button.className = "quiet";
  button.type = "button";
  button.textContent = word("forget");
  button.setAttribute("aria-label", word("forgetWhich", origin));
  button.addEventListener("click", async () => {
    await forgetSite(origin);
    await chrome.permissions.remove({ origins: [`${origin}/*`] }).catch(() => false);
    await show();
  });
  item.append(words, button);
  return item;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const service = originOf(field("service").value.trim());
  if (!service) {
    said.textContent = word("addressWrong");
    return field("service").focus();
  }
  await keep({ service, tenant: field("tenant").value.trim() });
  said.textContent = word("kept");
  await show();
});
fill();
void show();
