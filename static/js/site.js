// Small comforts; every page works without them.
"use strict";

document.documentElement.classList.add("has-js");

document.addEventListener("click", (event) => {
  const copies = event.target.closest("[data-copies]");
  if (copies) {
    const source = document.getElementById(copies.dataset.copies);
    // Without a clipboard (no TLS, or refused) the code is at least selected, ready to be copied by hand.
    const done = navigator.clipboard?.writeText(source.textContent.trim()) ?? Promise.reject(new Error("no clipboard"));
    done.then(
      () => { copies.textContent = "已复制"; },
      () => { window.getSelection().selectAllChildren(source); copies.textContent = "已选中，请复制"; },
    );
  }
  if (event.target.closest("[data-prints]")) window.print();
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); return; }
  // A second click while the first is under way sends nothing; the server would not count it anyway.
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  setTimeout(() => { delete event.target.dataset.sent; }, 8000);
});

document.addEventListener("change", (event) => {
  if (!("tickAll" in event.target.dataset)) return;
  for (const box of event.target.form.querySelectorAll("input[name=chosen]")) box.checked = event.target.checked;
});

for (const area of document.querySelectorAll("textarea[data-count]")) {
  const counter = document.createElement("p");
  counter.className = "hint";
  const show = () => { counter.textContent = `已写 ${area.value.trim().length} 字，最多 ${area.dataset.count} 字`; };
  area.addEventListener("input", show);
  area.after(counter);
  show();
}

// The hours left stand beside the date while the last day runs. They run on the server's time: what a phone takes for
// the time may be hours off. Where the server cannot be asked, no hours stand there.
const closings = [...document.querySelectorAll("[data-closes]")].map((left) => {
  const span = document.createElement("span");
  left.append(span);
  return { span, closes: Date.parse(left.dataset.closes) };
});
let serverAtZero = NaN; // the server's time when performance.now() was 0

function showClosings() {
  for (const { span, closes } of closings) {
    const minutes = Math.floor((closes - serverAtZero - performance.now()) / 60000);
    if (Number.isNaN(minutes)) { span.textContent = ""; continue; }
    if (minutes < 0) { span.textContent = "（时间已到）"; continue; }
    const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24;
    span.textContent = `（还剩${days ? `${days}天` : ""}${hours}小时${days ? "" : `${minutes % 60}分`}）`;
  }
}

async function askServersTime() {
  // Never from a cache: a copy has the time of its making.
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" });
  serverAtZero = Date.parse(answer.headers.get("Date")) - performance.now();
  showClosings();
}

if (closings.length) {
  const ask = () => askServersTime().catch(() => { serverAtZero = NaN; showClosings(); });
  ask();
  setInterval(showClosings, 15000);
  // A page that slept in a pocket has missed time.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
}

document.querySelector(".problems[tabindex]")?.focus();
