/* The chart of the statement, to point at: the same numbers as the picture made by the server (which stays for
   print and without scripts) and as the table below it, which they are read from. */
(() => {
  "use strict";
  const figure = document.querySelector("[data-chart]");
  const table = document.querySelector("[data-days]");
  if (!figure || !table || !window.uPlot) return;

  const STEPS = [1, 2, 5].flatMap((n) => [n, 10 * n, 100 * n, 1000 * n, 10000 * n]).sort((a, b) => a - b); // no half visits

  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  const names = rows.map((row) => row[0]);
  const column = (at) => rows.map((row) => Number(row[at].replace(/\D/g, "")));
  const days = names.map((_, at) => at);
  const [minutes, confirmed, probable] = [column(1), column(2), column(3)];
  const readout = figure.querySelector("[data-readout]");
  const place = figure.querySelector("[data-plot]");
  const charts = [];

  const colour = (name) => getComputedStyle(figure).getPropertyValue(name).trim();
  const few = (at) => days.length <= 7 || at % 7 === 0;

  function say(at) {
    readout.textContent =
      at == null
        ? "Visits by your links above, minutes below. Point at a day."
        : `${names[at]}: ${probable[at]} probable, ${confirmed[at]} confirmed, ${minutes[at]} min`;
  }

  function options(width, height, series, last) {
    const soft = colour("--soft");
    const line = colour("--line");
    const axis = { stroke: soft, font: "13px system-ui, sans-serif", grid: { stroke: line, width: 1 }, ticks: { show: false } };
    return {
      width,
      height,
      padding: [10, 8, last ? 0 : 16, 0], // the same left and right in both: a day stands above itself
      legend: { show: false },
      cursor: { sync: { key: "days" }, y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: [-0.6, days.length - 0.4] },
        y: { range: (_, __, most) => [0, Math.max(1, Math.ceil(most * 1.05))] },
      },
      axes: [
        {
          ...axis,
          show: last,
          grid: { show: false },
          splits: () => days.filter(few),
          size: 28,
          values: (_, at) => at.map((day) => (width < 560 ? names[day].split(" ")[days.length <= 7 ? 0 : 1] : names[day])),
        },
        { ...axis, size: 44, incrs: STEPS, values: (_, at) => at.map(String) },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [(chart) => say(chart.cursor.idx)] },
    };
  }

  const some = (values) => values.map((value) => value || null); // a day without any has no bar at all
  const bars = window.uPlot.paths.bars({ size: [0.72, 48], radius: 0.08 });
  const bar = (fill, stroke) => ({ paths: bars, points: { show: false }, fill, stroke, width: 1.25 });

  function draw() {
    for (const chart of charts.splice(0)) chart.destroy();
    const width = Math.floor(place.clientWidth);
    const accent = colour("--accent");
    const pale = colour("--tint") || accent;
    const grey = colour("--line-strong");
    const visits = options(width, 160, [bar(pale, accent), bar(accent, accent)], false);
    const spent = options(width, 110, [bar(grey, grey)], true);
    charts.push(
      new window.uPlot(visits, [days, some(probable), some(confirmed)], place),
      new window.uPlot(spent, [days, some(minutes)], place),
    );
  }

  figure.classList.add("live");
  draw();
  say(null);
  let wide = place.clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(place.clientWidth - wide) > 1) {
      wide = place.clientWidth;
      draw();
    }
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  place.addEventListener("mouseleave", () => say(null));
})();
