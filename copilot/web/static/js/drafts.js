/** What is being written, kept in this browser by conversation until it is sent. Signing out takes it away: others may sit here next. */

/** Of everything that somebody was writing. */
export const PREFIX = "copilot.draft.";
const KEPT_MS = 7 * 86400000;

/** @typedef {{text: string, suggestionId: string, part: number|null, note: boolean, key: string, at: number}} Kept */

/**
 * @param {string} user
 * @param {string} conversation
 */
const nameOf = (user, conversation) => `${PREFIX}${user}.${conversation}`;

/**
 * @param {string} user
 * @param {string} conversation
 * @returns {Kept|null}
 */
export function kept(user, conversation) {
  try {
    const found = JSON.parse(localStorage.getItem(nameOf(user, conversation)) ?? "null");
    return found && typeof found.text === "string" ? found : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} user
 * @param {string} conversation
 * @param {Kept} draft without words: forgotten
 * @returns {boolean} whether it could be kept
 */
export function keep(user, conversation, draft) {
  try {
    if (draft.text) localStorage.setItem(nameOf(user, conversation), JSON.stringify(draft));
    else localStorage.removeItem(nameOf(user, conversation));
    return true;
  } catch {
    return false; // no storage, or it is full: the text stays in the page
  }
}

/** @param {(draft: Kept) => boolean} [some] which; all, when left out */
function forget(some = () => true) {
  try {
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
      const draft = JSON.parse(localStorage.getItem(name) ?? "null");
      if (!draft || some(draft)) localStorage.removeItem(name);
    }
  } catch {
    // No storage, nothing kept.
  }
}

forget((draft) => Date.now() - draft.at > KEPT_MS);
document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => forget());
