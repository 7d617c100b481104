/** The desk: one stream, three regions. */
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn } from "./regions.js";
import { Stream } from "./stream.js";

export const stream = new Stream({ after: meta("after"), open: meta("conversation") });
showLine(stream);

const here = (/** @type {import("./stream.js").LiveEvent} */ event) => event.data.conversation === meta("conversation");
refreshOn(stream, "queue", ["message.", "turn.", "conversation.", "handover.", "promise."]);
refreshOn(stream, "panel", ["evidence.", "suggestion.ready", "turn.", "handover.", "promise.", "memory."], here);
void stream.start();
