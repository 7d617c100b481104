/** Says at the top when the connection is gone, and when it is back. Quiet otherwise. */
import { toast } from "./toast.js";

const PATIENCE_MS = 1500;

/** @param {import("./stream.js").Stream} stream */
export function showLine(stream) {
  const place = document.getElementById("line");
  let timer = 0;
  document.addEventListener("signed-in", () => stream.state === "signed-out" && void stream.start());
  stream.addEventListener("state", () => {
    document.documentElement.dataset.line = stream.state;
    clearTimeout(timer);
    if (!place) return;
    if (stream.state === "online") {
      place.hidden = true;
      place.textContent = "";
      return;
    }
    if (stream.state === "closed" || stream.state === "signed-out") return;
    timer = window.setTimeout(() => {
      place.hidden = false;
      place.textContent = stream.state === "offline" ? "Offline. What you write is kept." : "Connecting …";
    }, PATIENCE_MS);
  });
}

let out = false;
document.addEventListener("signed-out", () => {
  if (out) return;
  out = true;
  const next = encodeURIComponent(location.pathname + location.search);
  const run = () => void window.open(`/sign-in?next=${next}`, "_blank", "noopener");
  toast("You are signed out. Sign in in another window, then go on here: what you wrote is kept.", { action: { label: "Sign in", run } });
});
addEventListener("focus", () => out && void back());

/** Signed in again in another window? Then go on here, with the new session's word. */
async function back() {
  const answer = await fetch("/v1/me", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) return;
  const { csrf } = await answer.json();
  document.querySelector('meta[name="csrf"]')?.setAttribute("content", csrf ?? "");
  out = false;
  document.dispatchEvent(new CustomEvent("signed-in"));
  toast("You are signed in again.");
}
