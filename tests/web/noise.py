"""A page that shouts at every window it can reach, in all forms that the panel and its host know, and in many that they do not."""

LEAST = 200
"""Messages to each window."""
NOISE = r"""<!doctype html><script>
const types = [
  "copilot:insert", "copilot:token", "copilot:open", "copilot:typed", "COPILOT:OPEN", " copilot:open", "copilot:open\0", "signed-out",
  "copilot:inserted", "copilot:write", "message", "", null, 0, {toString: null}, ["copilot:open"], "__proto__", "constructor",
];
const other = "live-kofi-bag";
const polluting = '{"__proto__": {"type": "copilot:open", "polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}';
const bodies = [
  {text: "hostile words", conversation: other, secret: "panel_stolen", word: "", empty: true},
  {text: "x".repeat(300000), conversation: other.padEnd(300000, "x"), secret: "stolen".repeat(20000), word: "1"},
  {text: {length: 1}, conversation: [other], secret: {length: 9}, word: undefined, empty: "yes"},
  {...JSON.parse(polluting), conversation: other},
  {text: "<img src=x onerror=alert(1)>", conversation: "../../sign-out", secret: "stolen\r\nX: y", word: null, origin: "ORIGIN"},
];
const shapes = [
  (type, body) => ({type, ...body}),
  (type, body) => ({...body, data: {type, ...body}}),
  (type, body) => JSON.stringify({type, ...body}),
  (type, body) => [["type", type], body],
  (type, body) => new Map([["type", type], ["conversation", body.conversation]]),
];
const messages = shapes.flatMap((shape) => types.flatMap((type) => bodies.map((body) => shape(type, body))));
messages.push(null, undefined, 7, 7n, "copilot:open", true, new Date(), new Error("copilot:open"), new ArrayBuffer(8), /copilot/);
messages.push(JSON.parse(polluting), new Blob(["copilot:open"]));
function shout(windows) {
  for (const what of messages) for (const target of windows) target.postMessage(what, "*");
  for (const target of windows) target.postMessage({type: "copilot:open", conversation: other}, "*", [new MessageChannel().port1]);
  return messages.length + 1;
}
function around() {
  const beside = Array.from({length: window.parent.length}, (_, at) => window.parent[at]);
  return shout([window.parent, ...beside].filter((one) => one !== window));
}
let panel = null;
</script>"""
"""`ORIGIN`: the page that is allowed. `around()` and `shout(windows)` answer how many messages each window gets."""
COUNTS = """window.heard = {};
addEventListener("message", ({origin}) => { window.heard[origin] = (window.heard[origin] ?? 0) + 1; });"""
"""Counts what a window hears, by origin."""
SHOWN = """[
  document.querySelector(".who h2")?.innerText, {...document.querySelector("[data-main]")?.dataset}, {...localStorage}, location.href,
  document.querySelector("[data-region=panel]").dataset.src, document.querySelectorAll("[data-kept].slot, .toast").length,
  {}.polluted ?? null, document.querySelector("#enter-said").innerText, document.querySelector("#enter").hidden,
]"""
"""What a panel shows and holds, without what time changes."""
