// Small comforts; every page works without them. Chromium 80 and iOS 13 can read it (tests/test_css.py).
"use strict";

document.documentElement.classList.add("has-js");

document.addEventListener("click", (event) => {
  const copies = event.target.closest("[data-copies]");
  if (copies) {
    const source = document.getElementById(copies.dataset.copies);
    // Without a clipboard (no TLS, or refused) the code is at least selected, ready to be copied by hand.
    const text = (source.value === undefined ? source.textContent : source.value).trim();
    const done = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error("no clipboard"));
    done.then(
      () => { copies.textContent = "已复制"; },
      () => { window.getSelection().selectAllChildren(source); copies.textContent = "已选中，请复制"; },
    );
  }
  if (event.target.closest("[data-prints]")) window.print();
});

// A text to use again goes below what is typed. Without this the server does it, and shows the form again.
document.addEventListener("click", (event) => {
  const puts = event.target.closest("[data-puts]");
  if (!puts) return;
  event.preventDefault();
  const area = document.getElementById(puts.dataset.into);
  const typed = area.value.replace(/\s+$/, "");
  area.value = `${typed}${typed ? "\n" : ""}${puts.dataset.puts}`;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});

// Browsers before 2021 do not tell which button sent a form; the Enter key clicks its first button too.
let pressed = null;
document.addEventListener("click", (event) => {
  pressed = event.target.closest("button");
  setTimeout(() => { pressed = null; }, 0);
}, true);

document.addEventListener("submit", (event) => {
  const button = event.submitter || pressed;
  const question = button && button.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); return; }
  // A second click while the first is under way sends nothing; the server would not count it anyway.
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  setTimeout(() => { delete event.target.dataset.sent; }, 8000);
});

document.addEventListener("change", (event) => {
  if (!("tickAll" in event.target.dataset)) return;
  for (const box of event.target.form.querySelectorAll("input[name=chosen]:not(:disabled)")) box.checked = event.target.checked;
});

// What the server counts: without characters that nobody sees, trimmed, each character one (app/domain/shared/invisible.py).
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]/gu;
const counted = (text) => [...text.replace(UNSEEN, "").replace(/\r\n?/g, "\n").trim()].length;
for (const area of document.querySelectorAll("textarea[data-count]")) {
  const most = Number(area.dataset.count);
  const counter = document.createElement("p");
  counter.className = "hint count";
  const said = document.createElement("p");
  said.className = "sr";
  said.setAttribute("aria-live", "polite");
  let speaks;
  const show = () => {
    const length = counted(area.value);
    const over = length - most;
    counter.textContent = `已写 ${length} 字，最多 ${most} 字${over > 0 ? `，请删去 ${over} 字` : ""}`;
    counter.classList.toggle("over", over > 0);
    // Read out after a pause, not at every key.
    clearTimeout(speaks);
    speaks = setTimeout(() => { if (said.textContent !== counter.textContent) said.textContent = counter.textContent; }, 1500);
  };
  area.addEventListener("input", show);
  area.after(counter, said);
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

const problems = document.querySelector(".problems[tabindex]");
if (problems) problems.focus();
