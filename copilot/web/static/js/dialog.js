/** Dialogs: `data-opens="id"` opens one, `data-closes` closes the one it stands in. Escape closes, focus returns to where it was. */

/**
 * @param {string} id
 * @returns {HTMLDialogElement}
 */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) throw new Error(`There is no dialog ${id}.`);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

/**
 * Ask before something that cannot be undone.
 * @param {string} question
 * @param {string} verb what the button does: "Forget it"
 * @returns {Promise<boolean>}
 */
export function ask(question, verb) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  const actions = document.createElement("div");
  const no = document.createElement("button");
  const yes = document.createElement("button");
  text.textContent = question;
  text.id = "asked";
  dialog.setAttribute("aria-labelledby", text.id);
  no.textContent = "Cancel";
  yes.textContent = verb;
  yes.className = "danger";
  actions.className = "actions";
  actions.append(no, yes);
  dialog.append(text, actions);
  document.body.append(dialog);
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close(""));
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    no.focus();
  });
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest("[data-opens]");
  if (opener instanceof HTMLElement && opener.dataset.opens) openDialog(opener.dataset.opens);
  event.target.closest("[data-closes]")?.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) closeOutside(event.target, event);
});

/**
 * A click beside a dialog closes it.
 * @param {HTMLDialogElement} dialog
 * @param {MouseEvent} event
 */
function closeOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && event.detail > 0) dialog.close();
}
