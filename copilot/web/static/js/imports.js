/** Import: files chosen or dropped, sent one by one, then read by a job whose progress comes over the stream. */
import { freshId, send, upload } from "./api.js";
import { showLine } from "./line.js";
import { meta } from "./meta.js";
import { followOn, load } from "./regions.js";
import { Stream } from "./stream.js";
import { toast, toastProblem } from "./toast.js";

const AT_ONCE = 3;
const LARGEST = 64 * 1024 * 1024;
const SHOWN = 50;
const HIDDEN = /(^|\/)(\.|__MACOSX)/;

/** @typedef {{name: string, file: File}} Chosen */

const stream = new Stream({ after: meta("after") });
showLine(stream);
followOn(stream, "imports", ["import."]);
void stream.start();

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-bring]"));
/** @template {HTMLElement} T @param {string} name @returns {T} */
const find = (name) => /** @type {T} */ (form.querySelector(`[data-${name}]`));
const zone = find("drop");
/** @type {Map<string, File>} by name with its folders, so that the same file twice is one */
const chosen = new Map();

/** @param {Chosen[]} files */
function add(files) {
  const large = files.filter((one) => one.file.size > LARGEST);
  if (large.length) toast(`${large[0].name} has more than 64 MB. Send it in parts.`, { bad: true });
  for (const { name, file } of files) {
    if (file.size && file.size <= LARGEST && !HIDDEN.test(name)) chosen.set(name, file);
  }
  const source = /** @type {HTMLInputElement} */ (form.elements.namedItem("source"));
  const first = chosen.keys().next().value;
  if (first && !source.value) source.value = first.includes("/") ? first.split("/")[0] : first.replace(/\.[^.]+$/, "");
  draw();
}

function draw() {
  find("chosen").hidden = !chosen.size;
  const bytes = [...chosen.values()].reduce((sum, file) => sum + file.size, 0);
  find("count").textContent = `${chosen.size === 1 ? "1 file" : `${chosen.size.toLocaleString()} files`}, ${inWords(bytes)}`;
  const rows = [...chosen].slice(0, SHOWN).map(([name, file]) => {
    const row = document.createElement("li");
    for (const text of [name, inWords(file.size)]) row.append(Object.assign(document.createElement("span"), { textContent: text }));
    return row;
  });
  if (chosen.size > SHOWN) rows.push(Object.assign(document.createElement("li"), { textContent: `and ${(chosen.size - SHOWN).toLocaleString()} more` }));
  find("names").replaceChildren(...rows);
}

/** @param {number} bytes */
function inWords(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Files of a dropped folder, with their folders in their names.
 * @param {FileSystemEntry} entry
 * @returns {Promise<Chosen[]>}
 */
async function within(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return [{ name: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const one of some) found.push(...(await within(one)));
  }
}

for (const name of ["dragenter", "dragover"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
}
zone.addEventListener("dragleave", (event) => {
  if (!(event.relatedTarget instanceof Node) || !zone.contains(event.relatedTarget)) zone.classList.remove("over");
});
zone.addEventListener("drop", async (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  const given = event.dataTransfer;
  if (!given) return;
  const entries = [...given.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length) add((await Promise.all(entries.map(within))).flat());
  else add([...given.files].map((file) => ({ name: file.name, file })));
});
for (const name of ["files", "folder"]) {
  const input = /** @type {HTMLInputElement} */ (find(name));
  input.addEventListener("change", () => {
    add([...(input.files ?? [])].map((file) => ({ name: file.webkitRelativePath || file.name, file })));
    input.value = "";
  });
}
find("clears").addEventListener("click", () => {
  chosen.clear();
  draw();
});

/** @returns {{body: object, urls: string[]}} what the form says */
function wanted() {
  const given = new FormData(form);
  const word = (/** @type {string} */ name) => String(given.get(name) ?? "").trim();
  const urls = word("urls").split(/\s+/).filter(Boolean);
  const body = {
    source: word("source"),
    kind: word("kind"),
    owner: word("owner"),
    urls,
    archive_missing: given.has("archive_missing"),
    ...(given.has("master") ? { master: true } : {}),
    ...(given.has("internal") ? { audience: "internal" } : {}),
  };
  return { body, urls };
}

/**
 * Send the chosen files, a few at a time.
 * @param {string} at address of the import
 * @param {number} first position
 */
async function sendAll(at, first) {
  const left = [...chosen].map(([name, file], n) => ({ name, file, position: first + n }));
  const total = left.length;
  const bar = /** @type {HTMLProgressElement} */ (find("sending").querySelector("progress"));
  let sent = 0;
  const work = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      await upload(`${at}/files/${one.position}?${new URLSearchParams({ name: one.name })}`, one.file);
      sent += 1;
      bar.value = sent / total;
      find("sent").textContent = `${sent.toLocaleString()} of ${total.toLocaleString()} sent`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** @param {boolean} now whether files are being sent */
function busy(now) {
  find("begins").setAttribute("aria-busy", String(now));
  find("sending").hidden = !now || !chosen.size;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (find("begins").getAttribute("aria-busy") === "true") return;
  const { body, urls } = wanted();
  if (!chosen.size && !urls.length) {
    toast("Choose at least one file, or give an address.");
    return;
  }
  busy(true);
  try {
    const held = chosen.size > 0;
    // With files of its own it must not start before they are sent, so addresses wait with them.
    const started = await send("POST", "/v1/imports", held ? { ...body, start: false } : body, { key: freshId() });
    const at = `/v1/imports/${started.id}`;
    if (held) {
      await sendAll(at, urls.length);
      await send("POST", `${at}/start`);
    }
    chosen.clear();
    draw();
    form.reset();
    await load("imports");
    toast("The import has started. You may leave this page.");
  } catch (error) {
    toastProblem(error);
  } finally {
    busy(false);
  }
});
