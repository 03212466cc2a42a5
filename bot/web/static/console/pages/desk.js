// The desk: lists on the left, a conversation on the right.
import { html, useEffect, useRef, useState } from "../../shared/preact.js";
import { SafeLink } from "../../shared/text.js";
import { STRINGS } from "./desk.strings.js";
import { explains, transcript } from "./transcript.js";

const LISTS = ["waiting", "person", "bot", "closed", "unanswered"];

function Why({ t, turn }) {
  const decision = turn.decision;
  return html`<details class="why">
    <summary>${t.why}: ${decision ? t.kinds[decision.kind] ?? decision.kind : t.ruled}</summary>
    ${decision && html`<p>${decision.why}</p>
      <table><tbody>${decision.candidates.slice(0, 5).map((one) => html`<tr key=${one.name}>
        <td>${t.candidateKinds[one.kind] ?? one.kind}</td><td>${one.name}</td>
        <td><meter min="0" max="1" value=${one.p} title=${one.p}></meter> ${(one.p * 100).toFixed(0)} %</td>
      </tr>`)}</tbody></table>`}
    ${turn.actions.length > 0 && html`<p>${t.ran}: ${turn.actions.join(", ")}</p>`}
    ${turn.slots.length > 0 && html`<p>${t.slots}: ${turn.slots.map((one) => `${one.name} = ${one.value}`).join(", ")}</p>`}
  </details>`;
}

function Item({ t, item }) {
  if (item.kind === "notice") return html`<p class="notice">${t.notice[item.notice]?.(item.agent, item.reason) ?? item.notice}</p>`;
  const who = { customer: t.customer, bot: t.assistant, agent: item.agent || t.agent }[item.kind];
  return html`<article class=${`line ${item.kind}`}>
    <header>${who} <time>${item.at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time></header>
    <p>${item.title || item.text}</p>
    ${item.buttons?.length > 0 && html`<p class="choices">${item.buttons.map((one) => html`<span key=${one.payload}>${one.title}</span>`)}</p>`}
    ${item.citations?.map((one) => html`<p class="source" key=${one.passage_id}><${SafeLink} href=${one.url}>${one.title}<//></p>`)}
    ${explains(item.why) && html`<${Why} t=${t} turn=${item.why} />`}
  </article>`;
}

function Conversation({ t, shown, act, me }) {
  const box = useRef(null);
  const end = useRef(null);
  useEffect(() => end.current?.scrollIntoView(), [shown.last_seq, shown.id]);
  const send = () => {
    const text = box.current.value.trim();
    if (text) act("reply", { text }).then((good) => { if (good) box.current.value = ""; });
  };
  const onKey = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  };
  return html`<section class="conversation" aria-label=${t.transcript}>
    <header class="bar">
      <strong>${shown.sender}</strong> <span>${shown.channel}</span>
      ${shown.agent && shown.agent !== me && html`<span>${t.withAgent(shown.agent)}</span>`}
      <span class="grow"></span>
      <button class="button" onClick=${() => act("claim")}>${t.claim}</button>
      <button class="button" onClick=${() => act("hand_back")}>${t.handBack}</button>
      <button class="button" onClick=${() => act("close")}>${t.close}</button>
    </header>
    <div class="lines" role="log">${transcript(shown.events).map((item) => html`<${Item} key=${item.key} t=${t} item=${item} />`)}<div ref=${end}></div></div>
    <footer><textarea ref=${box} rows="2" aria-label=${t.replyTo} placeholder=${t.replyPlaceholder} onKeyDown=${onKey}></textarea>
      <button class="button primary" onClick=${send}>${t.send}</button></footer>
  </section>`;
}

function Unanswered({ t, rows, open, done }) {
  if (!rows.length) return html`<p class="empty">${t.allAnswered}</p>`;
  return html`<ul class="unanswered">${rows.map((row) => html`<li key=${row.id}>
    <p>${row.text}</p>
    <p class="hint">${t.candidatesOf}: ${row.candidates.map((one) => `${one.title || one.name} ${(one.p * 100).toFixed(0)} %`).join(" · ") || t.noCandidates}</p>
    <button class="button" onClick=${() => open(row.conversation_id)}>${t.open}</button> <button class="button" onClick=${() => done(row.id)}>${t.done}</button>
  </li>`)}</ul>`;
}

function Desk({ t, call, me, live, route }) {
  const [list, setList] = useState("waiting");
  const [rows, setRows] = useState([]);
  const [shown, setShown] = useState(null);
  const [trouble, setTrouble] = useState("");
  const current = useRef({});
  current.current = { list, shown };

  const guarded = async (work) => {
    try {
      await work();
      setTrouble("");
      return true;
    } catch (error) {
      setTrouble(error.status === 409 ? t.taken : error.status === 404 ? t.gone : t.failed);
      return false;
    }
  };
  const load = (name) => guarded(async () => setRows(await call(name === "unanswered" ? name : `conversations?owner=${name}`)));
  const open = (id) => guarded(async () => setShown(await call(`conversations/${encodeURIComponent(id)}`)));
  const act = (deed, more = {}) => guarded(() => call(`conversations/${encodeURIComponent(shown.id)}/${deed}`, { method: "POST", body: more }));
  const done = (id) => guarded(async () => { await call(`unanswered/${id}/done`, { method: "POST", body: {} }); await load(list); });

  useEffect(() => { setRows([]); load(list); }, [list]);
  useEffect(() => { if (route.parts[0]) open(route.parts[0]); }, [route.parts[0]]);
  useEffect(() => live.subscribe((message) => {
    load(current.current.list);
    const id = current.current.shown?.id;
    if (id && (message.type === "resync" || message.conversation_id === id)) open(id);
  }), []);

  return html`<div class="desk">
    <nav class="lists" aria-label=${t.lists}>${LISTS.map((name) => html`<button key=${name} class="button" aria-current=${name === list} onClick=${() => setList(name)}>${t[name]}</button>`)}</nav>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <main>
      <aside>${list === "unanswered"
        ? html`<${Unanswered} t=${t} rows=${rows} open=${route.go} done=${done} />`
        : rows.length
          ? html`<ul>${rows.map((row) => html`<li key=${row.id}><button class="row" aria-current=${row.id === shown?.id} onClick=${() => route.go(row.id)}>
              <strong>${row.preview || "…"}</strong><span>${row.channel} · ${row.language || "?"}${row.agent ? ` · ${row.agent}` : ""}</span></button></li>`)}</ul>`
          : html`<p class="empty">${t.none[list]}</p>`}</aside>
      ${shown ? html`<${Conversation} key=${shown.id} t=${t} shown=${shown} act=${act} me=${me.name} />` : html`<section class="conversation empty"><h2>${t.pick}</h2><p>${t.pickText}</p></section>`}
    </main>
  </div>`;
}

export const page = { name: "desk", role: "agent", strings: STRINGS, title: (t) => t.conversations, Page: Desk };
