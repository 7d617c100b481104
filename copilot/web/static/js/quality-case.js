/** One case: words are marked, what is expected is changed, and somebody decides. */
import { act, listen, part } from "./acting.js";
import { send } from "./api.js";
import { offerMarking, tagsOf } from "./case-making.js";
import { ask } from "./dialog.js";
import { addKey } from "./keys.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn, region } from "./regions.js";
import { Stream } from "./stream.js";
import { toastProblem } from "./toast.js";

/** @typedef {"must"|"must_not"} Side */

const place = region("quality-case");
const here = `/v1/quality/cases/${encodeURIComponent(place.dataset.case ?? "")}`;
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "quality-case", ["quality."], (event) => event.data.subject === place.dataset.case);
void stream.start();

const open = () => place.querySelector("[data-state='candidate']") !== null;

/** @param {Side} side @returns {Promise<Record<string, unknown>[]>} what is expected on that side, as it is stored */
async function expected(side) {
  const { body } = await send("GET", here);
  return body[side] ?? [];
}

/** @param {Side} side @param {Record<string, unknown>} one */
async function add(side, one) {
  await send("PATCH", here, { [side]: [...(await expected(side)), one] });
}

/** @param {HTMLElement} row @param {HTMLElement} button */
async function drop(row, button) {
  const side = /** @type {Side} */ (row.dataset.side);
  const at = Number(row.dataset.place);
  await act(button, async () => send("PATCH", here, { [side]: (await expected(side)).filter((_, number) => number !== at) }), "Taken away.");
}

/** @param {HTMLElement} button @param {"approved"|"rejected"} state */
async function decide(button, state) {
  if (state === "approved" && !(await ask("Approve this case? It can be downloaded from then on. You have read it as a stranger would.", "Approve it"))) return;
  if (await act(button, () => send("POST", `${here}/decide`, { state }), state === "approved" ? "Approved." : "Rejected.")) location.assign("/quality");
}

listen({
  drop,
  approve: (_, button) => decide(button, "approved"),
  reject: (_, button) => decide(button, "rejected"),
});
addKey({ key: "y", label: "Approve the case", group: "Case", when: open, run: () => part(place, "[data-act='approve']").click() });
addKey({ key: "n", label: "Reject the case", group: "Case", when: open, run: () => part(place, "[data-act='reject']").click() });

offerMarking((draft, words, side) => {
  if (!open()) return;
  void act(part(place, "#expects-title"), () => add(side, { say: words, in: draft.dataset.kind }), "Noted.");
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !place.contains(form)) return;
  event.preventDefault();
  const given = new FormData(form);
  const value = (/** @type {string} */ name) => String(given.get(name) ?? "").trim();
  const button = /** @type {HTMLElement} */ (event.submitter ?? form);
  const work = form.matches("[data-add]") ? adding(value) : about(value);
  void act(button, work, "Saved.").then((worked) => worked && form.matches("[data-add]") && form.reset()).catch(toastProblem);
});

/** @param {(name: string) => string} value */
function adding(value) {
  return () => add(/** @type {Side} */ (value("side")), { [value("word")]: value("value") });
}

/** @param {(name: string) => string} value */
function about(value) {
  return () => send("PATCH", here, { ...Object.fromEntries(["name", "why", "ability", "severity"].map((name) => [name, value(name)])), tags: tagsOf(value("tags")) });
}
