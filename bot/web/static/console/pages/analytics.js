// The analytics page: what the conversations of a period come to. docs/how-to/analytics.md defines every figure.
import { html, useEffect, useMemo, useState } from "../../shared/preact.js";
import { day, duration, percent, whole } from "../format.js";
import { Filters, lastDays, queryOf } from "./analytics.filters.js";
import { By, Csv, Intents, Ratings, Unanswered } from "./analytics.tables.js";
import { STRINGS } from "./analytics.strings.js";

// What each figure is: how it reads, and whether more of it is better.
const FIGURES = {
  chats: { show: whole, good: null },
  containment: { show: (value) => percent(value, 1), good: true },
  resolution: { show: (value) => percent(value, 1), good: true },
  fallback_rate: { show: (value) => percent(value, 1), good: false },
  handover_rate: { show: (value) => percent(value, 1), good: false },
  first_answer_p50_s: { show: duration, good: false },
  csat: { show: (value) => percent(value, 1), good: true },
};
const SHARES = new Set(["containment", "resolution", "fallback_rate", "handover_rate", "csat"]);

/** How a figure changed against the time before: `{text, kind}`. */
function change(t, name, now, before) {
  if (now == null) return { text: "", kind: "" };
  if (before == null || (name === "chats" && !before)) return { text: t.newly, kind: "" };
  const gain = now - before;
  const text = SHARES.has(name) ? t.points(gain) : before ? `${gain > 0 ? "+" : "−"}${Math.abs((100 * gain) / before).toFixed(0)} %` : "";
  if (Math.abs(gain) < 0.0005 || !text) return { text: t.same, kind: "" };
  const { good } = FIGURES[name];
  return { text: t.change(text), kind: good === null ? "" : (gain > 0) === good ? "good" : "bad" };
}

function Tiles({ t, language, totals, before, chosen, choose }) {
  return html`<div class="tiles" role="group" aria-label=${t.overTime}>${Object.entries(FIGURES).map(([name, { show }]) => {
    const moved = change(t, name, totals[name], before[name]);
    return html`<button key=${name} class="tile" aria-pressed=${name === chosen} title=${t.means[name]} onClick=${() => choose(name)}>
      <span class="name">${t.figures[name]}</span><span class="value">${show(totals[name], language)}</span><span class=${`moved ${moved.kind}`}>${moved.text}</span></button>`;
  })}</div>`;
}

/** uPlot is large and only this page needs it. */
function useChart() {
  const [Chart, setChart] = useState(null);
  useEffect(() => {
    const href = "static/vendor/uplot-1.6.32.css";
    if (!document.querySelector(`link[href="${href}"]`)) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
    import("../../shared/chart.js").then((module) => setChart(() => module.Chart));
  }, []);
  return Chart;
}

function OverTime({ t, language, rows, each, name, query }) {
  const Chart = useChart();
  const [open, setOpen] = useState(false);
  const { show } = FIGURES[name];
  const at = (seconds) => day(seconds * 1000, language, each === "hour" ? { hour: "2-digit", minute: "2-digit" } : { weekday: "short" });
  const [times, values] = useMemo(() => [rows.map((row) => row.at / 1000), rows.map((row) => row[name])], [rows, name]);
  const shown = useMemo(() => ({
    value: (value) => (SHARES.has(name) ? percent(value) : show(value, language)),
    times: (_, ticks) => ticks.map((tick) => day(tick * 1000, language, each === "hour" ? { hour: "2-digit" } : {})),
    at,
  }), [name, language, each]);
  return html`<section class="card" aria-label=${t.overTime}>
    <header><h2>${t.figures[name]}</h2><span class="hint">${t.means[name]}</span><span class="grow"></span><${Csv} t=${t} name="over_time" title=${t.overTime} query=${query} /></header>
    ${Chart ? html`<${Chart} times=${times} values=${values} label=${t.figures[name]} show=${shown} bars=${name === "chats"} />` : html`<div class="chart-place"></div>`}
    <details onToggle=${(event) => setOpen(event.target.open)}><summary>${t.asTable}</summary>
      ${open && html`<div class="wide" tabindex="0"><table><thead><tr><th scope="col">${t.time}</th>${Object.keys(FIGURES).map((one) => html`<th key=${one} scope="col" class="number">${t.figures[one]}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.at}><th scope="row">${at(row.at / 1000)}</th>${Object.entries(FIGURES).map(([one, of]) => html`<td key=${one} class="number">${of.show(row[one], language)}</td>`)}</tr>`)}</tbody></table></div>`}
    </details>
  </section>`;
}

function useReport(call, t, choice) {
  const [report, setReport] = useState(null);
  const [trouble, setTrouble] = useState("");
  const query = queryOf(choice);
  useEffect(() => {
    let wanted = true;
    call(`analytics?${query}`).then(
      (found) => { if (wanted) { setReport(found); setTrouble(""); } },
      (error) => { if (wanted) setTrouble(error.message || t.failed); },
    );
    return () => { wanted = false; };
  }, [query]);
  return { report, trouble, query };
}

function Page({ t, language, call }) {
  const [choice, setChoice] = useState({ ...lastDays(30), each: "day", channel: null, language: null, release: null });
  const [name, setName] = useState("chats");
  const { report, trouble, query } = useReport(call, t, choice);
  const common = { t, language, query };
  return html`<main class="analytics">
    <header class="head"><h1>${t.analytics}</h1><${Filters} t=${t} choice=${choice} choices=${report?.choices} onChange=${setChoice} /></header>
    ${trouble && html`<p class="trouble" role="alert">${trouble}</p>`}
    ${!report && !trouble && html`<p class="empty" role="status">${t.loading}</p>`}
    ${report && !report.complete && html`<p class="hint" role="status">${t.incomplete}</p>`}
    ${report && html`<${Tiles} t=${t} language=${language} totals=${report.totals} before=${report.before} chosen=${name} choose=${setName} />
      ${report.totals.chats === 0 ? html`<p class="card empty">${t.nothing}</p>` : html`
      <${OverTime} ...${common} rows=${report.over_time} each=${report.each} name=${name} />
      <${By} ...${common} by=${report.by} />
      <div class="halves"><${Intents} ...${common} rows=${report.intents} /><${Unanswered} ...${common} rows=${report.unanswered} /></div>
      <${Ratings} ...${common} rows=${report.ratings} totals=${report.totals} />`}`}
  </main>`;
}

export const page = { name: "analytics", role: "supervisor", strings: STRINGS, title: (t) => t.analytics, Page };
