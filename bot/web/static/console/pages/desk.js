// The desk: who waits and who is served, one conversation, and what helps to answer it.
import { html, useEffect, useMemo, useRef, useState } from "../../shared/preact.js";
import { Icon } from "../../shared/icons.js";
import { may } from "../roles.js";
import { Conversation } from "./desk/conversation.js";
import { useKeys } from "./desk/keys.js";
import { Failed, Filter, Rows, Unanswered } from "./desk/list.js";
import { LISTS, changed, listed, loaded, matching, neighbour, read } from "./desk/rows.js";
import { STRINGS } from "./desk.strings.js";

const OF_SERVER = { unanswered: "unanswered", failed: "deliveries" };
const DRAW_EVERY_MS = 150;
const READ_EVERY_MS = 1000;
const WRITES_FOR_MS = 6000;
const AT_FIRST = { waiting: 500, person: 500, bot: 200, closed: 100 };

/** The conversations of all lists, kept up to date; changes that come in a burst are drawn together. */
function useRows(call, live, guarded, openId) {
  const [rows, setRows] = useState(new Map());
  const waiting = useRef([]);
  const current = useRef(openId);
  current.current = openId;
  const loading = useRef(false);
  const load = () => !loading.current && guarded(async () => {
    loading.current = true;
    const lists = await Promise.all(Object.entries(AT_FIRST).map(([owner, limit]) => call(`conversations?owner=${owner}&limit=${limit}`)))
      .finally(() => { loading.current = false; });
    setRows((old) => loaded(new Map([...old].filter(([id]) => id === current.current)), lists.flat()));
  });
  useEffect(() => {
    let timer = 0;
    const draw = () => {
      const messages = waiting.current.splice(0);
      setRows((old) => changed(old, messages, current.current));
    };
    load();
    const off = live.subscribe((message) => {
      if (message.type === "resync") load();
      if (message.type === "events" && waiting.current.push(message) === 1) timer = setTimeout(draw, DRAW_EVERY_MS);
    });
    return () => { clearTimeout(timer); off(); };
  }, []);
  useEffect(() => setRows((old) => read(old, openId)), [openId]);
  return rows;
}

/** The conversation on the screen with its events; grows from the live socket, is read afresh after a gap. */
function useShown(call, live, guarded, id) {
  const [shown, setShown] = useState(null);
  const [offer, setOffer] = useState(null);
  const [writes, setWrites] = useState(false);
  const path = `conversations/${encodeURIComponent(id ?? "")}`;
  const load = () => guarded(async () => setShown(await call(path)));
  useEffect(() => {
    setShown(null);
    setOffer(null);
    setWrites(false);
    if (!id) return undefined;
    let timer = 0;
    const written = (now) => {
      clearTimeout(timer);
      if (now) timer = setTimeout(() => setWrites(false), WRITES_FOR_MS);
      setWrites(now);
    };
    load();
    call(`${path}/suggestions`).then((found) => setOffer(found.items.length ? found : null), () => {});
    const off = live.subscribe((message) => {
      if (message.type === "resync") load();
      if (message.conversation_id !== id) return;
      if (message.type === "suggestions") setOffer(message);
      if (message.type === "typing") written(true);
      if (message.type !== "events") return;
      if (message.events.some((event) => event.event === "user")) written(false);
      setShown((old) => grown(old, message, load));
    });
    return () => { clearTimeout(timer); off(); };
  }, [id]);
  return { shown, offer, setOffer, writes };
}

function grown(old, message, load) {
  if (!old) return old;
  const last = old.events.at(-1)?.seq ?? 0;
  const news = message.events.filter((event) => event.seq > last);
  if (news.length && news[0].seq !== last + 1) load();
  return { ...old, ...message.conversation, events: [...old.events, ...news] };
}

/** A list that only the server has, read when it is looked at and when something happens. */
function useServerList(call, live, guarded, list) {
  const [found, setFound] = useState([]);
  const load = () => guarded(async () => setFound(await call(OF_SERVER[list])));
  useEffect(() => {
    setFound([]);
    if (!OF_SERVER[list]) return undefined;
    load();
    let timer = 0;
    const again = () => { timer = 0; load(); };
    // However much happens: not put off by it, and not asked for more often.
    const off = live.subscribe((message) => { if (message.type !== "typing") timer ||= setTimeout(again, READ_EVERY_MS); });
    return () => { clearTimeout(timer); off(); };
  }, [list]);
  return [found, load];
}

function usePeople(live) {
  const [people, setPeople] = useState([]);
  useEffect(() => live.subscribe((message) => { if (message.type === "presence") setPeople(message.people); }), []);
  return people;
}

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
  const wanted = useMemo(() => (OF_SERVER[list] ? [] : matching(listed(rows, list, me.name), words, t.channels)), [rows, list, words, language]);
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
  const step = (by) => { const next = neighbour(wanted.map((row) => row.id), id, by); if (next) open(next); };
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
      <aside class="list" aria-label=${t[list]}>
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
