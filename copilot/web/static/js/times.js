/** Times in the viewer's zone and by the server's clock, kept going: `<time class="ago|exact|since" datetime="…">`. */
import { meta } from "./meta.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const ahead = meta("now") ? Date.parse(meta("now")) - Date.now() : 0;
const inFull = new Intl.DateTimeFormat("en-GB", {
  weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
});

/** @returns {number} now, in milliseconds, by the server's clock */
export function serverNow() {
  return Date.now() + ahead;
}

/**
 * @param {number} seconds since then; negative: until then
 * @returns {string} as the server writes it (web/times.py)
 */
export function words(seconds) {
  const size = Math.abs(seconds);
  if (size < 45) return seconds >= 0 ? "just now" : "in a moment";
  let amount = calendar(Math.max(1, Math.round(size / DAY)));
  if (size < 45 * MINUTE) amount = `${Math.max(1, Math.round(size / MINUTE))} min`;
  else if (size < 22 * HOUR) amount = `${Math.max(1, Math.round(size / HOUR))} h`;
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

/**
 * @param {number} days
 * @returns {string} days, then months, then years
 */
function calendar(days) {
  if (days < 60) return `${days} day${days > 1 ? "s" : ""}`;
  return days < 730 ? `${Math.round(days / 30.44)} months` : `${Math.round(days / 365.25)} years`;
}

/**
 * @param {number} seconds
 * @returns {string} a running count
 */
export function counted(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}:${two(whole % MINUTE)}`;
  if (whole < 2 * DAY) return `${Math.floor(whole / HOUR)} h ${two(Math.floor((whole % HOUR) / MINUTE))}`;
  return `${Math.floor(whole / DAY)} d`;
}

/** @param {ParentNode} [root] write the times in it now */
export function writeTimes(root = document) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    if (!(element instanceof HTMLTimeElement)) continue;
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    const full = inFull.format(at);
    const seconds = (serverNow() - at) / 1000;
    let text = full;
    if (element.classList.contains("ago")) text = words(seconds);
    else if (element.classList.contains("since")) text = counted(seconds);
    else if (!element.classList.contains("exact")) continue;
    if (element.textContent !== text) element.textContent = text;
    if (text !== full) element.title = full;
  }
}

writeTimes();
setInterval(writeTimes, 1000);
document.addEventListener("region:swapped", (event) => event.target instanceof Element && writeTimes(event.target));
