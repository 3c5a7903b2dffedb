// A challenge solves itself while the page is read: altcha's own worker counts, this shows how far it is.
"use strict";

const box = document.querySelector("[data-challenge]");
if (box) solve(box, box.querySelector("[role=status]"), box.closest("form").querySelector("button[value=submit]"));

function solve(box, status, submit) {
  const say = (text, state) => { status.textContent = text; box.dataset.state = state; };
  const giveUp = () => {
    submit.disabled = false;
    say("这台设备做不了安全检查。请照下面说的，过几分钟再点“确认提交”。", "failed");
  };
  // Without TLS, or in an old browser, there is nothing to count with: the way through is to wait.
  if (!window.Worker || !(window.crypto && window.crypto.subtle)) { giveUp(); return; }
  const challenge = JSON.parse(box.dataset.challenge);
  const worker = new Worker(box.dataset.solver);
  worker.onerror = giveUp;
  worker.onmessage = ({ data }) => {
    worker.terminate();
    if (!data || data.error) { giveUp(); return; }
    box.querySelector("[name=answer]").value = btoa(JSON.stringify({ challenge, solution: data }));
    submit.disabled = false;
    say("安全检查做完了，请点“确认提交”。", "solved");
  };
  submit.disabled = true;
  say("正在做安全检查，几秒钟就好……", "working");
  worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1, timeout: 90000 });
}
