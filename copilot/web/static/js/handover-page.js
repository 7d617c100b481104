/** A handover on its own page: alive, and printable. */
import "./handover.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn } from "./regions.js";
import { Stream } from "./stream.js";

const stream = new Stream({ after: meta("after"), open: meta("conversation") });
showLine(stream);
refreshOn(stream, "handover", ["handover.", "message.", "promise."], (event) => event.data.conversation === meta("conversation"));
void stream.start();
document.querySelector("[data-prints]")?.addEventListener("click", () => print());
