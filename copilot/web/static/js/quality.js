/** The list of cases: follows what happens, and harvests. */
import { act, listen } from "./acting.js";
import { send } from "./api.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { refreshOn } from "./regions.js";
import { Stream } from "./stream.js";
import { toast } from "./toast.js";

const stream = new Stream({ after: meta("after") });
showLine(stream);
refreshOn(stream, "quality", ["quality."]);
void stream.start();

listen({ harvest: (_, button) => void act(button, harvest) });

async function harvest() {
  const { made } = await send("POST", "/v1/quality/harvest", {});
  toast(made ? `${made} new ${made === 1 ? "case waits" : "cases wait"} for you. The dangerous ones stand first.` : "There is nothing new to harvest.");
}
