// The chat page: a customer and the assistant, or the person who took over.
import { html, render, useEffect, useRef, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";
import { useLanguage } from "../shared/language.js";
import { about } from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Log } from "./log.js";
import { STRINGS } from "./strings.js";

function App() {
  const { language, t, toggle } = useLanguage(STRINGS);
  const [conversation, setConversation] = useState(null);
  const [state, setState] = useState(null);
  const [name, setName] = useState("");

  useEffect(() => {
    const begun = new Conversation(setState);
    setConversation(begun);
    setState(begun.state);
    begun.start();
    about().then((known) => setName(known.name), () => {});
    return () => begun.stop();
  }, []);
  useEffect(() => {
    document.title = name ? `${name} · ${t("title")}` : t("title");
  }, [name, language]);

  if (!state) return null;
  const empty = state.lines.length === 0 && !state.loading;
  return html`
    <div class="page">
      <${Header} ...${{ name, state, t, toggle, onNew: () => conversation.begin() }} />
      <${Trouble} state=${state} t=${t} onRetry=${() => conversation.retryAll()} />
      <main>
        <${Log} ...${{ state, t, language }} onChoose=${(button) => conversation.send(button.payload, button.title)}
          onRetry=${(key) => conversation.retry(key)}>
          ${empty && html`<${Welcome} t=${t} onHello=${() => conversation.send(t("helloText"))} />`}
        <//>
        <${Composer} t=${t} onSend=${(text) => conversation.send(text)} focusKey=${empty} />
      </main>
    </div>`;
}

function status(state, t) {
  if (state.owner === "waiting") return t("waitingStatus");
  if (state.owner === "person") return t("personStatus", state.agent);
  if (state.owner === "closed") return t("closedStatus");
  return t("automatic");
}

function Header({ name, state, t, toggle, onNew }) {
  const dialog = useRef(null);
  const ask = () => (state.lines.length ? dialog.current.showModal() : onNew());
  return html`
    <header class="top">
      <div class="top-inner">
        <span class="mark" aria-hidden="true"><${Icon} name=${state.owner === "person" ? "person" : "bot"} /></span>
        <div class="heading">
          <h1>${name || t("title")}</h1>
          <p class="status ${state.owner}" role="status">${status(state, t)}</p>
        </div>
        <button class="icon-button" onClick=${toggle} aria-label=${t("otherLanguageLabel")}>${t("otherLanguage")}</button>
        <button class="icon-button" onClick=${ask} aria-label=${t("newChat")} title=${t("newChat")}><${Icon} name="fresh" /></button>
      </div>
      <dialog ref=${dialog} class="ask" aria-labelledby="ask-title">
        <form method="dialog" onSubmit=${(event) => event.submitter?.value === "yes" && onNew()}>
          <p id="ask-title">${t("newChatAsk")}</p>
          <div class="ask-buttons">
            <button class="button" value="no">${t("keep")}</button>
            <button class="button primary" value="yes">${t("yesNew")}</button>
          </div>
        </form>
      </dialog>
    </header>`;
}

function Trouble({ state, t, onRetry }) {
  const shown = state.connected ? state.trouble : "offline";
  return html`
    <div role="alert">
      ${shown && html`
        <div class="trouble"><div class="trouble-inner">
          <span>${t(shown)}</span>
          ${state.lines.some((line) => line.state === "failed") && html`
            <button class="button" onClick=${onRetry}><${Icon} name="retry" />${t("retry")}</button>`}
        </div></div>`}
    </div>`;
}

function Welcome({ t, onHello }) {
  return html`
    <section class="welcome">
      <h2>${t("welcome")}</h2>
      <p>${t("welcomeText")}</p>
      <button class="choice" onClick=${onHello}>${t("hello")}</button>
    </section>`;
}

render(html`<${App} />`, document.getElementById("app"));
