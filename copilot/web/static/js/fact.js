/** One change of a fact: read as a whole by a second person, published together. */
import { act, listen, part } from "./acting.js";
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn, region } from "./regions.js";
import { Stream } from "./stream.js";
import { toast } from "./toast.js";
import { chosenTime } from "./zoned.js";

const place = region("fact");
const path = `/v1/facts/${encodeURIComponent(place.dataset.change ?? "")}`;
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "fact", ["fact.", "article.draft", "article.saved"]);
void stream.start();

const version = () => Number(part(place, "[data-version]").dataset.version);
const note = () => /** @type {HTMLTextAreaElement} */ (part(place, "[name='note']")).value.trim();

/**
 * @param {HTMLElement} button
 * @param {string} step
 * @param {object} body
 * @param {string} said
 */
const move = (button, step, body, said) => act(button, () => send("POST", `${path}/${step}`, { version: version(), ...body }), said);

listen({
  submit: (_, button) => move(button, "submit", {}, "Sent for review."),
  approve(_, button) {
    try {
      const at = chosenTime(part(place, "[data-decide]"));
      return move(button, "review", { approve: true, note: note(), publish_at: at }, at ? "Approved." : "Published.");
    } catch (error) {
      if (error instanceof TypeError) return toast(error.message, { bad: true });
      throw error;
    }
  },
  return(_, button) {
    if (note()) return move(button, "review", { approve: false, note: note() }, "Sent back.");
    part(place, "[name='note']").focus();
    return toast("Say what should change.");
  },
  async discard(_, button) {
    if (await ask("Discard this change? None of it is published.", "Discard it")) await move(button, "discard", {}, "Discarded.");
  },
});
