/* Writing: counts as a reader counts, areas that grow, autosave with a version, text kept on this machine while offline.

<form data-autosave="URL" data-draft-key="ID" data-version-field="version"> posts itself to URL when the writer pauses.
The answer is JSON {"version": 4, "saved_at": "10:41", "html": {"checks": …}, "words": {"then": …}}: parts for the
places marked data-live and data-live-words; the form then tells "zt-saved"; 409 is HTML for #zt-merge,
a refusal is JSON {"message"}. */
(() => {
  "use strict";
  const segments = "Segmenter" in Intl ? new Intl.Segmenter("zh", { granularity: "grapheme" }) : null;
  // Blanks and line ends are not counted: the same rule as on the server.
  const count = text => {
    let n = 0;
    for (const part of segments ? segments.segment(text) : text) if ((part.segment ?? part).trim()) n += 1;
    return n;
  };
  const grouped = n => n.toLocaleString("en-US");

  // Where a browser does not let an area grow with its text by itself, it is made as high as what stands in it.
  const grows = CSS.supports("field-sizing", "content");
  const grow = () => {
    if (!grows) for (const area of document.querySelectorAll(".zt-wf textarea")) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + 1}px`;
    }
  };
  const missing = () => {
    for (const out of document.querySelectorAll("[data-missing]")) {
      const parts = out.dataset.missing.trim().split(/\s+/).map(part => part.split(":"));
      const empty = parts.filter(([id]) => !document.getElementById(id)?.value.trim());
      const use = out.querySelector("use");
      out.className = `zt-state zt-missing is-${empty.length ? "soon" : "ok"}`;
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, empty.length ? "#circle-dashed" : "#circle-check"));
      out.replaceChildren(out.querySelector("svg"), empty.length ? `还差 ${empty.map(([, label]) => label).join("、")}` : "可以提交");
      if (empty.length) out.href = `#${empty[0][0]}`;
      else out.removeAttribute("href");
    }
  };
  // The place that is pressed is the one to write at.
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-missing][href], .zt-live a[href^='#']");
    const area = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!area) return;
    event.preventDefault();
    area.focus();
    area.scrollIntoView({ block: "center" });
  });

  const tally = () => {
    grow();
    missing();
    for (const out of document.querySelectorAll("[data-count-of]")) {
      const area = document.getElementById(out.dataset.countOf);
      if (!area) continue;
      const n = count(area.value), limit = Number(out.dataset.limit || 0);
      out.textContent = limit ? `${grouped(n)} / ${grouped(limit)}${n > limit ? `，请删去 ${grouped(n - limit)} 字` : ""}` : n ? `${grouped(n)} 字` : "还没有写";
      out.classList.toggle("is-over", limit > 0 && n > limit);
    }
    for (const out of document.querySelectorAll("[data-total-of]")) {
      const n = out.dataset.totalOf.split(" ").reduce((sum, id) => sum + count(document.getElementById(id)?.value ?? ""), 0);
      const limit = Number(out.dataset.limit || 0);
      out.textContent = grouped(n);
      out.classList.toggle("is-over", limit > 0 && n > limit);
    }
  };
  const oneLine = area => { if (/[\r\n]/.test(area.value)) area.value = area.value.replace(/[\r\n]+/g, ""); };

  const form = document.querySelector("form[data-autosave]");
  const say = (kind, words, icon) => {
    for (const el of document.querySelectorAll("[data-autosave-state]")) {
      el.className = `zt-state zt-saved${kind ? ` is-${kind}` : ""}`;
      const use = el.querySelector("use");
      if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
      [...el.childNodes].filter(n => n.nodeType === 3).forEach(n => n.remove());
      el.append(words);
    }
  };
  const clock = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

  if (form) {
    const KEY = `zt-draft-${form.dataset.draftKey}`;
    const versionField = () => form.elements[form.dataset.versionField || "version"];
    let timer = 0, busy = false, again = false, dirty = false;
    const texts = () => Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken"].includes(name)));
    const keep = () => {
      try { localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), values: texts() })); return true; }
      catch { return false; }
    };
    const forget = () => localStorage.removeItem(KEY);
    const offline = () => {
      if (keep()) say("soon", `没有网络，已存在本机 ${clock()}`, "cloud-off");
      else say("late", "没有存上，请先复制正文", "alert-triangle");
      window.addEventListener("online", save, { once: true });
    };
    async function save() {
      clearTimeout(timer);
      if (busy) { again = true; return; }
      busy = true;
      say("", "正在保存", "cloud-upload");
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content, "X-Requested-With": "autosave", Accept: "application/json" } });
        const isRefusal = !answer.ok && (answer.headers.get("Content-Type") || "").includes("json");
        if (answer.status === 409 && !isRefusal) {
          keep();
          clearTimeout(timer);
          const place = document.getElementById("zt-merge");
          if (place) place.innerHTML = await answer.text();
          if (window.htmx && place) window.htmx.process(place);
          say("late", "另一处也在改，没有存上", "alert-triangle");
          again = false;
        } else if (answer.ok && !answer.redirected) {
          const saved = await answer.json();
          if (versionField() && saved.version !== undefined) versionField().value = saved.version;
          if (form.elements.marks && saved.marks !== undefined) form.elements.marks.value = saved.marks;
          dirty = again;
          forget();
          for (const [name, html] of Object.entries(saved.html || {})) for (const el of document.querySelectorAll(`[data-live=${name}]`)) el.innerHTML = html;
          for (const [name, words] of Object.entries(saved.words || {})) for (const el of document.querySelectorAll(`[data-live-words=${name}]`)) el.textContent = words;
          form.dispatchEvent(new Event("zt-saved"));
          say("ok", `已自动保存 ${saved.saved_at || clock()}`, "cloud-check");
        } else if (isRefusal) {
          keep();
          const refused = await answer.json();
          say("late", `没有存上：${refused.message}`, "alert-triangle");
        } else {
          keep();
          say("late", answer.redirected || answer.status === 403 ? "登录已过期，文字已存在本机" : "没有存上，文字已存在本机", "alert-triangle");
        }
      } catch {
        offline();
      } finally {
        busy = false;
        if (again) { again = false; later(); }
      }
    }
    // A choice in the merge box waits for its button: saving by itself would draw the box anew under the hand.
    const inMerge = event => event.target.closest("#zt-merge") !== null;
    const later = () => { clearTimeout(timer); timer = setTimeout(save, 1500); };
    form.addEventListener("input", event => {
      if (inMerge(event)) return;
      dirty = true;
      if (event.target.matches("[data-one-line]")) oneLine(event.target);
      tally();
      later();
    });
    form.addEventListener("change", event => { if (!inMerge(event)) { dirty = true; later(); } });
    form.addEventListener("submit", () => { clearTimeout(timer); dirty = false; forget(); });
    document.addEventListener("keydown", event => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); save(); }
    });
    window.addEventListener("beforeunload", event => { if (dirty) { keep(); event.preventDefault(); } });

    // What was typed without a network comes back, unless the server has a newer version.
    const kept = (() => { try { return JSON.parse(localStorage.getItem(KEY) || "null"); } catch { return null; } })();
    const version = versionField()?.value;
    if (kept && (kept.values[form.dataset.versionField || "version"] ?? "") === (version ?? "")) {
      for (const [name, value] of Object.entries(kept.values)) {
        const field = form.elements[name];
        if (field && field.type !== "hidden" && field.type !== "file" && "value" in field) field.value = value;
      }
      say("soon", "已从本机恢复没有存上的文字", "cloud-off");
      dirty = true;
      later();
    } else if (kept) {
      const place = document.getElementById("zt-merge");
      if (place && !place.textContent.trim()) {
        const box = document.createElement("div");
        box.className = "zt-merge";
        box.setAttribute("role", "status");
        const words = document.createElement("p");
        words.textContent = `本机还有 ${new Date(kept.at).toLocaleString("zh-CN")} 没有存上的文字，和现在的不是同一版。`;
        const acts = document.createElement("div");
        acts.className = "acts";
        const copy = document.createElement("button"), drop = document.createElement("button");
        for (const [button, label] of [[copy, "复制本机的文字"], [drop, "不要了"]]) { button.type = "button"; button.className = "btn"; button.textContent = label; acts.append(button); }
        copy.addEventListener("click", () => navigator.clipboard.writeText(Object.values(kept.values).filter(v => v.length > 1).join("\n\n")));
        drop.addEventListener("click", () => { forget(); box.remove(); });
        box.append(words, acts);
        place.append(box);
      }
    }
  } else {
    document.addEventListener("input", tally);
  }
  // ↑ ↓ on a signer's grip press its buttons: the order is saved with everything else.
  document.addEventListener("keydown", event => {
    const grip = event.target.closest("[data-order]");
    const move = { ArrowUp: "move_up", ArrowDown: "move_down" }[event.key];
    if (!grip || !move) return;
    event.preventDefault();
    grip.parentElement.querySelector(`button[name=${move}]`)?.click();
  });
  tally();
})();
