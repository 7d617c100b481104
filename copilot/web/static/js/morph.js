/** Makes an element look like new HTML while it keeps what a person has done to it: focus, typed text, open details, scrolling. */

/** Attributes that say how something is being used; only the person changes them. */
const IN_USE = ["open", "data-kept"];
const FIELDS = ["INPUT", "TEXTAREA", "SELECT"];

/**
 * @param {Element} element
 * @returns {string} what names it among its siblings; empty: its place does
 */
function keyOf(element) {
  return element.getAttribute("data-key") || element.id;
}

/**
 * What an element shows, without times, which change by themselves.
 * @param {Element} element
 * @returns {string}
 */
export function signature(element) {
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const time of copy.querySelectorAll("time")) {
    time.textContent = "";
    time.removeAttribute("title");
  }
  return copy.innerHTML.replace(/\s+/g, " ").trim();
}

/**
 * @param {Element} old changed in place
 * @param {ParentNode} fresh
 */
export function morph(old, fresh) {
  const wanted = [...fresh.childNodes];
  /** @type {Map<string, Element>} */
  const byKey = new Map();
  for (const child of old.children) if (keyOf(child)) byKey.set(keyOf(child), child);
  let place = old.firstChild;
  for (const node of wanted) {
    const key = node instanceof Element ? keyOf(node) : "";
    let match = key ? byKey.get(key) : loose(place, node);
    if (match && !alike(match, node)) match = undefined;
    if (!match) {
      old.insertBefore(document.adoptNode(node), place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else move(old, match, place);
    update(match, node);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/**
 * Put a child elsewhere among its siblings. Focus goes with it: browsers that cannot move a node take it out and in again.
 * @param {Element} parent
 * @param {ChildNode} child
 * @param {ChildNode|null} place
 */
function move(parent, child, place) {
  if ("moveBefore" in parent && typeof parent.moveBefore === "function") {
    parent.moveBefore(child, place);
    return;
  }
  const focused = document.activeElement;
  parent.insertBefore(child, place);
  if (focused instanceof HTMLElement && child.contains(focused)) focused.focus({ preventScroll: true });
}

/**
 * @param {ChildNode|null} place
 * @param {Node} node
 * @returns {ChildNode|undefined} the node at this place, when neither it nor the new one has a key
 */
function loose(place, node) {
  if (!place || (place instanceof Element && keyOf(place)) || !alike(place, node)) return undefined;
  return place;
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

/**
 * An element itself: its attributes and what is in it.
 * @param {ChildNode} old changed in place
 * @param {ChildNode} fresh
 */
export function update(old, fresh) {
  if (!(old instanceof Element) || !(fresh instanceof Element)) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.hasAttribute("data-kept")) return;
  if (FIELDS.includes(old.nodeName) && edited(old)) return;
  attributes(old, fresh);
  if (old.nodeName === "TEXTAREA") {
    const field = /** @type {HTMLTextAreaElement} */ (old);
    field.defaultValue = fresh.textContent ?? "";
    return;
  }
  morph(old, fresh);
}

/**
 * @param {Element} element
 * @returns {boolean} whether a person changed the field
 */
export function edited(element) {
  if (element instanceof HTMLTextAreaElement) return element.value !== element.defaultValue;
  if (element instanceof HTMLSelectElement) return [...element.options].some((option) => option.selected !== option.defaultSelected);
  if (!(element instanceof HTMLInputElement)) return false;
  if (element.type === "checkbox" || element.type === "radio") return element.checked !== element.defaultChecked;
  return element.value !== element.defaultValue;
}

/**
 * @param {Element} old
 * @param {Element} fresh
 */
function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !IN_USE.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !(IN_USE.includes(name) && old.nodeName !== "DIALOG")) old.setAttribute(name, value);
  }
}
