/**
 * The Chatwoot dashboard app: tells the panel which conversation is open. Chatwoot signs nothing of what it says here, so it only chooses
 * what is asked for; the panel's own session decides what may be seen. Chatwoot has no way to put words into its composer: they are copied.
 */
const place = document.getElementById("copilot");
const said = document.getElementById("said");
const ASK = "chatwoot-dashboard-app:fetch-info";
const query = new URLSearchParams(location.search);

function begin() {
  const panel = window.Rapport.panel({ into: place, tenant: query.get("tenant") ?? "", onInsert: (text) => void copy(text) });
  const named = { tool: "chatwoot", connection: query.get("connection") ?? "" };
  let shown = "";
  addEventListener("message", (event) => {
    if (event.source !== window.parent || typeof event.data !== "string") return;
    const found = opened(event.data);
    if (found === "" || found === shown) return;
    shown = found;
    panel.open(found, named);
  });
  panel.frame.addEventListener("load", () => {
    shown = "";
    window.parent.postMessage(ASK, "*"); // it holds nothing; whoever frames this page is on the tenant's list
  });
}

/** The number of the conversation that a message names; empty for any other message. @param {string} data */
function opened(data) {
  try {
    const told = JSON.parse(data);
    const id = told?.event === "appContext" ? told.data?.conversation?.id : undefined;
    return Number.isInteger(id) ? String(id) : "";
  } catch {
    return "";
  }
}

/** @param {string} text as the agent chose it */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied. Paste it into the reply.");
  } catch {
    say("Chatwoot takes no text from here, and the browser did not allow copying. Select it in the panel.");
  }
}

/** @param {string} words */
function say(words) {
  if (said) said.textContent = words;
}

if (window.parent !== window && window.Rapport) begin();
else say("This page belongs into Chatwoot, as a dashboard app.");
