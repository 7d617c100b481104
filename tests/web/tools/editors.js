/** Composers as chat tools have them: each keeps its own text, and what the browser does to its element behind its back is undone. */
class Model {
  constructor(element) {
    this.element = element;
    this.text = element.dataset.begins ?? "";
    this.at = this.text.length;
    this.watch = new MutationObserver(() => this.draw());
    this.draw();
    document.addEventListener("selectionchange", () => this.follow());
  }
  insert(text) {
    this.text = this.text.slice(0, this.at) + text + this.text.slice(this.at);
    this.at += text.length;
    this.draw();
  }
  follow() {
    const { anchorNode } = getSelection();
    if (anchorNode && this.element.contains(anchorNode) && anchorNode === this.element) this.at = this.text.length;
  }
  draw() {
    this.watch.disconnect();
    this.element.replaceChildren(...this.text.split("\n").map((line) => {
      const block = document.createElement("p");
      block.append(line === "" ? document.createElement("br") : line);
      return block;
    }));
    this.watch.observe(this.element, { childList: true, subtree: true, characterData: true });
  }
}
/** As ProseMirror: takes what is pasted, and what a person types. */
export class Pasting extends Model {
  constructor(element) {
    super(element);
    element.addEventListener("paste", (event) => {
      event.preventDefault();
      window.html = event.clipboardData.getData("text/html");
      this.insert(event.clipboardData.getData("text/plain"));
    });
    element.addEventListener("beforeinput", (event) => {
      if (!event.isTrusted || event.inputType !== "insertText") return;
      event.preventDefault();
      this.insert(event.data);
    });
  }
}
/** As editors that live on `beforeinput`: nothing else reaches the model, and it draws a moment later. */
export class Intending extends Model {
  constructor(element) {
    super(element);
    element.addEventListener("beforeinput", (event) => {
      if (event.inputType !== "insertText") return;
      event.preventDefault();
      this.insert(event.data);
    });
  }
}
window.sent = 0;
for (const kind of ["submit", "keydown"]) {
  document.addEventListener(kind, (event) => {
    if (kind === "keydown" && event.key !== "Enter") return;
    event.preventDefault();
    window.sent += 1;
  }, true);
}
document.addEventListener("click", (event) => event.target.closest("[data-sends]") && (window.sent += 1), true);
/** What stands in a composer, as its tool would send it. */
window.written = () => {
  const field = document.querySelector("[data-composer]:not([hidden] *)");
  return window.model?.text ?? ("value" in field ? field.value : field.innerText);
};
/** As a single-page tool goes elsewhere. */
window.go = (path) => {
  history.pushState({}, "", path);
  window.drawn?.();
};
