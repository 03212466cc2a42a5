// Line charts of figures over time, drawn by uPlot in the page's own colours. The one place that names the vendored file.
import uPlot from "../vendor/uplot-1.6.32.js";
import { html, useEffect, useRef } from "./preact.js";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options({ width, height, times, label, show, bars }) {
  const half = bars && times.length > 1 ? (times[1] - times[0]) / 2 : 0; // so that the outer bars are whole
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const accent = colour("--accent");
  return {
    width,
    height,
    padding: [12, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: {
      x: { range: (_, first, last) => [first - half, last + half] },
      y: { range: (_, least, most) => [Math.min(0, least ?? 0), Math.max((most ?? 1) * 1.1, 1e-9)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 60, size: 28, values: show.times },
      { ...axis, size: 56, values: (_, ticks) => ticks.map(show.value) },
    ],
    series: [
      {},
      {
        label,
        stroke: accent,
        width: 2,
        fill: `${accent}${bars ? "55" : "1f"}`,
        points: { size: 5, fill: accent },
        spanGaps: true,
        ...(bars && { paths: uPlot.paths.bars({ size: [0.7, 40], radius: 0.15 }), points: { show: false } }),
      },
    ],
  };
}

/**
 * @param times seconds since the epoch, rising
 * @param values a number or null for each
 * @param show `{value: (number) → text, times: uPlot's axis values, at: (seconds) → text}`
 * @param bars whether they are counts, drawn as bars
 * Screen readers skip it: put a table of the same figures beside it.
 */
export function Chart({ times, values, label, show, bars, height = 260 }) {
  const box = useRef(null);
  const told = useRef(null);
  useEffect(() => {
    let plot = null;
    const follow = (self) => {
      const place = self.cursor.idx;
      const known = place != null && values[place] != null;
      told.current.textContent = known ? `${show.at(times[place])} · ${show.value(values[place])}` : "";
    };
    const draw = () => {
      plot?.destroy();
      const width = Math.max(box.current.clientWidth, 240);
      plot = new uPlot({ ...options({ width, height, times, label, show, bars }), hooks: { setCursor: [follow] } }, [times, values], box.current);
    };
    draw();
    const sized = new ResizeObserver(() => plot.setSize({ width: Math.max(box.current.clientWidth, 240), height }));
    sized.observe(box.current);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    return () => { sized.disconnect(); dark.removeEventListener("change", draw); plot.destroy(); };
  }, [times, values, label, bars]);
  return html`<div class="chart" aria-hidden="true"><div ref=${box}></div><p class="chart-told" ref=${told}></p></div>`;
}
