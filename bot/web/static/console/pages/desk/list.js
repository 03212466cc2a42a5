// The lists at the left: conversations, unanswered questions, failed deliveries.
import { html } from "../../../shared/preact.js";
import { Icon } from "../../../shared/icons.js";

const MOST_SHOWN = 150;

/** How long ago, in few letters. */
export function ago(t, iso) {
  const minutes = Math.floor((Date.now() - new Date(iso)) / 60000);
  if (minutes < 1) return t.now;
  if (minutes < 60) return t.minutes(minutes);
  return minutes < 1440 ? t.hours(Math.floor(minutes / 60)) : t.days(Math.floor(minutes / 1440));
}

function Row({ t, row, current, open, others }) {
  const waits = row.owner === "waiting";
  return html`<li><button class="row" aria-current=${current ? "true" : undefined} onClick=${() => open(row.id)}>
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

export function Rows({ t, list, rows, open, current, viewers }) {
  if (!rows.length) return html`<p class="empty">${t.none[list]}</p>`;
  return html`<ul>${rows.slice(0, MOST_SHOWN).map((row) => html`<${Row} key=${row.id} t=${t} row=${row} open=${open}
      current=${row.id === current} others=${viewers(row.id)} />`)}</ul>
    ${rows.length > MOST_SHOWN && html`<p class="empty">${t.moreRows(rows.length - MOST_SHOWN)}</p>`}`;
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
