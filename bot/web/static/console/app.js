// The console: lists on the left, a conversation on the right, live over one socket.
import { html, render, useEffect, useRef, useState } from "../shared/preact.js";
import { useLanguage } from "../shared/language.js";
import { Live } from "../shared/live.js";
import { SafeLink } from "../shared/text.js";
import { STRINGS } from "./strings.js";
import { explains, transcript } from "./transcript.js";

const LISTS = ["waiting", "person", "bot", "closed", "unanswered"];

/** The token from the address's fragment, which is removed at once, or from this tab's memory. */
function rememberedToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("kefu.token", given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("kefu.token") ?? "";
}

async function call(token, path, body) {
  const response = await fetch(`api/console/${path}`, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw Object.assign(new Error("refused"), { status: response.status });
  return response.json();
}

function SignIn({ t, onSignIn, wrong }) {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    onSignIn(String(form.get("token")), String(form.get("name")));
  };
  return html`<form class="sign-in" onSubmit=${submit}>
    <h1>${t.signIn}</h1>
    ${wrong && html`<p role="alert" class="trouble">${t.wrongToken}</p>`}
    <label>${t.token}<input name="token" type="password" required autocomplete="off" defaultValue=${rememberedToken()} /></label>
    <p class="hint">${t.signInText}</p>
    <label>${t.yourName}<input name="name" required maxlength="80" /></label>
    <p class="hint">${t.yourNameText}</p>
    <button class="primary">${t.signIn}</button>
  </form>`;
}

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
      <button onClick=${() => act("claim")}>${t.claim}</button>
      <button onClick=${() => act("hand_back")}>${t.handBack}</button>
      <button onClick=${() => act("close")}>${t.close}</button>
    </header>
    <div class="lines" role="log">${transcript(shown.events).map((item) => html`<${Item} key=${item.key} t=${t} item=${item} />`)}<div ref=${end}></div></div>
    <footer><textarea ref=${box} rows="2" aria-label=${t.replyTo} placeholder=${t.replyPlaceholder} onKeyDown=${onKey}></textarea>
      <button class="primary" onClick=${send}>${t.send}</button></footer>
  </section>`;
}

function Unanswered({ t, rows, open, done }) {
  if (!rows.length) return html`<p class="empty">${t.allAnswered}</p>`;
  return html`<ul class="unanswered">${rows.map((row) => html`<li key=${row.id}>
    <p>${row.text}</p>
    <p class="hint">${t.candidatesOf}: ${row.candidates.map((one) => `${one.title || one.name} ${(one.p * 100).toFixed(0)} %`).join(" · ") || t.noCandidates}</p>
    <button onClick=${() => open(row.conversation_id)}>${t.open}</button> <button onClick=${() => done(row.id)}>${t.done}</button>
  </li>`)}</ul>`;
}

function Desk({ t, token, me, signOut }) {
  const [list, setList] = useState("waiting");
  const [rows, setRows] = useState([]);
  const [shown, setShown] = useState(null);
  const [live, setLive] = useState(false);
  const [trouble, setTrouble] = useState("");
  const current = useRef({});
  current.current = { list, shown };

  const guarded = async (work) => {
    try {
      await work();
      setTrouble("");
      return true;
    } catch (error) {
      if (error.status === 401) signOut(true);
      setTrouble(error.status === 409 ? t.taken : error.status === 404 ? t.gone : t.failed);
      return false;
    }
  };
  const load = (name) => guarded(async () => setRows(await call(token, name === "unanswered" ? name : `conversations?owner=${name}`)));
  const open = (id) => guarded(async () => setShown(await call(token, `conversations/${encodeURIComponent(id)}`)));
  const act = (deed, more = {}) => guarded(() => call(token, `conversations/${encodeURIComponent(shown.id)}/${deed}`, { agent: me, ...more }));
  const done = (id) => guarded(async () => { await call(token, `unanswered/${id}/done`, { agent: me }); await load(list); });

  useEffect(() => { setRows([]); load(list); }, [list]);
  useEffect(() => {
    const socket = new Live({
      path: "api/console/live",
      hello: () => ({ token }),
      onState: setLive,
      onRefused: () => signOut(true),
      onMessage: (message) => {
        load(current.current.list);
        const id = current.current.shown?.id;
        if (id && (message.type === "resync" || message.conversation_id === id)) open(id);
      },
    });
    socket.start();
    return () => socket.stop();
  }, []);

  return html`<div class="desk">
    <nav aria-label=${t.lists}>
      ${LISTS.map((name) => html`<button key=${name} aria-current=${name === list} onClick=${() => setList(name)}>${t[name]}</button>`)}
      <span class="grow"></span><span class=${live ? "live" : "off"}>${live ? t.live : t.notLive}</span>
      <button onClick=${() => signOut(false)}>${t.signOut}</button>
    </nav>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <main>
      <aside>${list === "unanswered"
        ? html`<${Unanswered} t=${t} rows=${rows} open=${open} done=${done} />`
        : rows.length
          ? html`<ul>${rows.map((row) => html`<li key=${row.id}><button class="row" aria-current=${row.id === shown?.id} onClick=${() => open(row.id)}>
              <strong>${row.preview || "…"}</strong><span>${row.channel} · ${row.language || "?"}${row.agent ? ` · ${row.agent}` : ""}</span></button></li>`)}</ul>`
          : html`<p class="empty">${t.none[list]}</p>`}</aside>
      ${shown ? html`<${Conversation} key=${shown.id} t=${t} shown=${shown} act=${act} me=${me} />` : html`<section class="conversation empty"><h2>${t.pick}</h2><p>${t.pickText}</p></section>`}
    </main>
  </div>`;
}

function App() {
  const { language, toggle } = useLanguage(STRINGS);
  const [who, setWho] = useState(null);
  const [wrong, setWrong] = useState(false);
  const t = STRINGS[language];
  document.title = t.title;
  const signIn = (token, name) => { sessionStorage.setItem("kefu.token", token); setWrong(false); setWho({ token, name }); };
  const signOut = (refused) => { sessionStorage.removeItem("kefu.token"); setWrong(refused); setWho(null); };
  return html`<button class="language" aria-label=${t.otherLanguageLabel} onClick=${toggle}>${t.otherLanguage}</button>
    ${who ? html`<${Desk} t=${t} token=${who.token} me=${who.name} signOut=${signOut} />` : html`<${SignIn} t=${t} onSignIn=${signIn} wrong=${wrong} />`}`;
}

rememberedToken();
render(html`<${App} />`, document.getElementById("app"));
