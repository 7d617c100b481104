/**
 * The Front plugin: tells the panel which conversation is open, and puts what the agent chooses into its draft: into the one that is there,
 * or a new reply. It sends nothing. What Front's page says only chooses what is asked for.
 */
const front = window.Front;
const place = document.getElementById("copilot");
const said = document.getElementById("said");
/** @type {any} the context of the one open conversation */
let current = null;
/** Drafts made here, by conversation, until Front tells of them itself. @type {Map<string, string>} */
const made = new Map();

function begin() {
  const query = new URLSearchParams(location.search);
  const named = { tool: "front", connection: query.get("connection") ?? "" };
  const panel = window.Rapport.panel({ into: place, tenant: query.get("tenant") ?? "", onInsert: (text) => void insert(text) });
  const open = () => panel.open(current?.conversation.id ?? "", named);
  panel.frame.addEventListener("load", open);
  front.contextUpdates.subscribe((context) => {
    const before = current?.conversation.id;
    current = context.type === "singleConversation" ? context : null;
    if (current?.conversation.id !== before) open();
    if (current?.conversation.draftId) made.delete(current.conversation.id);
  });
}

/** @param {string} text as the agent chose it */
async function insert(text) {
  const context = current;
  if (context === null) return say("Open one conversation first.");
  const content = { body: text, type: "text" };
  const draft = context.conversation.draftId ?? made.get(context.conversation.id);
  try {
    if (draft) await context.updateDraft(draft, { updateMode: "insert", content });
    else await create(context, content);
  } catch {
    return say("Front did not take it. Copy it from the panel instead.");
  }
  say("");
}

/**
 * @param {any} context
 * @param {{body: string, type: string}} content
 */
async function create(context, content) {
  const answered = await answers(context);
  // To whoever wrote, not to everybody in copy: the agent widens it, never we.
  const replyOptions = answered ? { type: "reply", originalMessageId: answered } : undefined;
  const draft = await context.createDraft(replyOptions ? { content, replyOptions } : { content });
  if (draft?.id) made.set(context.conversation.id, draft.id);
}

/** The message that a reply answers: the newest that came in. @param {any} context */
async function answers(context) {
  const { results = [] } = (await context.listMessages()) ?? {};
  const rising = [...results].sort((one, other) => Number(new Date(one.date)) - Number(new Date(other.date)));
  return (rising.filter((message) => message.status === "inbound").at(-1) ?? rising.at(-1))?.id ?? "";
}

/** @param {string} words */
function say(words) {
  if (said) said.textContent = words;
}

if (front && window.Rapport) begin();
else say("This page belongs into Front's sidebar.");
