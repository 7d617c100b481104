/** The demo's own part: what a chat tool does when another conversation is opened. */
document.getElementById("open")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  /** @type {any} */ (window).Rapport.main.open(String(new FormData(form).get("conversation")));
});
