/* The reviewer's screen: the asked-for reason takes the focus, Esc goes back, an unsaved text is not left by accident. */
(() => {
  "use strict";
  const asking = document.querySelector(".zt-deciding.is-asking #id_reason");
  if (asking) asking.focus();

  document.addEventListener("keydown", event => {
    const cancel = document.querySelector("[data-cancel]");
    if (event.key !== "Escape" || !cancel || document.querySelector("dialog[open], [data-dialog-open], details[open]")) return;
    const typed = document.querySelector("#id_reason")?.value.trim();
    if (!typed) cancel.click();
  });

  const form = document.querySelector("form[data-unsaved]");
  if (!form) return;
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });
})();
