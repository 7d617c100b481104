/** The report of one import: it follows the job. */
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { followOn } from "./regions.js";
import { Stream } from "./stream.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
followOn(stream, "report", ["import."]);
void stream.start();
