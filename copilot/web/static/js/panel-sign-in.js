/** The window that a framed panel opens: asks for a token for the framing page's origin, and posts it to our own frame only. */
import { send } from "./api.js";
import { meta } from "./meta.js";

const said = document.getElementById("said");
try {
  const opener = window.opener;
  if (!opener) throw new Error("Open the copilot from your chat tool: this window was opened by itself.");
  const { secret } = await send("POST", "/v1/panel-tokens", { origin: meta("origin") });
  // The frame that opened us is of our own origin; to any other page this is not delivered.
  opener.postMessage({ type: "copilot:token", secret, word: meta("word") }, location.origin);
  window.close();
} catch (error) {
  if (said) said.textContent = error instanceof Error ? error.message : String(error);
}
