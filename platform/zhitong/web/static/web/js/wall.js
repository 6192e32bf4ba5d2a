/* The wall: keeps the clock, fetches the figures anew every minute, and says since when they stand when it cannot. */
(() => {
  "use strict";
  const sheet = document.getElementById("wall");
  const every = Number(sheet.dataset.every) * 1000;
  const two = number => String(number).padStart(2, "0");
  const time = moment => `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const days = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"];
  let fetched = new Date();

  const tick = () => {
    const now = new Date();
    sheet.querySelector("[data-clock]").textContent = time(now);
    sheet.querySelector("[data-weekday]").textContent = days[now.getDay()];
  };
  const say = words => {
    const place = sheet.querySelector("[data-lost]");
    place.hidden = !words;
    place.textContent = words;
  };
  const refresh = async () => {
    try {
      const answer = await fetch(location.href, { headers: { "X-Zt-Part": "wall" }, cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) {
        say(`登录已过期或权限有变，仍显示 ${time(fetched)} 的数据，请重新登录`);
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const part = await answer.text();
      sheet.innerHTML = part;
      fetched = new Date();
      tick();
    } catch {
      say(`连接已断开，仍显示 ${time(fetched)} 的数据，正在重新连接`);
    }
  };
  tick();
  setInterval(tick, 1000);
  setInterval(refresh, every);
  // What comes back from sleep, or gets its network back, need not wait for the minute.
  window.addEventListener("online", refresh);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
})();
