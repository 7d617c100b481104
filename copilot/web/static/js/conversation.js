/** The open conversation: new messages appear at once, the place where one reads stays, and what was read is noted. */
import { fragment, send } from "./api.js";
import { attach } from "./composer.js";
import { stream } from "./desk.js";
import { addKey } from "./keys.js";
import { meta } from "./meta.js";
import { load, refresh, region } from "./regions.js";
import { toastProblem } from "./toast.js";

const GATHER_MS = 80;
const NEAR_PX = 48;
const SETTLES_MS = 400;
const SHOWN = "acknowledge"; // the one kind of suggestion that the head offers
const place = region("conversation");
const inDay = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
let talk = "";
let last = "";
let atEnd = true;
let seen = "";

/** @returns {HTMLElement|null} what scrolls */
function scroller() {
  return place.querySelector("[data-scrolls]");
}

/** @returns {HTMLElement|null} */
function article() {
  return place.querySelector("[data-talk]");
}

function toEnd() {
  const pane = scroller();
  if (pane) pane.scrollTop = pane.scrollHeight;
  atEnd = true;
  newer(false);
}

/** @param {boolean} shown that there is something new below */
function newer(shown) {
  const button = place.querySelector("[data-newer]");
  if (button instanceof HTMLElement) button.hidden = !shown;
}

/** Nothing moves under a pointer that is on something to press, nor under selected words. */
function inHand() {
  const pane = scroller();
  const selection = getSelection();
  const selected = selection && !selection.isCollapsed && pane?.contains(selection.anchorNode);
  return Boolean(selected || pane?.querySelector("summary:hover, a:hover, button:hover"));
}

/** After the region was drawn. */
function drawn() {
  const now = article();
  for (const day of place.querySelectorAll("time.day-of")) day.textContent = inDay.format(Date.parse(day.getAttribute("datetime") ?? ""));
  if (!now) {
    talk = last = "";
    return;
  }
  const same = now.dataset.talk === talk;
  const more = same && now.dataset.last !== last;
  talk = now.dataset.talk ?? "";
  last = now.dataset.last ?? "";
  if (!same) begin(now);
  else if (more && (!atEnd || inHand())) newer(true);
  else if (atEnd) toEnd();
  read();
}

/** @param {HTMLElement} now a conversation that was just opened */
function begin(now) {
  const named = document.querySelector('meta[name="conversation"]');
  if (now.dataset.ref) named?.setAttribute("content", now.dataset.ref);
  document.title = `${now.querySelector("h2")?.textContent?.trim() ?? ""} · Desk`;
  seen = "";
  attach(place.querySelector("form[data-composer]"));
  toEnd();
  // Fonts and late layout move the end once more.
  requestAnimationFrame(() => atEnd && toEnd());
}

let timer = 0;
function read() {
  clearTimeout(timer);
  timer = window.setTimeout(() => void note(), SETTLES_MS);
}

/** Tell that the last message was seen: it is in view, on a page that is looked at. */
async function note() {
  const here = talk;
  const until = last;
  if (!until || seen === until || !atEnd || document.visibilityState !== "visible" || !document.hasFocus()) return;
  const pane = scroller();
  if (!pane || pane.offsetParent === null) return;
  seen = until;
  try {
    await send("POST", `/v1/conversations/${encodeURIComponent(here)}/seen-until`, { message_id: until });
    refresh("queue");
  } catch {
    if (seen === until) seen = ""; // next time; nobody has to know
  }
}

/** Earlier conversations are read when they are unfolded. @param {Event} event */
function unfolded(event) {
  const details = event.target;
  if (!(details instanceof HTMLDetailsElement) || !details.open || !details.dataset.before || details.dataset.read) return;
  details.dataset.read = "";
  const inside = details.querySelector(".before-said");
  fragment(`/desk/f/earlier?${new URLSearchParams({ conversation: details.dataset.before })}`).then((html) => {
    inside?.replaceChildren(document.createRange().createContextualFragment(html));
    inside?.dispatchEvent(new CustomEvent("region:swapped", { bubbles: true }));
  }, (error) => {
    delete details.dataset.read;
    details.open = false;
    toastProblem(error);
  });
}

let gathering = 0;
/** Draw it again at once, also under the pointer: messages are added below, nothing above them moves. */
function renew() {
  clearTimeout(gathering);
  gathering = window.setTimeout(() => void load("conversation").catch(() => undefined), GATHER_MS);
}

for (const prefix of ["message.", "conversation.", "suggestion.ready", "suggestion.outdated", "turn."]) {
  stream.on(prefix, (event) => event.data.conversation === meta("conversation") && (event.data.kind ?? SHOWN) === SHOWN && renew());
}
place.addEventListener("scroll", (event) => {
  const pane = event.target;
  if (!(pane instanceof HTMLElement) || !pane.matches("[data-scrolls]")) return;
  atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_PX;
  if (atEnd) newer(false);
  if (atEnd) read();
}, { capture: true, passive: true });
place.addEventListener("toggle", unfolded, true);
place.addEventListener("click", (event) => event.target instanceof Element && event.target.closest("[data-newer]") && toEnd());
place.addEventListener("region:swapped", drawn);
document.addEventListener("visibilitychange", read);
addEventListener("focus", read);
addKey({ key: "w", label: "Write an answer", group: "Conversation", run: () => place.querySelector("textarea")?.focus(), when: () => place.querySelector("textarea") !== null });
drawn();
