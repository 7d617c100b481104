/** The switch between light, dark and what the system says. Kept in a cookie, so that the server paints the first page right. */

const COOKIE = "copilot_theme";
const YEAR_S = 31536000;

/** @param {string} theme "light", "dark", or empty for the system's */
export function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${COOKIE}=${theme}; Path=/; Max-Age=${theme ? YEAR_S : 0}; SameSite=Lax${secure}`;
}

document.querySelector("[data-theme-switch]")?.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement) setTheme(event.target.value);
});
