// One conversation: its bar, its lines, the reply box, and what stands beside it.
import { html, useEffect, useMemo, useRef, useState } from "../../../shared/preact.js";
import { Icon } from "../../../shared/icons.js";
import { may } from "../../roles.js";
import { Composer } from "./composer.js";
import { useKeys } from "./keys.js";
import { Side } from "./side.js";
import { Thread } from "./thread.js";

function PassOn({ t, call, me, transfer }) {
  const [people, setPeople] = useState([]);
  const menu = useRef(null);
  const onToggle = () => { if (menu.current.open) call("people").then(setPeople, () => setPeople([])); };
  const to = (name) => { menu.current.open = false; transfer(name); };
  return html`<details class="menu" ref=${menu} onToggle=${onToggle}><summary class="button">${t.passOn}</summary><ul>
    <li><button onClick=${() => to("")}>${t.toQueue}</button></li>
    ${people.filter((one) => one.name !== me.name).map((one) => html`<li key=${one.name}><button onClick=${() => to(one.name)}>
      <span class=${one.here && !one.away ? "dot" : "dot gone"} aria-hidden="true"></span>${one.name}
      <span class="hint">${one.here ? (one.away ? t.away : t.here) : t.notHere}</span></button></li>`)}
  </ul></details>`;
}

function Bar({ t, shown, me, act, call, back, viewers, side, setSide }) {
  const free = shown.owner !== "person" || !shown.agent;
  return html`<header class="bar">
    <button class="icon-button narrow" aria-label=${t.back} onClick=${back}><${Icon} name="back" /></button>
    <h2>${shown.sender}</h2><span class="tag">${t.owners[shown.owner]}${shown.agent ? `: ${shown.agent}` : ""}</span>
    ${viewers.length > 0 && html`<span class="watch"><${Icon} name="eye" />${t.viewedBy(viewers.join(", "))}</span>`}
    <span class="grow"></span>
    ${free && html`<button class="button primary" onClick=${() => act("claim")}>${t.claim}</button>`}
    <${PassOn} t=${t} call=${call} me=${me} transfer=${(to) => act("transfer", { to })} />
    <button class="button" onClick=${() => act("hand_back")}>${t.handBack}</button>
    <button class="button" onClick=${() => act("close")}>${t.close}</button>
    <button class="icon-button" aria-pressed=${side} aria-label=${t.beside} onClick=${() => setSide(!side)}><${Icon} name="panel" /></button>
  </header>`;
}

/** Told instead of the reply box while a colleague has the conversation, so that two never answer. */
function Taken({ t, shown, me, act, setNoting }) {
  return html`<footer class="composer"><p class="taken"><${Icon} name="person" /><span>${t.replyOther(shown.agent)}</span>
    ${may(me, "supervisor") && html`<button class="button" onClick=${() => act("claim", { force: true })}>${t.takeOver}</button>`}
    <button class="button" onClick=${() => setNoting(true)}>${t.writeNote}</button></p></footer>`;
}

export function Conversation({ t, language, shown, me, call, act, open, back, viewers, offer, setOffer, writes, onWriting }) {
  const box = useRef(null);
  const search = useRef(null);
  const [noting, setNoting] = useState(false);
  const [side, setSide] = useState(matchMedia("(min-width: 1200px)").matches);
  const [canned, setCanned] = useState([]);
  const path = `conversations/${encodeURIComponent(shown.id)}`;
  useEffect(() => { call(`${path}/canned`).then(setCanned, () => setCanned([])); }, [shown.id]);
  const offered = offer && { ...offer, items: offer.items.map((one) => ({ ...one, text: one.text.replaceAll("{agent_name}", me.name) })) };
  const suggestions = offered && { intent: offered.intent, items: offered.items };
  const others = shown.owner === "person" && shown.agent && shown.agent !== me.name;
  const write = (note) => { setNoting(note); setTimeout(() => box.current?.focus()); };
  const insert = (text) => { setNoting(false); setTimeout(() => box.insert?.(text)); };
  const use = (place) => { if (!others && offered?.items[place]) insert(offered.items[place].text); };
  const send = async (text) => {
    const good = await act("reply", { text, ...(suggestions && { suggestions }) });
    if (good) setOffer(null);
    return good;
  };
  const note = async (text) => {
    const good = await act("note", { text });
    if (good) setNoting(false);
    return good;
  };
  const dismiss = () => { act("dismiss", { suggestions }); setOffer(null); };
  const thread = useMemo(() => html`<${Thread} t=${t} language=${language} shown=${shown} writes=${writes} />`, [shown.events, language, writes]);
  useKeys({
    c: () => act("claim"),
    r: () => write(false),
    n: () => write(true),
    b: () => act("hand_back"),
    e: () => act("close"),
    "/": () => { setSide(true); setTimeout(() => search.current?.focus()); },
    1: () => use(0), 2: () => use(1), 3: () => use(2),
    "alt+1": () => use(0), "alt+2": () => use(1), "alt+3": () => use(2),
  });
  return html`<section class=${side ? "conversation with-side" : "conversation"} aria-label=${t.conversation}>
    <div class="middle">
      <${Bar} t=${t} shown=${shown} me=${me} act=${act} call=${call} back=${back} viewers=${viewers} side=${side} setSide=${setSide} />
      ${thread}
      ${others && !noting
        ? html`<${Taken} t=${t} shown=${shown} me=${me} act=${act} setNoting=${write} />`
        : html`<${Composer} t=${t} box=${box} offer=${offered} canned=${canned} send=${send} note=${note} noting=${noting}
            setNoting=${write} dismiss=${dismiss} onWriting=${onWriting} />`}
    </div>
    ${side && html`<${Side} t=${t} shown=${shown} call=${call} search=${search} insert=${insert} open=${open} />`}
  </section>`;
}
