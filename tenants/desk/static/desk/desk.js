/* The desk: buttons count what they will do, a form shows what belongs to its kind, the asked-for reason takes the focus. */
(() => {
  "use strict";
  document.querySelector(".is-asking #id_reason")?.focus();

  const counts = [
    { boxes: "#send input[name=to]", button: "#send [data-counts]", word: n => (n ? `报送 ${n} 家` : "报送") },
    { boxes: "[data-pick]", button: "[data-counts=pick]", word: n => (n ? `签收 ${n} 篇` : "签收") },
  ];
  const count = () => {
    for (const { boxes, button, word } of counts) {
      const label = document.querySelector(button);
      if (!label) continue;
      const n = [...document.querySelectorAll(boxes)].filter(box => box.checked).length;
      const text = [...label.childNodes].find(node => node.nodeType === 3 && node.textContent.trim());
      if (text) text.textContent = word(n);
    }
    document.querySelectorAll("#send .zt-rcv").forEach(row => {
      const box = row.querySelector("input");
      if (box) row.classList.toggle("is-on", box.checked);
    });
  };
  /* In an order, Alt with an arrow moves the row that has the focus. */
  document.addEventListener("keydown", event => {
    const by = { ArrowUp: "[data-up]", ArrowDown: "[data-down]" }[event.key];
    const button = by && event.altKey && event.target.closest("[data-order] li")?.querySelector(by);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  });
  /* Of a form only what belongs to the chosen kind is shown; what is hidden is not sent. */
  const form = document.querySelector("[data-follows]");
  const follow = () => {
    if (!form) return;
    const kind = document.getElementById(form.dataset.follows).value;
    form.querySelectorAll("[data-only-for]").forEach(part => {
      part.hidden = !part.dataset.onlyFor.split(" ").includes(kind);
      part.querySelectorAll("input, select, textarea").forEach(field => { field.disabled = part.hidden; });
    });
  };
  document.addEventListener("change", follow);
  follow();
  document.addEventListener("change", count);
  document.addEventListener("click", event => { if (event.target.closest("[data-pick-none]")) count(); });
  document.addEventListener("keydown", () => setTimeout(count));
  count();
})();
