// A conversation as it is read: lines, notices, notes, what the bot understood and why.
import { html, useEffect, useRef } from "../../../shared/preact.js";
import { clock } from "../../../shared/language.js";
import { LinkedText } from "../../../shared/text.js";
import { Parts } from "../parts.js";
import { explains, transcript } from "../transcript.js";

const percent = (p) => `${(p * 100).toFixed(0)} %`;

function Why({ t, turn }) {
  const { decision, understood } = turn;
  return html`<details class="why">
    <summary>${t.why}: ${decision ? t.kinds[decision.kind] ?? decision.kind : t.ruled}</summary>
    ${understood?.intent?.name && html`<p>${t.understood}: <b>${understood.intent.name}</b> ${percent(understood.intent.confidence ?? 0)}
      ${understood.in_scope !== undefined && ` · ${t.inScope} ${percent(understood.in_scope)}`}</p>`}
    ${understood?.entities?.length > 0 && html`<p>${t.entities}: ${understood.entities.map((one) => `${one.entity} = ${one.value}`).join(", ")}</p>`}
    ${decision && html`<p>${decision.why}</p>
      <table><caption class="only-read">${t.candidates}</caption><tbody>${decision.candidates.slice(0, 5).map((one) => html`<tr key=${one.name}>
        <td>${t.candidateKinds[one.kind] ?? one.kind}</td><td>${one.title || one.name}</td>
        <td><meter min="0" max="1" value=${one.p} aria-label=${percent(one.p)}></meter> ${percent(one.p)}</td>
      </tr>`)}</tbody></table>`}
    ${turn.actions.length > 0 && html`<p>${t.ran}: ${turn.actions.join(", ")}</p>`}
    ${turn.slots.length > 0 && html`<p>${t.slots}: ${turn.slots.map((one) => `${one.name} = ${one.value}`).join(", ")}</p>`}
  </details>`;
}

function Item({ t, language, item, id }) {
  if (item.kind === "notice") return html`<p class="notice">${t.notice[item.notice]?.(item.agent, t.reasons[item.reason] ?? item.reason) ?? item.notice}</p>`;
  const who = { customer: t.customer, bot: t.assistant, agent: item.agent || t.agent, note: t.noteBy(item.agent) }[item.kind];
  return html`<article class=${`line ${item.kind}`}>
    <header>${who} <time>${clock(item.at, language)}</time>${item.suggested && html` <span class="tag">${t.how[item.suggested] ?? item.suggested}</span>`}</header>
    ${(item.title || item.text) && html`<p class="said"><${LinkedText} text=${item.title || item.text} /></p>`}
    <${Parts} t=${t} conversation=${id} item=${item} />
    ${explains(item.why) && html`<${Why} t=${t} turn=${item.why} />`}
  </article>`;
}

export function Thread({ t, language, shown, writes }) {
  const box = useRef(null);
  const end = useRef(null);
  useEffect(() => {
    const toEnd = () => end.current?.scrollIntoView({ block: "nearest" });
    toEnd();
    const watcher = new ResizeObserver(toEnd);  // suggestions come and go below
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [shown.id, shown.events.length, writes]);
  return html`<div ref=${box} class="lines" role="log" aria-label=${t.transcript} tabindex="0">
    ${transcript(shown.events).map((item) => html`<${Item} key=${item.key} t=${t} language=${language} item=${item} id=${shown.id} />`)}
    ${writes && html`<p class="writes">${t.customerWrites}</p>`}
    <div ref=${end}></div>
  </div>`;
}
