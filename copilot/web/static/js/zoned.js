/** Times that a person gives in the company's zone, wherever they sit. */

/**
 * @param {string} local as a field of date and time gives it: "2026-12-01T09:00"
 * @param {string} zone such as "Europe/Berlin"
 * @returns {string} the instant, in UTC
 */
export function instant(local, zone) {
  const wanted = Date.parse(`${local}Z`);
  // The clock there is ahead of UTC by so much; asked twice, since the guess may fall on the other side of a change of the clocks.
  let at = wanted - ahead(wanted, zone);
  at = wanted - ahead(at, zone);
  return new Date(at).toISOString();
}

/** @param {number} at @param {string} zone @returns {number} milliseconds */
function ahead(at, zone) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`) - Math.floor(at / 1000) * 1000;
}

/** @param {ParentNode} root holds a choice "at once" or "at a time", and a field for it @returns {string|null} the instant; null: at once. Throws when the time is missing. */
export function chosenTime(root) {
  const field = root.querySelector('input[type="datetime-local"]');
  const at = root.querySelector('input[type="radio"][value="at"]');
  if (!(field instanceof HTMLInputElement) || !(at instanceof HTMLInputElement) || !at.checked) return null;
  if (!field.value) {
    field.focus();
    throw new TypeError("Say when.");
  }
  return instant(field.value, field.dataset.zone ?? "UTC");
}

// Who writes a time means it.
document.addEventListener("input", (event) => {
  if (!(event.target instanceof HTMLInputElement) || event.target.type !== "datetime-local") return;
  const at = event.target.closest(".when")?.querySelector('input[type="radio"][value="at"]');
  if (at instanceof HTMLInputElement) at.checked = true;
});
