/* The reviewer's screen: what was typed stays through every step, the asked-for reason takes the focus, Esc goes back. */
(() => {
  "use strict";
  const reason = document.getElementById("id_reason");

  /* ---------- words typed beside a text are kept in this tab until they are sent ---------- */
  const form = document.querySelector("form[data-keep]");
  const key = form && `zt-words:${form.dataset.keep}`;
  if (form && reason) {
    if (!reason.value) reason.value = sessionStorage.getItem(key) ?? "";
    reason.addEventListener("input", () => sessionStorage.setItem(key, reason.value));
    form.addEventListener("submit", event => {
      // A phrase or a search is no decision: the words are still to be sent.
      if (event.submitter?.name === "verb") sessionStorage.removeItem(key);
    });
    // Words that were refused came back with the page.
    if (document.querySelector(".zt-refused, #reason-bad")) sessionStorage.setItem(key, reason.value);
  }

  if (reason && document.getElementById("reason-bad")) reason.focus();
  const asking = document.querySelector(".is-asking");
  if (asking) (asking.querySelector(".is-bad :is(input, textarea, select):not([type=hidden])") ?? asking.querySelector("#id_find") ?? reason)?.focus();

  document.addEventListener("keydown", event => {
    const cancel = document.querySelector("[data-cancel]");
    if (event.key !== "Escape" || !cancel || document.querySelector("dialog[open], [data-dialog-open], details.zt-menu[open]")) return;
    cancel.click();
  });

  /* ---------- a text being edited is not left by accident ---------- */
  const unsaved = document.querySelector("form[data-unsaved]");
  if (!unsaved) return;
  let changed = false;
  unsaved.addEventListener("input", () => { changed = true; });
  unsaved.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });
})();
