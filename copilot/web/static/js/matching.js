/** Whether two records are one person's: somebody says so, and may take it back. */
import { send } from "./api.js";
import { load } from "./regions.js";
import { toast } from "./toast.js";

/** @param {HTMLElement} button @param {string} region drawn again */
export async function sayWhether(button, region) {
  const same = button.dataset.same === "yes";
  await send("POST", `/v1/matches/${button.dataset.match}`, { same });
  await load(region);
  toast(same ? "Noted: one person. Drafts are made anew with all that is known." : "Noted: not the same person.");
}
