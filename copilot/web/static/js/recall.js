/** One recall, as its corrections are sent. */
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn, region } from "./regions.js";
import { Stream } from "./stream.js";

const about = region("recall").dataset.recall;
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "recall", ["recall."], (event) => event.data.subject === about);
void stream.start();
