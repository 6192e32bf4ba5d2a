/* Charts: data from <script type="application/json">, colours from the CSS tokens, SVG renderer, no inline style or script.

Data of a trend: {"labels": [...], "series": [{"name", "values", "past"?}], "marks": [{"name", "at", "value", "side"?}]}. */
(() => {
  "use strict";
  const css = getComputedStyle(document.body), v = name => css.getPropertyValue(name).trim();
  const big = document.body.classList.contains("zt-wall"), size = big ? 17 : 12;
  const text = { color: v("--zt-ink-3"), fontSize: size, fontFamily: v("--zt-sans") };

  // A round top a little above the largest value, in four steps.
  const scale = data => {
    const top = Math.max(4, ...data.series.flatMap(line => line.values.filter(n => n !== null)));
    const unit = 10 ** Math.floor(Math.log10(top / 4));
    const step = [1, 2, 2.5, 5, 10].map(n => n * unit).find(n => n * 4 >= top && Number.isInteger(n)) ?? Math.ceil(top / 4);
    return { max: step * 4, interval: step };
  };
  const line = (data, one) => {
    const colour = one.past ? v("--zt-d-mute") : v("--zt-line-strong") || v("--zt-d5");
    const words = one.past ? v("--zt-ink-3") : colour;
    return {
      type: "line", name: one.name, data: one.values, symbol: "none", z: one.past ? 1 : 2, silent: true,
      lineStyle: { width: (one.past ? 1.5 : 2.5) * (big ? 1.4 : 1), color: colour, type: one.past ? [4, 3] : "solid" },
      endLabel: { show: true, formatter: one.name, color: words, fontSize: size, fontWeight: one.past ? 400 : 700, fontFamily: v("--zt-sans"), distance: 6 },
      markPoint: one.past ? undefined : {
        symbol: "circle", symbolSize: big ? 8 : 6, itemStyle: { color: colour },
        label: { ...text, color: v("--zt-ink-2"), position: "top", distance: 5, formatter: point => point.name },
        data: (data.marks ?? []).map(mark => ({ name: mark.name, coord: [mark.at, mark.value], label: { position: mark.side ?? "top" } })),
      },
    };
  };
  const makers = {
    trend: data => ({
      animation: false,
      grid: { left: big ? 52 : 40, right: big ? 92 : 66, top: big ? 34 : 26, bottom: big ? 34 : 24 },
      xAxis: { type: "category", data: data.labels, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: v("--zt-line-2") } }, axisLabel: { ...text, interval: Math.max(0, Math.ceil(data.labels.length / 6) - 1), margin: 8 } },
      yAxis: { type: "value", min: 0, ...scale(data), axisLabel: text, splitLine: { lineStyle: { color: v("--zt-line") } } },
      series: data.series.map(one => line(data, one)),
    }),
  };
  const draw = root => {
    for (const host of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
      const source = document.getElementById(host.dataset.source);
      if (!source || !makers[host.dataset.chart]) continue;
      host.dataset.drawn = "1";
      const chart = echarts.init(host, null, { renderer: "svg" });
      chart.setOption(makers[host.dataset.chart](JSON.parse(source.textContent)));
      new ResizeObserver(() => chart.resize()).observe(host);
    }
  };
  draw(document);
  document.addEventListener("htmx:afterSettle", event => draw(event.target));
})();
