/** Connections: figures follow what happens, values can be copied, and no form is sent twice. All of it works without. */
import { refresh } from "./regions.js";
import { toast } from "./toast.js";

const EVERY_MS = 15_000;

for (const region of document.querySelectorAll("[data-region]")) {
  const name = region instanceof HTMLElement ? region.dataset.region : "";
  if (name) setInterval(() => document.visibilityState === "visible" && refresh(name), EVERY_MS);
}

for (const button of document.querySelectorAll("[data-copies]")) {
  if (button instanceof HTMLElement && "clipboard" in navigator) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copies]") : null;
  const value = button?.parentElement?.querySelector("code")?.textContent;
  if (value) void navigator.clipboard.writeText(value).then(() => toast("Copied."));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.once === undefined) return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  form.setAttribute("aria-busy", "true");
  event.submitter?.setAttribute("aria-busy", "true");
});

// A page that the browser kept for going back is not busy any more.
addEventListener("pageshow", () => {
  for (const busy of document.querySelectorAll('[aria-busy="true"]')) busy.removeAttribute("aria-busy");
});
