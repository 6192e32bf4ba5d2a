/* Passages chosen in a text go into a field, or along with a link; without this they are copied by hand. */
(() => {
  "use strict";
  const text = document.querySelector("[data-quote-from], .zt-deciding .zt-textpane");
  if (!text) return;
  let chosen = "";
  const buttons = [...document.querySelectorAll("[data-quote-into]")];
  buttons.forEach(button => { button.hidden = false; });
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const words = selection && selection.rangeCount ? selection.toString().trim() : "";
    if (words && text.contains(selection.anchorNode) && text.contains(selection.focusNode)) chosen = words.slice(0, 2000);
  });
  document.addEventListener("click", event => {
    const button = event.target.closest("[data-quote-into]");
    if (button && chosen) {
      const field = document.getElementById(button.dataset.quoteInto);
      field.value = chosen;
      field.focus();
    }
    const link = event.target.closest("a[data-quote-link]");
    if (link && chosen) link.href = `${link.href.split("?")[0]}?${new URLSearchParams({ quote: chosen.slice(0, 500) })}`;
  });
})();
