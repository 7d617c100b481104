/** The panel at its own address: alone in a window, or framed by a chat tool, where it signs in by a window of ours. */
import { freshId, useToken } from "./api.js";
import { copy } from "./copying.js";
import { Answers } from "./inserting.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { mount, panel } from "./panel.js";
import { load, refresh, region } from "./regions.js";
import { Stream } from "./stream.js";
import { toastProblem } from "./toast.js";

const framed = window.parent !== window;
/** The page that frames us: the server let it stand in the policy, so no other page can. */
const parentOrigin = meta("parent");
const KEPT = `copilot.panel ${parentOrigin}`;
const stream = new Stream({ after: meta("after"), open: meta("conversation") });
let word = "";
/** @type {Window|null} */
let asked = null;
let running = false;

showLine(stream);
/** Whether the page around us says what became of a text (`answers` in its `copilot:open`). */
let waits = false;
const answers = new Answers((what) => window.parent.postMessage(what, parentOrigin));
/** @type {import("./reply.js").Insert} */
const insert = ({ text, suggestionId }) => {
  if (!framed || !parentOrigin) return void copy(text, suggestionId);
  // As the page around us named the conversation that is *shown*: it may have opened another one meanwhile.
  return answers.ask({ type: "copilot:insert", text, conversation: panel()?.dataset.named ?? "" }, waits, () => void copy(text, suggestionId));
};
mount(stream, insert);
// The introduction of a handover (handover.js) goes the same way.
document.addEventListener("copilot:insert", (event) => void insert(/** @type {CustomEvent} */ (event).detail)?.catch(toastProblem));
// One that was not here yet appears once it has come in.
stream.on("", ({ data }) => {
  const missing = region("panel").querySelector("[data-missing]");
  if (missing && data.conversation === missing.getAttribute("data-missing")) refresh("panel");
});
region("panel").addEventListener("region:swapped", () => stream.open(panel()?.dataset.id ?? ""));

addEventListener("message", (event) => {
  const { data } = event;
  if (typeof data !== "object" || data === null) return;
  if (event.origin === location.origin && asked !== null && event.source === asked && data.type === "copilot:token") {
    if (word === "" || data.word !== word || typeof data.secret !== "string") return;
    word = "";
    keep(data.secret);
    void enter(data.secret);
    return;
  }
  if (!framed || parentOrigin === "" || event.origin !== parentOrigin || event.source !== window.parent) return;
  if (data.type === "copilot:open" && typeof data.conversation === "string") {
    waits = data.answers === true;
    void open(data).catch(toastProblem);
  }
  if (data.type === "copilot:enter" && typeof data.secret === "string" && parentOrigin === location.origin && !running) {
    keep(data.secret);
    void enter(data.secret);
  }
  if (data.type === "copilot:inserted" || data.type === "copilot:refused") answers.hear(data);
  if (data.type === "copilot:typed") document.dispatchEvent(new CustomEvent("copilot:typed", { detail: { empty: data.empty === true } }));
});

const door = /** @type {HTMLButtonElement|null} */ (document.getElementById("enter-button"));
if (door) door.disabled = false; // a press before this script listens would be lost
door?.addEventListener("click", () => {
  if (!framed) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  word = freshId();
  const query = new URLSearchParams({ origin: parentOrigin, word });
  asked = window.open(`/panel/sign-in?${query}`, "copilot-sign-in", "popup,width=480,height=680");
  if (!asked) say("The browser did not allow the window. Allow it for this page, then press again.");
});
document.addEventListener("signed-out", () => {
  forget();
  outside("You are signed out. Sign in again: what you wrote is kept.");
  knock();
});

/** A page of ours around us, as in Zendesk's sidebar, may know who is there: then nobody has to sign in. */
function knock() {
  if (framed && parentOrigin === location.origin) window.parent.postMessage({ type: "copilot:wanted" }, parentOrigin);
}

/** @param {string} secret */
async function enter(secret) {
  useToken(secret);
  try {
    // The page around us may name another conversation while one is loading.
    for (let asked = ""; asked !== region("panel").dataset.src; ) {
      asked = region("panel").dataset.src ?? "";
      await load("panel");
    }
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 401) return;
    return say(error instanceof Error ? error.message : "That did not work.");
  }
  inside();
}

/** @param {{conversation: string, tool?: unknown, connection?: unknown}} named the chat tool shows another one */
async function open({ conversation, tool, connection }) {
  const query = new URLSearchParams({ conversation: conversation.slice(0, 200) });
  for (const [name, value] of Object.entries({ tool, connection })) if (typeof value === "string" && value) query.set(name, value);
  region("panel").dataset.src = `/desk/f/panel?${query}`;
  if (running) await load("panel");
}

function inside() {
  show(true);
  running = true;
  if (stream.state === "connecting" || stream.state === "signed-out") void stream.start();
}

/** @param {string} words */
function outside(words) {
  running = false;
  show(false);
  say(words);
}

/** @param {boolean} entered */
function show(entered) {
  region("panel").hidden = !entered;
  const door = document.getElementById("enter");
  if (door) door.hidden = entered;
}

/** @param {string} words */
function say(words) {
  const place = document.getElementById("enter-said");
  if (place) place.textContent = words;
}

/** @param {string} secret kept in the storage that browsers give to this frame in that page */
function keep(secret) {
  try {
    localStorage.setItem(KEPT, secret);
  } catch {
    // Without storage it holds until the frame is loaded again.
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

function forget() {
  useToken("");
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}

if (meta("entered")) inside();
else if (framed && !parentOrigin) say("This page is not allowed to show the copilot. An administrator can add it to the setting panel_origins.");
else if (framed && kept()) void enter(kept());
else knock();
// Whoever frames us may say from now on what is open.
if (framed && parentOrigin) window.parent.postMessage({ type: "copilot:ready" }, parentOrigin);
