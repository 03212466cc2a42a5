// One conversation: what was said, the decision behind each answer, what reviewers made of each message.
import { html, useEffect, useState } from "../../shared/preact.js";
import { clock } from "../../shared/language.js";
import { LinkedText } from "../../shared/text.js";
import { may } from "../roles.js";
import { addressOf } from "../route.js";
import { Modal } from "../modal.js";
import { Parts } from "./parts.js";
import { INTENT_NAME, nameOf } from "./review.names.js";
import { explains, transcript } from "./transcript.js";

export function Transcript({ t, language, call, me, id, intents, onBack, onErased }) {
  const [shown, setShown] = useState(null);
  const [trouble, setTrouble] = useState("");
  const [dialog, setDialog] = useState(null);
  const path = `archive/${encodeURIComponent(id)}`;
  const load = () => call(path).then(setShown, (error) => setTrouble(error.message || t.failed));
  useEffect(() => { load(); }, [id]);
  const correct = (seq, intent) => call(`${path}/labels`, { method: "POST", body: { seq, intent } })
    .then(() => { setTrouble(""); load(); }, (error) => setTrouble(error.message || t.failed))
    .finally(() => setDialog(null));
  const items = shown ? transcript(shown.events) : [];
  return html`<section class="transcript" tabindex="0" aria-label=${t.transcript}>
    <header class="head">
      <button class="link only-phone" onClick=${onBack}>← ${t.back}</button>
      <h2>${shown?.sender ?? id}</h2>
      ${shown && html`<span class="meta"><span class="tag">${t.owners[shown.owner]}</span> ${[t.channels[shown.channel] ?? shown.channel, shown.language, shown.agent].filter(Boolean).join(" · ")}</span>`}
      <span class="grow"></span>
      ${shown && html`<a class="button" href=${addressOf("desk", id)}>${t.atTheDesk}</a>`}
      ${shown && may(me, "admin") && html`<button class="button danger" onClick=${() => setDialog({ kind: "erase" })}>${t.erase}</button>`}
    </header>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    ${!shown && !trouble && html`<p class="empty" role="status">${t.loading}</p>`}
    ${shown && items.length === 0 && html`<p class="empty">${t.empty}</p>`}
    <ol class="bubbles">${items.map((item) => html`<${Line} key=${item.key} t=${t} language=${language} item=${item} id=${id} label=${shown.labels[item.key]}
      onCorrect=${may(me, "supervisor") && item.kind === "customer" ? () => setDialog({ kind: "correct", item }) : null} />`)}</ol>
    ${dialog?.kind === "correct" && html`<${Correct} t=${t} item=${dialog.item} intents=${intents} onClose=${() => setDialog(null)} onSave=${(intent) => correct(dialog.item.key, intent)} />`}
    ${dialog?.kind === "erase" && html`<${Erase} t=${t} call=${call} path=${path} count=${shown.same_customer} onClose=${() => setDialog(null)} onErased=${onErased} />`}
  </section>`;
}

function Line({ t, language, item, id, label, onCorrect }) {
  if (item.kind === "notice") return html`<li class="notice">${t.notice[item.notice]?.(item.agent, t.reasons[item.reason] ?? item.reason) ?? item.notice}</li>`;
  const who = { customer: t.customer, bot: t.assistant, agent: item.agent || t.agent, note: `✎ ${item.agent}` }[item.kind];
  return html`<li class=${`bubble ${item.kind}`}>
    <p class="who">${who} <time>${clock(item.at, language)}</time></p>
    ${(item.title || item.text) && html`<p class="said"><${LinkedText} text=${item.title || item.text} /></p>`}
    <${Parts} t=${t} conversation=${id} item=${item} />
    ${item.kind === "customer" && html`<p class="meta">${label && html`<span class="tag accent">${labelled(t, label)}</span>`}
      ${onCorrect && html`<button class="link" onClick=${onCorrect}>${t.correct}</button>`}</p>`}
    ${explains(item.why) && html`<${Why} t=${t} turn=${item.why} />`}
  </li>`;
}

function labelled(t, label) {
  if (label.state === "open") return t.labels.open(label);
  return (t.labels[label.kind] ?? t.labels.done)(label);
}

/** What was understood, what competed, and why this won. */
function Why({ t, turn }) {
  const { decision, understood } = turn;
  const meant = understood?.intent?.name;
  return html`<details class="why">
    <summary>${decision ? t.kinds[decision.kind] ?? decision.kind : t.ruled}</summary>
    ${understood && html`<p>${t.understood}: <span class="intent">${meant || t.nothing}</span>${meant && understood.intent.confidence !== undefined ? ` ${percent(understood.intent.confidence)}` : ""}${
      understood.in_scope !== undefined ? ` · ${t.inScope} ${percent(understood.in_scope)}` : ""}</p>`}
    ${decision?.candidates?.length > 0 && html`<table><caption>${t.candidates}</caption><tbody>${decision.candidates.slice(0, 5).map((one) => html`<tr key=${`${one.kind} ${one.name}`}>
      <td>${t.candidateKinds[one.kind] ?? one.kind}</td><th scope="row" class="intent">${one.name}</th>
      <td class="p"><meter min="0" max="1" value=${one.p} aria-label=${percent(one.p)}></meter> ${percent(one.p)}</td></tr>`)}</tbody></table>`}
    ${decision?.why && html`<p class="reason">${decision.why}</p>`}
    ${turn.actions.length > 0 && html`<p>${t.ran}: ${turn.actions.join(", ")}</p>`}
    ${turn.slots.length > 0 && html`<p>${t.slots}: ${turn.slots.map((one) => `${one.name} = ${JSON.stringify(one.value)}`).join(", ")}</p>`}
  </details>`;
}

const percent = (p) => `${(p * 100).toFixed(0)} %`;

function Correct({ t, item, intents, onSave, onClose }) {
  const submit = (event) => { event.preventDefault(); onSave(nameOf(new FormData(event.target).get("intent"))); };
  return html`<${Modal} title=${t.correctTitle} onClose=${onClose}><form onSubmit=${submit}>
    <blockquote>${item.text}</blockquote>
    <label>${t.intentName}<input name="intent" list="all-intents" required maxlength="80" pattern=${INTENT_NAME} autocomplete="off" /></label>
    <datalist id="all-intents">${intents.map((one) => html`<option key=${one.name} value=${one.name}>${one.title}</option>`)}</datalist>
    <p class="hint">${t.correctHint}</p>
    <p class="deeds"><button class="button primary">${t.save}</button><button type="button" class="button" onClick=${onClose}>${t.cancel}</button></p>
  </form><//>`;
}

function Erase({ t, call, path, count, onErased, onClose }) {
  const [word, setWord] = useState("");
  const [done, setDone] = useState(null);
  const [trouble, setTrouble] = useState("");
  const submit = (event) => {
    event.preventDefault();
    call(`${path}/erase`, { method: "POST", body: {} }).then(setDone, (error) => setTrouble(error.message || t.failed));
  };
  if (done) {
    return html`<${Modal} title=${t.erased} onClose=${onErased}>${done.said.map((line) => html`<p key=${line}>${line}</p>`)}
      <p class="deeds"><button class="button primary" onClick=${onErased}>${t.close}</button></p><//>`;
  }
  return html`<${Modal} title=${t.eraseTitle} onClose=${onClose}><form onSubmit=${submit}>
    <p>${t.eraseText(count)}</p>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <label>${t.eraseConfirm(t.eraseWord)}<input value=${word} autocomplete="off" onInput=${(event) => setWord(event.target.value)} /></label>
    <p class="deeds"><button class="button danger" disabled=${word.trim().toLowerCase() !== t.eraseWord}>${t.eraseDo}</button>
      <button type="button" class="button" onClick=${onClose}>${t.cancel}</button></p>
  </form><//>`;
}
