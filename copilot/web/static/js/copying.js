/** Where there is no composer to write into, words go to the clipboard. */
import { send } from "./api.js";
import { toast } from "./toast.js";

/** @param {string} text @param {string|null} suggestionId */
export async function copy(text, suggestionId) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return toast("The browser did not allow copying. Mark the text and copy it by hand.", { bad: true });
  }
  toast("Copied. Paste it where you write.");
  if (suggestionId) await send("POST", `/v1/suggestions/${encodeURIComponent(suggestionId)}/seen`, { what: "copied" }).catch(() => null);
}
