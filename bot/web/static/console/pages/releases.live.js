// A release on live traffic: the part that it answers, and what it says to itself in the shadow.
import { html, useEffect, useState } from "../../shared/preact.js";
import { dateTime, duration, percent, whole } from "../format.js";

const COLUMNS = [
  ["chats", whole], ["containment", percent], ["resolution", percent], ["fallback_rate", percent],
  ["handover_rate", percent], ["csat", percent], ["first_answer_p50_s", duration],
];
const NAMES = {
  chats: "chats", containment: "containment", resolution: "resolution", fallback_rate: "fallback", handover_rate: "handover",
  csat: "csat", first_answer_p50_s: "firstAnswer",
};

function Figures({ t, language, rows }) {
  return html`<div class="wide" tabindex="0"><table><thead><tr><th scope="col">${t.live30}</th>
    ${COLUMNS.map(([name]) => html`<th key=${name} scope="col" class="number">${t[NAMES[name]]}</th>`)}</tr></thead>
    <tbody>${rows.map(([title, row]) => html`<tr key=${title}><th scope="row">${title}</th>
      ${COLUMNS.map(([name, show]) => html`<td key=${name} class="number">${row ? show(row[name], show === whole ? language : 0) : "–"}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** Whether what differs may be chance: the difference from the serving release with its 95 % interval. */
function Differs({ t, differs }) {
  return Object.entries(differs).map(([name, [by, low, high]]) => html`<p key=${name} class="hint">
    ${t.differs(t[NAMES[name]], t.points(100 * by), t.points(100 * low), t.points(100 * high))}${low < 0 && high > 0 ? ` ${t.byChance}` : ""}</p>`);
}

function Split({ t, release, split, admin, act }) {
  const mine = split?.release === release.id;
  const submit = (event) => {
    event.preventDefault();
    act("split", { release: release.id, percent: Number(new FormData(event.target).get("percent")) });
  };
  return html`<h3>${t.split}</h3><p class="hint">${t.splitText}</p>
    ${admin && html`<form class="deeds" key=${`${release.id} ${split?.percent}`} onSubmit=${submit}>
      <label class="inline"><input name="percent" type="number" min="0.1" max="100" step="0.1" required defaultValue=${mine ? split.percent : 10} /> ${t.percentOf}</label>
      <button class="button">${mine ? t.splitChange : t.splitStart}</button>
      ${mine && html`<button type="button" class="button" onClick=${() => act("split", { release: "" })}>${t.splitEnd}</button>`}</form>`}`;
}

function Verdict({ t, verdict }) {
  return html`${t.decided[verdict.kind] ?? verdict.kind}${verdict.choice && html` <code>${verdict.choice}</code>`} <span class="hint">${percent(verdict.p)}</span>`;
}

function Agreement({ t, language, found }) {
  if (!found.messages) return html`<p class="hint">${t.shadowNone}</p>`;
  return html`<dl class="tiles">
    <div><dt>${t.agreement}</dt><dd>${percent(found.agree / found.messages, 1)} <span class="hint">${t.ofMessages(found.messages)}</span></dd></div>
    <div><dt>${t.expects}</dt><dd>${found.cost.toFixed(2)} <span class="hint">${t.against(found.said_cost.toFixed(2))}</span></dd></div>
    <div><dt>${t.took}</dt><dd>${duration(found.took_s)}</dd></div></dl>
    ${found.disagreements.length > 0 && html`<details><summary>${t.disagree} (${found.messages - found.agree})</summary>
      <div class="wide" tabindex="0"><table class="examples"><thead><tr><th scope="col">${t.message}</th><th scope="col">${t.before}</th><th scope="col">${t.now}</th></tr></thead>
      <tbody>${found.disagreements.map((one) => html`<tr key=${`${one.conversation_id} ${one.seq}`}>
        <td><span class="said">${one.text}</span><span class="hint">${dateTime(one.at * 1000, language)} · ${one.conversation_id}</span></td>
        <td data-of=${t.before}><${Verdict} t=${t} verdict=${one.said} /></td><td data-of=${t.now}><${Verdict} t=${t} verdict=${one.shadow} /></td></tr>`)}</tbody></table></div></details>`}`;
}

function Shadow({ t, language, call, release, shadow, admin, act }) {
  const [found, setFound] = useState(null);
  const mine = shadow === release.id;
  useEffect(() => {
    let wanted = true;
    const look = () => call(`releases/${encodeURIComponent(release.id)}/shadow`).then((one) => wanted && setFound(one), () => {});
    setFound(null);
    look();
    const timer = mine ? setInterval(look, 5000) : 0;
    return () => { wanted = false; clearInterval(timer); };
  }, [release.id, mine]);
  return html`<h3>${t.shadow}</h3><p class="hint">${t.shadowText}</p>
    ${admin && html`<p class="deeds"><button class="button" onClick=${() => act("shadow", { release: mine ? "" : release.id })}>${mine ? t.shadowEnd : t.shadowStart}</button></p>`}
    ${found && html`<${Agreement} t=${t} language=${language} found=${found} />`}`;
}

export function OnLive({ t, language, call, board, release, live, admin, act }) {
  const of = (id) => live.find((row) => row.key === id);
  const serving = release.id === board.active;
  const rows = serving ? [[release.id, of(release.id)]] : [[release.id, of(release.id)], [`${board.active} (${t.serves})`, of(board.active)]];
  return html`<section class="card" aria-label=${t.live30}>
    <${Figures} t=${t} language=${language} rows=${rows} />
    <${Differs} t=${t} differs=${of(release.id)?.differs ?? {}} />
    ${!serving && html`<div class="halves"><div><${Split} t=${t} release=${release} split=${board.split} admin=${admin} act=${act} /></div>
      <div><${Shadow} t=${t} language=${language} call=${call} release=${release} shadow=${board.shadow} admin=${admin} act=${act} /></div></div>`}
  </section>`;
}
