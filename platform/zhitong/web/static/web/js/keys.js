/* Keys: `?` lists them, `/` searches, arrows move the cursor of a list, letters press the button that names them. */
(() => {
  "use strict";
  const OFF = "zt-keys-off";
  const off = () => localStorage.getItem(OFF) === "1";
  const typing = el => el.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]");
  const shown = el => el.offsetParent !== null;

  /* ---------- help ---------- */
  const GENERAL = [["/", "检索"], ["?", "全部快捷键"], ["Esc", "关闭"]];
  const LIST = [["↓ ↑", "移动"], ["空格", "选中"], ["Shift ↓", "连选"], ["Enter", "打开"]];
  const words = button => button.dataset.keyWord || [...button.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join("");
  const help = () => {
    const old = document.querySelector("dialog.zt-keys");
    if (old) old.remove();
    const box = document.createElement("dialog");
    box.className = "zt-keys";
    box.setAttribute("aria-label", "全部快捷键");
    const head = document.createElement("h2");
    head.textContent = "全部快捷键";
    const list = document.createElement("dl");
    const rows = [...GENERAL, ...(rowsOf().length ? LIST : []), ...[...document.querySelectorAll("[data-key]")].filter(shown).map(b => [b.dataset.key, words(b) || b.getAttribute("aria-label")])];
    if (document.querySelector(".zt-doc ins, .zt-doc del, .zt-pair mark")) rows.push(["[ ]", "上下处"]);
    for (const [key, word] of rows) {
      const row = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
      for (const one of key.split(" ")) { const k = document.createElement("kbd"); k.textContent = one; dt.append(k, " "); }
      dd.textContent = word;
      row.append(dt, dd);
      list.append(row);
    }
    const label = document.createElement("label"), tick = document.createElement("input");
    tick.type = "checkbox";
    tick.className = "form-check-input";
    tick.checked = off();
    tick.addEventListener("change", () => localStorage.setItem(OFF, tick.checked ? "1" : "0"));
    label.append(tick, "不用单键快捷键（? 和 Esc 仍可用）");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn";
    close.textContent = "关闭";
    close.addEventListener("click", () => box.close());
    const acts = document.createElement("div");
    acts.className = "zt-acts";
    acts.append(close);
    box.append(head, list, label, acts);
    document.body.append(box);
    box.addEventListener("close", () => box.remove());
    box.showModal();
  };

  /* ---------- cursor of a list ---------- */
  const rowsOf = () => [...document.querySelectorAll("[data-cursor] tbody tr, [data-cursor] > li")].filter(shown);
  const linkOf = row => row.dataset.url || row.querySelector("a[href]")?.href;
  // A queue stands beside what it opens: there the arrows open the next one.
  const isQueue = () => !!document.querySelector("[data-cursor=go]");
  const at = rows => rows.findIndex(row => row.classList.contains("is-cursor") || row.querySelector("[aria-current]"));
  const move = step => {
    const rows = rowsOf();
    if (!rows.length) return;
    const now = at(rows);
    const next = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + step))];
    if (isQueue()) {
      if (rows.indexOf(next) !== now) location.href = linkOf(next);
      return;
    }
    rows.forEach(row => row.classList.toggle("is-cursor", row === next));
    next.scrollIntoView({ block: "nearest" });
  };
  const current = () => rowsOf().find(row => row.classList.contains("is-cursor"));

  /* ---------- chosen rows ---------- */
  const picks = () => [...document.querySelectorAll("[data-pick]")];
  const counted = () => {
    const boxes = picks(), n = boxes.filter(b => b.checked).length;
    boxes.forEach(b => b.checked ? b.closest("tr").setAttribute("aria-selected", "true") : b.closest("tr").removeAttribute("aria-selected"));
    document.querySelectorAll("[data-picked]").forEach(el => { el.textContent = `已选 ${n} ${el.dataset.unit || "篇"}`; });
    const all = document.querySelector("[data-pick-all]");
    if (all) { all.checked = n > 0 && n === boxes.length; all.indeterminate = n > 0 && n < boxes.length; }
  };
  document.addEventListener("change", event => {
    if (event.target.matches("[data-pick-all]")) picks().forEach(b => { b.checked = event.target.checked; });
    if (event.target.matches("[data-pick], [data-pick-all]")) counted();
  });
  // With shift, everything between the last box pressed and this one, or the row the cursor comes from and goes to.
  let lastPick = null;
  document.addEventListener("click", event => {
    const box = event.target.closest("[data-pick]");
    if (!box) return;
    const all = picks(), from = all.indexOf(lastPick), to = all.indexOf(box);
    if (event.shiftKey && from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(b => { b.checked = box.checked; });
    lastPick = box;
    counted();
  });
  const pickAt = row => {
    const box = row?.querySelector("[data-pick]");
    if (box) { box.checked = true; lastPick = box; counted(); }
  };
  document.addEventListener("click", event => {
    if (event.target.closest("[data-pick-none]")) { picks().forEach(b => { b.checked = false; }); counted(); }
    if (event.target.closest("[data-keyhelp]")) help();
  });
  document.addEventListener("htmx:afterSettle", counted);

  /* ---------- places of change ---------- */
  let place = -1;
  const jump = step => {
    const marks = [...document.querySelectorAll(".zt-doc ins, .zt-doc del, .zt-pair mark")].filter(shown);
    if (!marks.length) return;
    marks.forEach(m => m.classList.remove("is-on"));
    place = (place + step + marks.length) % marks.length;
    marks[place].classList.add("is-on");
    marks[place].scrollIntoView({ block: "center" });
  };

  const search = () => {
    const field = [...document.querySelectorAll("input[data-search]")].find(shown);
    if (field) { field.focus(); field.select(); return; }
    const link = document.querySelector("a[data-search]");
    if (link) location.href = link.href;
  };
  const pressable = key => [...document.querySelectorAll("[data-key]")].find(el => el.dataset.key.toLowerCase() === key.toLowerCase() && shown(el));

  // A choice cannot be pressed: the key leads to it and the arrows choose.
  const press = el => { if (el.matches("select")) el.focus(); else el.click(); };

  document.addEventListener("keydown", event => {
    if (event.ctrlKey && event.key === "Enter") {
      const named = pressable("Ctrl Enter");
      if (named) { named.click(); event.preventDefault(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") { help(); event.preventDefault(); return; }
    if (off() || document.querySelector("dialog[open]")) return;
    const dialog = document.querySelector("[data-dialog-open]");
    if (event.key === "Escape") {
      if (picks().some(b => b.checked)) { picks().forEach(b => { b.checked = false; }); counted(); }
      return;
    }
    if (dialog) return;
    const onControl = event.target.closest("a, button, summary, input");
    if (event.key === "/") { search(); event.preventDefault(); }
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && rowsOf().length) {
      if (event.shiftKey) pickAt(current());
      move(event.key === "ArrowDown" ? 1 : -1);
      if (event.shiftKey) pickAt(current());
      event.preventDefault();
    }
    else if (event.key === " " && current() && !onControl) {
      const box = current().querySelector("[data-pick]");
      if (box) { box.checked = !box.checked; counted(); event.preventDefault(); }
    }
    else if (event.key === "Enter" && current() && !onControl) { const url = linkOf(current()); if (url) location.href = url; }
    else if (event.key === "[" ) jump(-1);
    else if (event.key === "]") jump(1);
    else if (event.key.length === 1) { const hit = pressable(event.key); if (hit) { press(hit); event.preventDefault(); } }
  });
  counted();
})();
