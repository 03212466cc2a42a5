// The figures that are tables: by channel, language and release, what was asked for, what was not answered, ratings.
import { html, useState } from "../../shared/preact.js";
import { duration, percent, whole } from "../format.js";
import { addressOf } from "../route.js";

const DIMENSIONS = ["channel", "language", "release"];

export function Csv({ t, name, title, query }) {
  return html`<a class="csv" href=${`api/console/analytics/${name}.csv?${query}`} download=${`kefu-${name}.csv`} aria-label=${t.csvOf(title)}>${t.csv}</a>`;
}

export function By({ t, language, by, query }) {
  const [shown, setShown] = useState("channel");
  const rows = by[shown];
  return html`<section class="card" aria-label=${t.by[shown]}>
    <header><div class="tabs" role="group">${DIMENSIONS.map((one) => html`<button key=${one} class="button" aria-pressed=${one === shown} onClick=${() => setShown(one)}>${t.by[one]}</button>`)}</div>
      <span class="grow"></span><${Csv} t=${t} name=${shown} title=${t.by[shown]} query=${query} /></header>
    <div class="wide" tabindex="0"><table><thead><tr><th scope="col">${t[shown]}</th><th scope="col" class="number">${t.figures.chats}</th><th scope="col" class="number">${t.messages}</th>
      ${["containment", "resolution", "fallback_rate", "handover_rate", "csat"].map((one) => html`<th key=${one} scope="col" class="number">${t.figures[one]}</th>`)}
      <th scope="col" class="number">${t.figures.first_answer_p50_s}</th><th scope="col" class="number">${t.personAnswer}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.key}><th scope="row">${row.key || t.unknown}</th><td class="number">${whole(row.chats, language)}</td><td class="number">${whole(row.messages, language)}</td>
      ${["containment", "resolution", "fallback_rate", "handover_rate", "csat"].map((one) => html`<td key=${one} class="number">${percent(row[one])}</td>`)}
      <td class="number">${duration(row.first_answer_p50_s)}</td><td class="number">${duration(row.person_answer_p50_s)}</td></tr>`)}</tbody></table></div>
  </section>`;
}

export function Intents({ t, language, rows, query }) {
  const most = Math.max(...rows.map((row) => row.messages), 1);
  return html`<section class="card" aria-label=${t.intents}><header><h2>${t.intents}</h2><span class="grow"></span><${Csv} t=${t} name="intents" title=${t.intents} query=${query} /></header>
    ${rows.length === 0 ? html`<p class="empty">${t.noIntents}</p>` : html`<div class="wide" tabindex="0"><table><thead><tr><th scope="col">${t.intent}</th><th scope="col" class="number">${t.messages}</th>
      <th scope="col" class="number">${t.customers}</th><th scope="col" class="number">${t.share}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.intent}><th scope="row"><code>${row.intent}</code><meter min="0" max=${most} value=${row.messages} aria-hidden="true"></meter></th>
        <td class="number">${whole(row.messages, language)}</td><td class="number">${whole(row.customers, language)}</td><td class="number">${percent(row.share, 1)}</td></tr>`)}</tbody></table></div>`}
  </section>`;
}

export function Unanswered({ t, language, rows, query }) {
  return html`<section class="card" aria-label=${t.unanswered}><header><h2>${t.unanswered}</h2><span class="grow"></span><${Csv} t=${t} name="unanswered" title=${t.unanswered} query=${query} /></header>
    ${rows.length === 0 ? html`<p class="empty">${t.noUnanswered}</p>` : html`<div class="wide" tabindex="0"><table><thead><tr><th scope="col">${t.example}</th><th scope="col" class="number">${t.messages}</th>
      <th scope="col" class="number">${t.customers}</th><th scope="col" class="number">${t.open}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.cluster}><th scope="row"><span class="said">${row.example}</span>${row.cluster && html`<span class="hint">${row.cluster}</span>`}</th>
        <td class="number">${whole(row.messages, language)}</td><td class="number">${whole(row.customers, language)}</td><td class="number">${row.open ? html`<a href=${addressOf("review", "queue", `live#${row.cluster}`)}>${whole(row.open, language)}</a>` : 0}</td></tr>`)}</tbody></table></div>`}
  </section>`;
}

export function Ratings({ t, language, rows, totals, query }) {
  const most = Math.max(...rows.map((row) => row.chats), 1);
  return html`<section class="card" aria-label=${t.ratings}><header><h2>${t.ratings}</h2><span class="hint">${totals.rated ? t.rated(totals.rated, totals.chats) : t.noRatings}</span>
      <span class="grow"></span><${Csv} t=${t} name="ratings" title=${t.ratings} query=${query} /></header>
    <table class="ratings"><tbody>${[...rows].reverse().map((row) => html`<tr key=${row.score}><th scope="row"><span aria-hidden="true">${"★".repeat(row.score)}<span class="faint">${"★".repeat(5 - row.score)}</span></span><span class="only-read">${t.stars(row.score)}</span></th>
      <td><meter min="0" max=${most} value=${row.chats} aria-hidden="true"></meter></td><td class="number">${whole(row.chats, language)}</td></tr>`)}</tbody></table>
  </section>`;
}
