/** Handovers that wait for me, at the top of the desk. */
import { stream } from "./desk.js";
import { refresh, refreshOn } from "./regions.js";
import { toast } from "./toast.js";

const MINUTE_MS = 60000;
let before = count();

/** @returns {number} how many wait */
function count() {
  return Number(document.querySelector("[data-region='offers'] .number")?.textContent ?? 0);
}

document.addEventListener("region:swapped", (event) => {
  if (!(event.target instanceof HTMLElement) || event.target.dataset.region !== "offers") return;
  if (count() > before) toast("A handover waits for you.");
  before = count();
});
refreshOn(stream, "offers", ["handover."]);
setInterval(() => document.visibilityState === "visible" && refresh("offers"), MINUTE_MS);
