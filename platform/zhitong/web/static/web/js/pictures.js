/* Charts are kept as PNG: the server's SVG is painted twice as large as it is. Without a script the link gives the SVG. */
(() => {
  "use strict";
  const scale = 2;
  const painted = source => new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth * scale;
      canvas.height = image.naturalHeight * scale;
      const brush = canvas.getContext("2d");
      brush.scale(scale, scale);
      brush.drawImage(image, 0, 0);
      resolve(canvas.toDataURL("image/png"));
    };
    image.onerror = reject;
    // A blob's address is no source of pictures here; the text itself is.
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  });
  const save = (address, name) => {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  };
  document.addEventListener("click", async event => {
    const link = event.target.closest("a[data-picture]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const name = new URL(link.href).pathname.split("/").pop();
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(String(answer.status));
      save(await painted(await answer.text()), name.replace(/svg$/, "png"));
    } catch {
      save(link.href, name);
    }
  });
})();
