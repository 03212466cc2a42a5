// The desk: who waits and who is served, one conversation, and what helps to answer it.
import { html, useEffect, useMemo, useRef, useState } from "../../shared/preact.js";
import { Icon } from "../../shared/icons.js";
import { may } from "../roles.js";
import { parts } from "../route.js";
import { Conversation } from "./desk/conversation.js";
import { OF_SERVER, usePeople, useRows, useServerList, useShown } from "./desk/followed.js";
import { useKeys } from "./desk/keys.js";
import { Failed, Filter, Rows, Unanswered } from "./desk/list.js";
import { LISTS, listed, matching, neighbour, steady } from "./desk/rows.js";
import { STRINGS } from "./desk.strings.js";

function Help({ t, box }) {
  return html`<dialog ref=${box} aria-label=${t.help}><h2>${t.help}</h2>
    <dl>${Object.entries(t.shortcuts).map(([key, meaning]) => html`<dt key=${key}><kbd>${key}</kbd></dt><dd>${meaning}</dd>`)}</dl>
    <form method="dialog"><button class="button primary" autofocus>${t.gotIt}</button></form></dialog>`;
}

function Lists({ t, list, setList, sizes, away, setAway, help }) {
  return html`<div class="lists"><nav aria-label=${t.lists}>${LISTS.map((name) => html`<button key=${name} aria-current=${name === list ? "true" : undefined}
      onClick=${() => setList(name)}>${t[name]}${sizes[name] > 0 && html`<span class=${name === "waiting" ? "count urgent" : "count"}>${sizes[name]}</span>`}</button>`)}</nav>
    <button class="button" role="switch" aria-checked=${!away} title=${t.availableText} onClick=${() => setAway(!away)}>
      <span class=${away ? "dot gone" : "dot"} aria-hidden="true"></span>${away ? t.away : t.available}</button>
    <button class="icon-button" aria-label=${t.help} title=${t.help} onClick=${help}><${Icon} name="help" /></button>
  </div>`;
}

function Desk({ t, language, call, me, live, route }) {
  const [picked, setList] = useState("");
  const [trouble, setTrouble] = useState("");
  const [away, setAway] = useState(false);
  const [words, setWords] = useState("");
  const filter = useRef(null);
  const [, tick] = useState(0);
  const help = useRef(null);
  const id = route.parts[0];

  const guarded = async (work) => {
    try {
      await work();
      setTrouble("");
      return true;
    } catch (error) {
      setTrouble({ 0: t.noServer, 404: t.gone, 409: t.taken, 429: t.tooOften }[error.status] ?? (error.message || t.failed));
      return false;
    }
  };
  const rows = useRows(call, live, guarded, id);
  // Until somebody picks a list: their own conversations where they have some.
  const list = picked || (listed(rows, "mine", me.name).length ? "mine" : "waiting");
  const { shown, offer, setOffer, writes } = useShown(call, live, guarded, id);
  const [found, reload] = useServerList(call, live, guarded, list);
  const people = usePeople(live);
  // While somebody points at the list its rows keep their places: what is about to be clicked does not move away.
  const [pointed, setPointed] = useState(false);
  const order = useRef([]);
  const wanted = useMemo(() => {
    const found = OF_SERVER[list] ? [] : matching(listed(rows, list, me.name), words, t.channels);
    return pointed ? steady(found, order.current) : found;
  }, [rows, list, words, language, pointed]);
  order.current = wanted.map((row) => row.id);
  const sizes = useMemo(() => Object.fromEntries(["mine", "waiting", "person", "bot"].map((name) => [name, listed(rows, name, me.name).length])), [rows]);
  const viewers = (one) => people.filter((who) => who.name !== me.name && who.viewing.includes(one)).map((who) => who.name);
  const open = (one) => route.go(one);
  const act = (deed, more = {}) => guarded(() => call(`conversations/${encodeURIComponent(id)}/${deed}`, { method: "POST", body: more }));
  const also = (path, body) => guarded(async () => { await call(path, { method: "POST", body }); await reload(); });

  useEffect(() => { live.say({ viewing: id ?? "" }); }, [id]);
  useEffect(() => () => live.say({ viewing: "" }), []);
  useEffect(() => { live.say({ away }); }, [away]);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 30_000);
    return () => clearInterval(timer);
  }, []);
  const step = (by) => {
    // From where the address is: a key that is held down is faster than what is drawn.
    const next = neighbour(wanted.map((row) => row.id), parts()[1], by);
    if (next) open(next);
  };
  const turn = (by) => setList(LISTS[(LISTS.indexOf(list) + by + LISTS.length) % LISTS.length]);
  useKeys({ j: () => step(1), k: () => step(-1), "[": () => turn(-1), "]": () => turn(1), f: () => filter.current?.focus(), "?": () => help.current.showModal() });
  const watching = id ? viewers(id) : [];
  // Drawn again only where something of it has changed, however much happens elsewhere.
  const conversation = useMemo(() => shown && shown.id === id && html`<${Conversation} key=${shown.id} t=${t} language=${language} shown=${shown} me=${me}
    call=${call} act=${act} open=${open} back=${() => route.go()} viewers=${watching} offer=${offer} setOffer=${setOffer} writes=${writes}
    onWriting=${() => live.tell({ typing: id })} />`, [shown, id, offer, writes, language, watching.join()]);

  return html`<main class=${id ? "desk reading" : "desk"}>
    <h1 class="only-read">${t.desk}</h1>
    <${Lists} t=${t} list=${list} setList=${setList} sizes=${sizes} away=${away} setAway=${setAway} help=${() => help.current.showModal()} />
    ${trouble && html`<p role="alert" class="trouble">${trouble} <button class="link" onClick=${() => setTrouble("")}>${t.dismiss}</button></p>`}
    <div class="columns">
      <aside class="list" aria-label=${t[list]} onPointerEnter=${() => setPointed(true)} onPointerLeave=${() => setPointed(false)}>
        ${list === "unanswered" && html`<${Unanswered} t=${t} rows=${found} open=${open} done=${(one) => also(`unanswered/${one}/done`, {})} />`}
        ${list === "failed" && html`<${Failed} t=${t} rows=${found} open=${open} mayAct=${may(me, "supervisor")} act=${(one, deed) => also(`deliveries/${one}/${deed}`)} />`}
        ${!OF_SERVER[list] && html`<${Filter} t=${t} box=${filter} words=${words} setWords=${setWords} />
          <${Rows} key=${list} t=${t} rows=${wanted} open=${open} current=${id} viewers=${viewers} nothing=${words ? t.noMatch : t.none[list]} />`}
      </aside>
      ${conversation || html`<section class="conversation empty"><div><h2>${id ? t.loading : t.pick}</h2><p>${t.pickText}</p></div></section>`}
    </div>
    <${Help} t=${t} box=${help} />
  </main>`;
}

export const page = { name: "desk", role: "agent", strings: STRINGS, title: (t) => t.desk, Page: Desk };
