/**
 * The Zendesk sidebar: tells the panel which ticket is open, and puts what the agent chooses into the ticket's editor. It sends nothing.
 * The ticket's number is told by the framing page: it only chooses what is asked for. Who may see it is decided by the panel's session.
 */
const HEIGHT = "720px";
const client = window.ZAFClient?.init();
const place = document.getElementById("copilot");
const said = document.getElementById("said");

function begin() {
  Object.assign(document.body.style, { margin: "0" });
  Object.assign(place.style, { blockSize: "100vh" });
  const tenant = new URLSearchParams(location.search).get("tenant") ?? "";
  const panel = window.Rapport.panel({ into: place, tenant, onInsert: (text) => void insert(text) });
  const open = async () => panel.open(String((await got("ticket.id")) ?? ""));
  panel.frame.addEventListener("load", () => void open());
  client.on("app.activated", () => void open());
  client.on("comment.text.changed", (text) => panel.typed(isEmpty(text)));
  void client.invoke("resize", { width: "100%", height: HEIGHT });
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
