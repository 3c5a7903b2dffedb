// 大字版 and 高对比 change at once, so that nothing typed is lost; 朗读 reads the page out by a voice of this device.
"use strict";

const reading = document.querySelector("[data-reading]");
if (reading) {
  choosing(reading);
  if (window.speechSynthesis && window.SpeechSynthesisUtterance) readingOut(reading.querySelector("[data-reads]"));
}

function choosing(form) {
  const attributes = { text: "large", contrast: "high" };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name]");
    if (!button) return;
    event.preventDefault();
    const typed = new URLSearchParams();
    typed.set(button.name, button.value);
    const plainly = () => { // as without a script
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = button.name;
      field.value = button.value;
      form.append(field);
      form.submit();
    };
    fetch(form.action, { method: "POST", body: typed, redirect: "manual" }).then((answer) => {
      if (answer.type !== "opaqueredirect") { plainly(); return; }
      const on = button.value === attributes[button.name];
      if (on) document.documentElement.dataset[button.name] = attributes[button.name];
      else delete document.documentElement.dataset[button.name];
      button.value = on ? "normal" : attributes[button.name];
      button.setAttribute("aria-pressed", String(on));
    }, plainly);
  });
}

// Only a voice that speaks on this device: others send the text to whoever makes the browser.
function voice() {
  const own = window.speechSynthesis.getVoices().filter((one) => one.localService && /^zh/i.test(one.lang));
  return own.find((one) => /^zh[-_](CN|Hans)/i.test(one.lang)) || own[0];
}

function readingOut(button) {
  const synthesis = window.speechSynthesis;
  let rest = null; // the sentences still to be said; null while nothing is read out
  const offer = () => { button.hidden = !voice(); };
  const say = () => { button.textContent = rest ? "停止朗读" : "朗读"; };
  const stop = () => {
    if (!rest) return;
    rest = null;
    synthesis.cancel();
    say();
  };
  const next = () => {
    if (!rest) return;
    if (!rest.length) { stop(); return; }
    const mine = rest;
    const sentence = new SpeechSynthesisUtterance(rest.shift());
    sentence.lang = "zh-CN";
    sentence.voice = voice();
    sentence.onend = () => { if (rest === mine) next(); };
    sentence.onerror = () => { if (rest === mine) stop(); };
    synthesis.speak(sentence);
  };
  button.addEventListener("click", () => {
    if (rest) { stop(); return; }
    synthesis.cancel(); // what another page left
    rest = sentencesOf(document.getElementById("main"));
    say();
    next();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
  window.addEventListener("pagehide", stop);
  if (synthesis.addEventListener) synthesis.addEventListener("voiceschanged", offer);
  offer();
}

// What is seen of the page, block by block, in pieces short enough for every engine: a sentence, or 100 characters.
function sentencesOf(main) {
  const blocks = [];
  let last = null;
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.replace(/\s+/g, " ").trim();
    const parent = walker.currentNode.parentElement;
    if (!text || !parent.getClientRects().length) continue;
    if (parent.closest("script, style, svg, select, textarea, button, code, [hidden], [aria-hidden=true], .sr")) continue;
    const block = parent.closest("p, li, dt, dd, h1, h2, h3, th, td, caption, summary, legend, label, div, section");
    if (block === last) blocks[blocks.length - 1] += text;
    else blocks.push(text);
    last = block;
  }
  const pieces = [];
  for (const block of blocks) {
    for (const sentence of block.match(/[^。！？；]+[。！？；]?/g) || []) {
      for (let place = 0; place < sentence.length; place += 100) pieces.push(sentence.slice(place, place + 100));
    }
  }
  return pieces;
}
