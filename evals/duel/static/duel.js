// Keys for the buttons that stand on the page; without this file they are clicked.
const form = document.querySelector("form");
const picks = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "neither" };
let sent = false;

form.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) sent = false;
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  // Whoever reads the conversation scrolls it with these keys.
  if (event.target.closest?.(".said")) return;
  const pick = picks[event.key];
  if (pick) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(`button[value=${pick}]`));
  } else if (/^[1-9]$/.test(event.key)) {
    form.querySelectorAll("input[type=checkbox]")[Number(event.key) - 1]?.click();
  } else if (event.key === "Backspace") {
    document.getElementById("back")?.click();
  }
});
