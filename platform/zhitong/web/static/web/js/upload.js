/* Files of a draft: one after another to data-upload-url, with progress, stop and another try; dropped files too.

A file that fails stays in the list with its reason; the text on the page is never touched. The server answers JSON:
201 {"row": HTML of the row}, else {"message": which file, and why not}. */
(() => {
  "use strict";
  const place = document.querySelector("[data-upload-url]");
  if (!place) return;
  const list = document.querySelector("[data-uploads]"), blank = document.querySelector("[data-upload-row]");
  const limit = Number(place.dataset.limit);
  const taken = [...place.querySelectorAll("[data-files]")].map(input => input.accept).find(accept => accept.startsWith(".")).split(",");
  const token = () => document.querySelector("meta[name=csrf-token]").content;
  const size = bytes => bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
  const waiting = [];
  let running = null;

  const count = () => {
    for (const out of document.querySelectorAll("[data-upload-count]")) out.textContent = list.querySelectorAll("[data-file]").length;
  };
  const say = (row, kind, words, icon) => {
    const state = row.querySelector(".zt-state"), use = state.querySelector("use");
    state.className = `zt-state is-${kind}`;
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
    state.replaceChildren(state.querySelector("svg"), words);
  };
  const fill = (job, share) => {
    const bar = job.row.querySelector(".zt-prog");
    bar.lastElementChild.setAttribute("width", `${share}%`);
    bar.setAttribute("aria-label", `已上传 ${share}%`);
  };
  const rest = (job, kind, words, icon) => {
    say(job.row, kind, words, icon);
    job.row.classList.remove("is-moving");
  };
  // `again`: the same file may go through another time; a file that is not taken stays so.
  const fail = (job, why, again) => {
    rest(job, "late", "失败", "alert-triangle");
    job.row.querySelector(".m").textContent = why;
    job.row.querySelector("[data-again]").hidden = !again;
    job.failed = again;
  };
  const wrong = file => {
    const name = file.name.toLowerCase();
    if (!taken.some(end => name.endsWith(end))) return place.dataset.notTaken;
    if (file.size > limit) return place.dataset.tooLarge;
    return file.size ? "" : "是空文件，没有内容。";
  };

  function next() {
    if (running || !waiting.length) return;
    const job = running = waiting.shift();
    const request = job.request = new XMLHttpRequest();
    const over = act => { running = null; job.request = null; act(); next(); };
    say(job.row, "now", "上传中 0%", "cloud-upload");
    request.open("POST", place.dataset.uploadUrl);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", event => {
      if (!event.lengthComputable) return;
      const share = Math.floor(100 * event.loaded / event.total);
      say(job.row, "now", share < 100 ? `上传中 ${share}%` : "正在检查", "cloud-upload");
      job.row.querySelector(".m").textContent = `${size(job.file.size * share / 100)} / ${size(job.file.size)}`;
      fill(job, share);
    });
    request.addEventListener("load", () => over(() => {
      if (request.status === 201 && request.response) {
        job.row.insertAdjacentHTML("afterend", request.response.row);
        job.row.remove();
        count();
      } else if (request.response?.message) {
        fail(job, request.response.message, false);
      } else {
        const gone = request.status === 403 || request.responseURL.includes("/login/");
        fail(job, gone ? "登录已过期，请在另一页登录后再试" : "服务器没有收下，请再试", true);
      }
    }));
    request.addEventListener("error", () => over(() => fail(job, "网络断了，文字已保存，文件要再传", true)));
    request.addEventListener("abort", () => over(() => job.row.remove()));
    const body = new FormData();
    body.append("file", job.file);
    request.send(body);
  }

  const queue = job => {
    job.failed = false;
    job.row.classList.add("is-moving");
    job.row.querySelector("[data-again]").hidden = true;
    job.row.querySelector(".m").textContent = size(job.file.size);
    say(job.row, "now", "等待上传", "cloud-upload");
    fill(job, 0);
    waiting.push(job);
    next();
  };
  const jobs = new Set();
  const add = file => {
    const row = blank.content.firstElementChild.cloneNode(true), job = { file, row, request: null, failed: false };
    row.querySelector("b").textContent = file.name;
    row.querySelector("[data-stop]").setAttribute("aria-label", `不传 ${file.name}`);
    row.querySelector("[data-stop]").addEventListener("click", () => {
      jobs.delete(job);
      if (waiting.includes(job)) waiting.splice(waiting.indexOf(job), 1);
      if (job.request) job.request.abort();
      else row.remove();
    });
    row.querySelector("[data-again]").addEventListener("click", () => queue(job));
    list.append(row);
    jobs.add(job);
    const why = wrong(file);
    if (why) fail(job, why, false);
    else queue(job);
  };

  for (const input of place.querySelectorAll("[data-files]")) input.addEventListener("change", event => {
    event.stopPropagation();
    [...input.files].forEach(add);
    input.value = "";
  });
  // A file that is dropped beside the mark would replace the page, and the text with it.
  const holdsFiles = event => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  let depth = 0;
  const mark = () => document.body.classList.toggle("is-dropping", depth > 0);
  window.addEventListener("dragenter", event => { if (holdsFiles(event)) { depth += 1; mark(); event.preventDefault(); } });
  window.addEventListener("dragleave", event => { if (holdsFiles(event)) { depth = Math.max(0, depth - 1); mark(); } });
  window.addEventListener("dragover", event => { if (holdsFiles(event)) event.preventDefault(); });
  window.addEventListener("drop", event => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    [...event.dataTransfer.files].forEach(add);
  });

  list.addEventListener("click", async event => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await fetch(button.dataset.remove, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token(), Accept: "application/json" } });
      if (answer.status !== 204) throw new Error(String(answer.status));
      button.closest("[data-file]").remove();
      count();
    } catch {
      button.disabled = false;
      say(button.closest("[data-file]"), "late", "没有删掉，请再试", "alert-triangle");
    }
  });
  window.addEventListener("online", () => { for (const job of jobs) if (job.failed && job.row.isConnected) queue(job); });
  window.addEventListener("beforeunload", event => { if (running || waiting.length) event.preventDefault(); });
})();
