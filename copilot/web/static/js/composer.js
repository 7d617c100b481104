/**
 * Where the agent writes. Control+Enter or the button sends, Enter makes a line. The panel's words come with `copilot:insert`
 * ({text, suggestionId, part}); `copilot:typed` tells it that the agent begins to write, `copilot:sent` that it is gone.
 */
import { addKey } from "./keys.js";
import { offerSaved } from "./saved.js";
import { toast } from "./toast.js";
import { Composer } from "./writing.js";

/** @type {Composer|null} */
let composer = null;
/** @type {{conversation: string, text: string, suggestionId: string}|null} words that wait for their conversation to open */
let awaited = null;

/** @param {HTMLFormElement|null} form of the conversation that was opened */
export function attach(form) {
  if (composer?.form === form) return;
  composer = form ? new Composer(form) : null;
  if (composer) offerSaved(composer);
  const ref = form?.closest("[data-ref]")?.getAttribute("data-ref");
  if (awaited && awaited.conversation === ref) composer?.use(awaited.text, awaited.suggestionId, null);
  awaited = null;
}

document.addEventListener("copilot:insert", (event) => {
  const { text = "", suggestionId = "", part = null } = /** @type {CustomEvent} */ (event).detail ?? {};
  if (!text) return;
  if (composer) return composer.use(text, suggestionId, part);
  navigator.clipboard?.writeText(text).then(() => toast("Copied: paste it in the chat tool."), () => toast("Copy it from the panel: there is nowhere to write here.", { bad: true }));
});

document.addEventListener("copilot:write", (event) => {
  const wanted = /** @type {CustomEvent} */ (event).detail;
  const ref = composer?.form.closest("[data-ref]")?.getAttribute("data-ref");
  if (composer && ref === wanted.conversation) return composer.use(wanted.text, wanted.suggestionId, null);
  awaited = wanted;
  void import("./opening.js").then(({ openConversation }) => openConversation(wanted.conversation));
});

const writing = () => composer !== null && document.activeElement === composer.field;
addKey({ key: "Control+Enter", label: "Send what you wrote", group: "Conversation", run: () => composer?.form.requestSubmit(), when: writing });
addKey({ key: "Control+.", label: "Check my text", group: "Conversation", run: () => void composer?.check(true), when: () => composer !== null });
