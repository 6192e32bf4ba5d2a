/* The flow editor: steps open in place, arrows go from step to step, a swap loses nothing that is being typed.

htmx posts the panel at every change and swaps the whole editor; without any script the same forms and links work. */
(() => {
  "use strict";
  const editor = () => document.querySelector("[data-flow-editor]");
  const chart = () => document.querySelector("[data-flow-chart]");
  const panel = () => document.querySelector(".zt-steppanel");
  if (!editor()) return;

  /* The chosen step of a wide drawing is in sight. */
  const show = () => {
    const frame = chart(), node = frame?.querySelector("[aria-current]");
    if (!node || !frame.offsetParent) return;
    const box = node.getBoundingClientRect(), seen = frame.getBoundingClientRect();
    if (box.left < seen.left || box.right > seen.right) frame.scrollLeft += box.left - seen.left - (seen.width - box.width) / 2;
    if (box.top < seen.top || box.bottom > seen.bottom) frame.scrollTop += box.top - seen.top - (seen.height - box.height) / 2;
  };

  const open = href => htmx.ajax("GET", href, { source: editor(), target: "#zt-floweditor", swap: "outerHTML" });
  document.addEventListener("click", event => {
    const link = event.target.closest("[data-flow-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link.getAttribute("href"));
  });
  document.addEventListener("keydown", event => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea, [data-flow-chart]") || document.querySelector("dialog[open]")) return;
    if (localStorage.getItem("zt-keys-off") === "1") return;
    const steps = [...document.querySelectorAll(".zt-flowlist a")], now = steps.findIndex(step => step.getAttribute("aria-current"));
    const next = steps[Math.min(steps.length - 1, Math.max(0, now + (event.key === "ArrowRight" ? 1 : -1)))];
    if (next && next !== steps[now]) { event.preventDefault(); open(next.getAttribute("href")); }
  });

  /* ---------- saving while somebody goes on ---------- */
  const said = form => { const data = new FormData(form); data.delete("revision"); return new URLSearchParams(data).toString(); };
  let sent = null, kept = null;
  document.addEventListener("htmx:beforeRequest", event => {
    const form = event.target.closest("[data-flow-form]");
    sent = form && event.detail.requestConfig.verb === "post" ? { form, said: said(form) } : null;
  });
  document.addEventListener("htmx:beforeSwap", event => {
    if (event.detail.target.id !== "zt-floweditor") return;
    if (sent && sent.form.isConnected && event.detail.xhr.status === 200 && said(sent.form) !== sent.said) {
      /* Something was changed while the answer was on its way: keep the panel as it is, and save once more. */
      const part = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
      sent.form.elements.revision.value = part.querySelector("[data-flow-form] [name=revision]").value;
      event.detail.shouldSwap = false;
      htmx.trigger(sent.form, "change");
      return;
    }
    kept = {
      step: panel().dataset.step, panel: panel().scrollTop, chart: [chart().scrollLeft, chart().scrollTop],
      more: document.querySelector(".zt-tryform details").open,
    };
  });
  /* What is pressed in the bar while a change is on its way waits until it is saved, and is dropped when it is refused. */
  let waiting = null;
  document.addEventListener("submit", event => {
    if (!event.target.matches("[data-flow-act]") || !document.querySelector("[data-flow-form].htmx-request")) return;
    event.preventDefault();
    waiting = event.submitter?.value ?? null;
  });
  document.addEventListener("htmx:sendError", () => { waiting = null; });
  document.addEventListener("htmx:afterSwap", event => {
    const next = waiting;
    waiting = null;
    if (next && event.detail.xhr.status === 200) document.querySelector(`[data-flow-act] [name=do][value="${next}"]`)?.click();
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!kept || !panel()) return;
    const same = panel().dataset.step === kept.step;
    if (same) panel().scrollTop = kept.panel;
    [chart().scrollLeft, chart().scrollTop] = kept.chart;
    document.querySelector(".zt-tryform details").open ||= kept.more;
    if (!same && matchMedia("(max-width: 1199.98px)").matches) panel().scrollIntoView();
    document.querySelector("[data-flow-notice]")?.scrollIntoView({ block: "nearest" });
    kept = null;
    show();
  });
  show();
})();
