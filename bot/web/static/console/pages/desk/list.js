// The lists at the left: conversations, unanswered questions, failed deliveries.
import { html, useRef } from "../../../shared/preact.js";
import { Icon } from "../../../shared/icons.js";
import { useSeen } from "./seen.js";

/** How long ago, in few letters. */
export function ago(t, iso) {
  const minutes = Math.floor((Date.now() - new Date(iso)) / 60000);
  if (minutes < 1) return t.now;
  if (minutes < 60) return t.minutes(minutes);
  return minutes < 1440 ? t.hours(Math.floor(minutes / 60)) : t.days(Math.floor(minutes / 1440));
}

function Row({ t, row, current, open, others, place, count }) {
  const waits = row.owner === "waiting";
  return html`<li aria-posinset=${place + 1} aria-setsize=${count}><button class="row" aria-current=${current ? "true" : undefined} onClick=${() => open(row.id)}>
    <span class="words">${row.preview || "…"}</span>
    <time dateTime=${row.updated_at}>${ago(t, waits ? row.since : row.updated_at)}</time>
    <span class="facts">
      <span class="tag">${t.channels[row.channel] ?? row.channel}</span>
      ${row.language && html`<span class="tag">${row.language}</span>`}
      ${waits && html`<span class="tag person">${t.waits}</span>`}
      ${row.agent && html`<span class="tag accent">${row.agent}</span>`}
      ${others.length > 0 && html`<span class="watch"><${Icon} name="eye" />${others.join(", ")}</span>`}
    </span>
    ${row.unread > 0 && html`<span class="count" aria-label=${t.unread(row.unread)}>${row.unread}</span>`}
  </button></li>`;
}

/** The conversations of a list; of a long one only the rows that can be seen are in the page. */
export function Rows({ t, rows, open, current, viewers, nothing }) {
  const box = useRef(null);
  const place = rows.findIndex((row) => row.id === current);
  const [first, last] = useSeen(box, rows.length, { current, place });
  if (!rows.length) return html`<p class="empty" ref=${box}>${nothing}</p>`;
  const style = { height: `calc(${rows.length} * var(--row))`, paddingTop: `calc(${first} * var(--row))` };
  return html`<ul class="rows" ref=${box} style=${style}>${rows.slice(first, last).map((row, n) => html`<${Row} key=${row.id} t=${t} row=${row}
    open=${open} current=${row.id === current} others=${viewers(row.id)} place=${first + n} count=${rows.length} />`)}</ul>`;
}

/** Narrows a list down to the rows that have these words. */
export function Filter({ t, box, words, setWords }) {
  return html`<div class="filter"><input ref=${box} type="search" maxlength="80" value=${words} aria-label=${t.filter} placeholder=${t.filter}
    onInput=${(event) => setWords(event.target.value)} onKeyDown=${(event) => { if (event.key === "Escape") { setWords(""); event.target.blur(); } }} /></div>`;
}

export function Unanswered({ t, rows, open, done }) {
  if (!rows.length) return html`<p class="empty">${t.allAnswered}</p>`;
  return html`<ul>${rows.map((row) => html`<li key=${row.id} class="item">
    <p>${row.text}</p>
    <p class="hint">${t.candidatesOf}: ${row.candidates.map((one) => `${one.title || one.name} ${(one.p * 100).toFixed(0)} %`).join(" · ") || t.noCandidates}</p>
    <p class="acts"><button class="button" onClick=${() => open(row.conversation_id)}>${t.open}</button>
      <button class="button" onClick=${() => done(row.id)}>${t.done}</button></p>
  </li>`)}</ul>`;
}

/** What a delivery would have said, whatever its channel calls it. */
function wordsOf(payload) {
  const said = payload.text ?? payload.message?.text ?? payload.body ?? "";
  return typeof said === "string" ? said : said.body ?? said.content ?? "";
}

export function Failed({ t, rows, open, act, mayAct }) {
  if (!rows.length) return html`<p class="empty">${t.noneFailed}</p>`;
  return html`<ul>${rows.map((row) => html`<li key=${row.id} class="item">
    <p>${wordsOf(row.payload) || t.noWords}</p>
    <p class="hint">${row.channel} · ${row.unknown ? t.mayHaveArrived : t.didNotArrive}: ${row.reason}</p>
    <p class="acts"><button class="button" onClick=${() => open(row.conversation_id)}>${t.open}</button>
      ${mayAct && html`<button class="button" onClick=${() => act(row.id, "replay")}>${t.sendAgain}</button>
        <button class="button" onClick=${() => act(row.id, "drop")}>${t.drop}</button>`}</p>
  </li>`)}</ul>`;
}
