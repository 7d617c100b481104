/** One experiment: its figures follow what agents decide, and one button stops it. */
import { act, listen } from "./acting.js";
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn, region } from "./regions.js";
import { Stream } from "./stream.js";

const place = region("experiment");
const ident = place.dataset.experiment ?? "";
const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "experiment", ["quality.experiment"], (event) => event.data.subject === ident);
void stream.start();

listen({
  stop: async (_, button) => {
    if (!(await ask("Stop this experiment? Every conversation gets what ran before from now on. It cannot be taken up again.", "Stop it"))) return;
    await act(button, () => send("POST", `/v1/quality/experiments/${encodeURIComponent(ident)}/stop`, {}), "Stopped.");
  },
});
