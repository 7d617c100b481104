/**
 * The Zendesk sidebar: tells the panel which ticket is open, and puts what the agent chooses into the ticket's editor. It sends nothing.
 * The ticket's number is told by the framing page: it only chooses what is asked for. Who may see it is decided by the panel's session,
 * which begins with what Zendesk signed for whoever opened this (`entry`), where the service knows them; else with the panel's sign-in.
 */
const HEIGHT = "720px";
/** In the storage that this page shares with the panel: whose session it is that the panel keeps there. */
const WHOSE = "copilot.zendesk";
const [tenant = "", connection = ""] = location.pathname.split("/").slice(3).map(decodeURIComponent);
const client = window.ZAFClient?.init();
const place = document.getElementById("copilot");
const said = document.getElementById("said");

function begin() {
  let entry = document.querySelector("meta[name=entry]")?.getAttribute("content") ?? "";
  forgetOthers(entry);
  const panel = window.Rapport.panel({ into: place, tenant, onInsert: (text) => void insert(text) });
  const open = async () => panel.open(String((await got("ticket.id")) ?? ""), { tool: "zendesk", connection });
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== panel.frame.contentWindow || data?.type !== "copilot:wanted" || !entry) return;
    void letIn(panel.frame, entry);
    entry = "";
  });
  panel.frame.addEventListener("load", () => void open());
  client.on("app.activated", () => void open());
  client.on("comment.text.changed", (text) => panel.typed(isEmpty(text)));
  void client.invoke("resize", { width: "100%", height: HEIGHT });
}

/**
 * Whoever the service does not know signs in by the panel's own button.
 * @param {HTMLIFrameElement} frame
 * @param {string} token
 */
async function letIn(frame, token) {
  const [who, where] = [tenant, connection].map(encodeURIComponent);
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }) };
  const answer = await fetch(`/zendesk/enter/${who}/${where}`, asked).catch(() => null);
  if (!answer?.ok) return;
  const { secret } = await answer.json();
  frame.contentWindow?.postMessage({ type: "copilot:enter", secret }, location.origin);
}

/** Several people may use one browser: a session that another one left is not theirs. @param {string} token */
function forgetOthers(token) {
  try {
    const whose = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub;
    if (localStorage.getItem(WHOSE) === whose) return;
    localStorage.removeItem(`copilot.panel ${location.origin}`);
    localStorage.setItem(WHOSE, whose);
  } catch {
    // Without a token, or without storage, nothing is known of others.
  }
}

/** @param {string} text as the agent chose it */
async function insert(text) {
  // Where nothing says so the editor is taken for a rich one: there, words that look like markup would become markup.
  const written = (await got("comment.useRichText")) === false ? text : markup(text);
  try {
    await client.invoke("ticket.editor.insert", written);
  } catch {
    try {
      await client.invoke("comment.appendText", written);
    } catch {
      return say("Zendesk did not take it. Copy it from the panel instead.");
    }
  }
  say("");
}

/** @param {string} name of something that the framework knows */
async function got(name) {
  try {
    return (await client.get(name))[name];
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function markup(text) {
  const escaped = document.createElement("div");
  escaped.textContent = text;
  return escaped.innerHTML.replace(/\r?\n/g, "<br>");
}

/** @param {unknown} text of the editor, perhaps with markup */
function isEmpty(text) {
  const shown = new DOMParser().parseFromString(String(text ?? ""), "text/html");
  return (shown.body.textContent ?? "").trim() === "";
}

/** @param {string} words */
function say(words) {
  if (said) said.textContent = words;
}

if (client && window.Rapport) begin();
else say("This page belongs into Zendesk's ticket sidebar.");
