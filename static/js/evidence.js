// Evidence files: chosen or dropped, each sent by itself with a bar, taken back or tried again. Without this script
// they go along with the form.
"use strict";

for (const field of document.querySelectorAll("[data-evidence]")) {
  const input = field.querySelector("input[type=file]");
  const drop = field.querySelector(".drop");
  const list = field.querySelector(".files");
  const status = field.querySelector("[role=status]");
  const form = field.closest("form");
  const address = field.dataset.evidence;
  const most = Number(field.dataset.most);
  const limit = Number(field.dataset.limit);
  const recordings = field.dataset.recordings;
  const waiting = [];
  let sending = null;

  const say = (sentence) => { status.textContent = sentence; };
  const size = (bytes) => bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
  const underWay = () => waiting.length + (sending ? 1 : 0);
  const taken = () => list.querySelectorAll("li[data-id]").length;

  const part = (name, className, text) => {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text;
    return element;
  };
  const button = (text, title, pressed) => {
    const element = part("button", "second", text);
    element.type = "button";
    element.append(part("span", "sr", title));
    element.addEventListener("click", pressed);
    return element;
  };
  const request = (url) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", url);
    xhr.responseType = "json";
    xhr.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrf_token]").value);
    xhr.setRequestHeader("X-Form-Token", form.querySelector("[name=form_token]").value);
    return xhr;
  };

  const drawn = (item, title, note, ...rest) => {
    item.textContent = "";
    item.append(part("span", "title", title), part("span", "small", note), ...rest);
  };
  const gone = (item) => {
    const next = item.nextElementSibling || item.previousElementSibling;
    item.remove();
    ((next && next.querySelector("button")) || input).focus();
  };
  const removed = (item) => {
    const title = item.dataset.title;
    const xhr = request(`${address}/${item.dataset.id}/remove`);
    xhr.addEventListener("load", () => {
      if (xhr.status !== 200) { say(`${title}没有移除，请再试一次。`); return; }
      gone(item);
      say(`${title}已移除。`);
    });
    xhr.addEventListener("error", () => say(`${title}没有移除，请检查网络后再试一次。`));
    xhr.send();
  };
  const received = (item, id, title, bytes) => {
    item.dataset.id = id;
    item.dataset.title = title;
    drawn(item, title, `${size(bytes)}，已收到`, button("移除", title, () => removed(item)));
  };
  const refused = (item, file, sentence, again) => {
    const buttons = [button("不传了", file.name, () => gone(item))];
    if (again) buttons.unshift(button("再传一次", file.name, () => queued(item, file)));
    drawn(item, file.name, size(file.size), ...buttons, part("p", "error", sentence));
    say(`${file.name}没有收下：${sentence}`);
  };

  // While much waits to be filed, a file is taken once a challenge is solved: by altcha's worker, which counts.
  const solved = ({ puzzle, solver }, then, failed) => {
    if (!window.Worker || !(window.crypto && window.crypto.subtle)) { failed(); return; }
    const challenge = JSON.parse(puzzle);
    const worker = new Worker(solver);
    worker.onerror = failed;
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (!data || data.error) failed();
      else then(btoa(JSON.stringify({ challenge, solution: data })));
    };
    worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1, timeout: 90000 });
  };

  const queued = (item, file) => {
    drawn(item, file.name, `${size(file.size)}，等待上传`);
    waiting.push([item, file, ""]);
    next();
  };
  // One at a time: on a telephone's line two would only halve each other.
  const next = () => {
    if (sending || !waiting.length) return;
    const [item, file, answer] = waiting.shift();
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name}上传进度`);
    const xhr = request(address);
    xhr.setRequestHeader("Content-Type", "application/octet-stream");
    xhr.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    if (answer) xhr.setRequestHeader("X-Answer", answer);
    drawn(item, file.name, `${size(file.size)}，正在上传`, bar, button("取消", file.name, () => xhr.abort()));
    xhr.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.floor(event.loaded / event.total * 100);
      bar.textContent = `${bar.value}%`;
    });
    const done = (then) => () => { sending = null; then(); next(); };
    xhr.addEventListener("load", done(() => {
      if (xhr.status === 428 && !answer && xhr.response && xhr.response.puzzle) {
        drawn(item, file.name, `${size(file.size)}，正在做安全检查，几秒钟就好……`);
        say("正在做安全检查，几秒钟就好……");
        solved(xhr.response, (found) => { waiting.unshift([item, file, found]); next(); },
          () => refused(item, file, xhr.response.error, true));
        return;
      }
      if (xhr.status !== 201) {
        const why = (xhr.response && xhr.response.error) || "没有传上去，请再试一次。";
        refused(item, file, why, ![413, 422].includes(xhr.status));
        return;
      }
      const same = list.querySelector(`li[data-id="${xhr.response.id}"]`);
      if (same) { item.remove(); say(`${xhr.response.title}已经在清单里了。`); return; }
      received(item, xhr.response.id, xhr.response.title, xhr.response.size);
      say(`${xhr.response.title}已收到，共${taken()}个文件。`);
    }));
    xhr.addEventListener("error", done(() => refused(item, file, "网络断了，没有传上去。请检查网络后再传一次。", true)));
    xhr.addEventListener("abort", done(() => { gone(item); say(`${file.name}已取消。`); }));
    sending = xhr;
    say(`${file.name}开始上传。`);
    xhr.send(file);
  };

  const chosen = (files) => {
    for (const file of files) {
      const item = document.createElement("li");
      const full = taken() + underWay() >= most;
      list.append(item);
      if (full) refused(item, file, `最多附${most}个文件。请合并成一个文件，或者先移除一个。`, true);
      else if (recordings && /^(audio|video)\//.test(file.type)) refused(item, file, recordings, false);
      else if (file.size > limit) refused(item, file, `文件超过${limit / 1048576} MB。请压缩或者分成几个文件。`, false);
      else if (!file.size) refused(item, file, "这是一个空文件，请重新选择。", false);
      else queued(item, file);
    }
    input.value = ""; // or they would go along with the form a second time
  };

  input.addEventListener("change", () => chosen([...input.files]));
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    chosen([...event.dataTransfer.files]);
  });
  for (const item of list.querySelectorAll("li[data-id]")) {
    const plain = item.querySelector("button");
    if (plain) plain.remove();
    item.append(button("移除", item.dataset.title, () => removed(item)));
  }
  form.addEventListener("submit", (event) => {
    if (!underWay()) return;
    event.preventDefault();
    event.stopPropagation(); // nothing was sent: a second click must not be taken for a double one
    say("还有文件正在上传，请等它传完再点。");
    status.classList.remove("sr");
  });
}
