// What all pages stand in: the navigation, the live socket, and the page that the address names.
import { html, useEffect, useMemo, useRef, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";
import { Live } from "../shared/live.js";
import { makeCall } from "./api.js";
import { PAGES } from "./pages.js";
import { may } from "./roles.js";
import { addressOf, goTo, useRoute } from "./route.js";

/** The live socket of this browser: `{connected, subscribe, say, tell}`. */
function useLive(onSignedOut) {
  const [connected, setConnected] = useState(false);
  const handlers = useMemo(() => new Set(), []);
  const said = useRef({});
  const socket = useRef(null);
  useEffect(() => {
    socket.current = new Live({
      path: "api/console/live",
      hello: () => said.current,
      onState: setConnected,
      onRefused: onSignedOut,
      onMessage: (message) => { for (const handle of [...handlers]) handle(message); },
    });
    socket.current.start();
    return () => socket.current.stop();
  }, []);
  const say = useMemo(() => (more) => {
    said.current = { ...said.current, ...more };
    socket.current?.send(said.current);
  }, []);
  const subscribe = useMemo(() => (handler) => {
    handlers.add(handler);
    return () => handlers.delete(handler);
  }, []);
  const tell = useMemo(() => (message) => socket.current?.send(message), []);
  return { connected, subscribe, say, tell };
}

function useStyle(name) {
  useEffect(() => {
    const href = `static/console/pages/${name}.css`;
    if (document.querySelector(`link[href="${href}"]`)) return;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
  }, [name]);
}

function Navigation({ t, titles, current, me, connected, onLanguage, onSignOut }) {
  const pages = useRef(null);
  useEffect(() => {  // a phone shows three or four of them at once
    pages.current.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return html`<header class="top">
    <a class="skip" href="#page">${t.skip}</a>
    <nav ref=${pages} aria-label=${t.pages}>${titles.map(([name, title]) => html`<a key=${name} href=${addressOf(name)}
      aria-current=${name === current ? "page" : undefined}>${title}</a>`)}</nav>
    <span class=${connected ? "live" : "off"} role="status"><span class="dot" aria-hidden="true"></span><span class="word">${connected ? t.live : t.notLive}</span></span>
    <span class="me" title=${t.roles[me.role]}>${me.name}</span>
    <button class="icon-button" aria-label=${t.otherLanguageLabel} onClick=${onLanguage}>${t.otherLanguage}</button>
    <button class="icon-button" aria-label=${t.signOut} title=${t.signOut} onClick=${onSignOut}><${Icon} name="leave" /></button>
  </header>`;
}

export function Shell({ strings, language, onLanguage, session, onSignedOut }) {
  const me = session.person;
  const shell = strings[language];
  const call = useMemo(() => makeCall(session.csrf, () => onSignedOut(true)), [session.csrf]);
  const live = useLive(() => onSignedOut(true));
  const [name, ...parts] = useRoute();
  const allowed = PAGES.filter((page) => may(me, page.role));
  const page = allowed.find((one) => one.name === name) ?? allowed[0];
  const wording = (one) => ({ ...shell, ...one.strings[language] });
  const t = useMemo(() => wording(page), [page, language]);
  useStyle(page.name);
  useEffect(() => { document.title = `${page.title(t)} · ${shell.title}`; }, [page, language]);
  const signOut = () => call("session", { method: "DELETE" }).catch(() => {}).finally(() => onSignedOut(false));
  const route = { parts, go: (...more) => goTo(page.name, ...more) };
  const titles = allowed.map((one) => [one.name, one.title(wording(one))]);
  return html`<${Navigation} t=${shell} titles=${titles} current=${page.name} me=${me} connected=${live.connected}
      onLanguage=${onLanguage} onSignOut=${signOut} />
    <div id="page" class="page" tabindex="-1"><${page.Page} key=${page.name} t=${t} language=${language} call=${call} me=${me}
      live=${live} route=${route} /></div>`;
}
