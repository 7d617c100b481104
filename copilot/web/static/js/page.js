/** What every page has. */
import "./dialog.js";
import "./keys.js";
import "./line.js";
import "./theme.js";
import "./times.js";

// On a narrow screen the pages stand in one line that scrolls: the current one is in sight.
const middle = (/** @type {Element} */ of) => of.getBoundingClientRect().left + of.getBoundingClientRect().width / 2;
for (const here of document.querySelectorAll("nav > [aria-current]")) {
  const line = /** @type {Element} */ (here.parentElement);
  line.scrollBy({ left: middle(here) - middle(line), behavior: "instant" });
}

// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  menu?.removeAttribute("open");
  if (menu?.contains(document.activeElement)) menu.querySelector("summary")?.focus();
});
