/* What every page needs: CSRF for htmx, toasts, menus, drawers and dialogs that keep and return focus, small switches. */
(() => {
  "use strict";
  const token = () => document.querySelector("meta[name=csrf-token]").content;

  document.addEventListener("htmx:configRequest", event => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  // The server answered with an error and no part: say so in one place and keep the page as it is.
  const failed = words => {
    const box = document.createElement("div");
    box.className = "zt-toast is-err";
    box.append(document.createElement("span"), document.createElement("p"));
    box.lastChild.textContent = words;
    const close = document.createElement("button");
    close.type = "button";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "知道了");
    close.textContent = "×";
    box.append(close);
    document.getElementById("zt-toasts").append(box);
  };
  document.addEventListener("htmx:responseError", () => failed("没有办成，原来的内容没有变。请再试一次。"));
  document.addEventListener("htmx:sendError", () => failed("与服务器的连接断了，没有提交。写好的内容还在。"));

  /* ---------- drawers and dialogs ---------- */
  let opener = null;
  const stops = box => [...box.querySelectorAll("a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, [tabindex='0']")].filter(el => el.offsetParent);
  const opened = () => document.querySelector("[data-dialog-open]");
  const enter = box => {
    if (!box || box.dataset.entered) return;
    box.dataset.entered = "1";
    opener = opener && opener.isConnected ? opener : document.activeElement;
    (box.querySelector("[autofocus]") || stops(box)[0] || box).focus();
  };
  const leave = () => {
    const box = opened();
    if (!box) return false;
    const scrim = box.previousElementSibling;
    if (scrim && scrim.classList.contains("zt-scrim")) scrim.remove();
    box.remove();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
    return true;
  };
  document.addEventListener("click", event => {
    const hx = event.target.closest("[hx-get], [hx-post], [data-drawer]");
    if (hx && !opened()) opener = hx;
    if (event.target.closest("[data-close]")) {
      leave();
      return;
    }
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".zt-toast, .zt-hint").remove();
    const refused = event.target.closest("[aria-disabled=true][data-refused]");
    if (refused) {
      event.preventDefault();
      const say = (refused.closest("[role=toolbar]") || document).querySelector("[data-refusal]");
      if (say) say.textContent = refused.dataset.refused;
      else failed(refused.dataset.refused);
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      source.select();
      // Without a secure origin the browser offers no clipboard: what is selected can be copied by hand.
      navigator.clipboard?.writeText(source.value).then(() => { copy.lastChild.textContent = "已复制"; }, () => source.focus());
    }
    const phrase = event.target.closest("[data-phrase]");
    if (phrase) {
      const area = document.getElementById(phrase.dataset.phrase);
      area.value += (area.value && !/[。；\s]$/.test(area.value) ? "；" : "") + phrase.textContent.trim();
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    }
    for (const menu of document.querySelectorAll("details.zt-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  // Whoever tabs on leaves the menu behind.
  document.addEventListener("focusin", event => {
    for (const menu of document.querySelectorAll("details.zt-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("htmx:afterSettle", () => enter(opened()));
  document.addEventListener("keydown", event => {
    const box = opened();
    if (event.key === "Escape") {
      const menu = document.querySelector("details.zt-menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (box) leave();
      return;
    }
    if (event.key !== "Tab" || !box) return;
    const all = stops(box);
    if (!all.length) return;
    const first = all[0], last = all[all.length - 1];
    if (event.shiftKey && document.activeElement === first) { last.focus(); event.preventDefault(); }
    else if (!event.shiftKey && document.activeElement === last) { first.focus(); event.preventDefault(); }
  });

  /* ---------- small switches ---------- */
  document.addEventListener("change", event => {
    const form = event.target.form;
    if (form?.hasAttribute("data-autosubmit")) form.requestSubmit();
    if (event.target.matches("[data-hide-deletions]")) document.body.classList.toggle("is-without-deletions", event.target.checked);
  });
  // A second press while the first is on its way would send twice.
  document.addEventListener("submit", event => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(form => delete form.dataset.sent));
  document.querySelector("[data-focus]")?.focus();
  enter(opened());
  document.querySelector("[data-cursor] [aria-current]")?.scrollIntoView({ block: "nearest" });
})();
