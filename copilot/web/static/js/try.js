/** Try a draft: the result takes seconds, so the page stands first. */
import { part } from "./acting.js";
import { load, region } from "./regions.js";
import { toastProblem } from "./toast.js";

const select = /** @type {HTMLSelectElement} */ (part(document, "[data-turns]"));
const place = region("try");

async function run() {
  place.ariaBusy = "true";
  const src = (place.dataset.src ?? "").replace(/turns=\d+/, `turns=${select.value}`);
  await load("try", src).catch(toastProblem);
  place.ariaBusy = "false";
}

select.addEventListener("change", () => void run());
void run();
