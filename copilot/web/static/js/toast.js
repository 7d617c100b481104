/** Short messages at the edge of the page, read out politely. They wait while looked at, and never take the focus. */

const SHOWN_MS = 6000;

/**
 * @param {string} text
 * @param {{bad?: boolean, action?: {label: string, run: () => void}}} [options] `bad`: stays until it is closed
 */
export function toast(text, { bad = false, action } = {}) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const box = document.createElement("div");
  box.className = bad ? "toast bad" : "toast";
  const said = document.createElement("span");
  said.textContent = text;
  box.append(said);
  if (action) box.append(button(action.label, () => (action.run(), box.remove())));
  const close = button("×", () => box.remove());
  close.className = "quiet icon";
  close.setAttribute("aria-label", "Close");
  box.append(close);
  for (const same of [...place.children]) if (same.firstChild?.textContent === text) same.remove();
  place.append(box);
  if (!bad && !action) leave(box);
}

/** @param {unknown} error shown in its own words; what is not ours is thrown again */
export function toastProblem(error) {
  if (!(error instanceof Error) || !("status" in error)) throw error;
  toast(error.message, { bad: true, action: "action" in error ? /** @type {any} */ (error).action : undefined });
}

/**
 * @param {string} label
 * @param {() => void} run
 */
function button(label, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet";
  made.textContent = label;
  made.addEventListener("click", run);
  return made;
}

/** @param {HTMLElement} box */
function leave(box) {
  setTimeout(() => (box.matches(":hover, :focus-within") ? leave(box) : box.remove()), SHOWN_MS);
}
