// The conversation as a customer sees it: the same on its own page and in the widget's frame.
import { html, useEffect, useRef, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";
import { useLanguage } from "../shared/language.js";
import { lasting } from "../shared/memory.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Log } from "./log.js";
import { Rating } from "./rating.js";
import { STRINGS } from "./strings.js";
import { Visitor } from "./visitor.js";

const READ = "kefu.read";

/**
 * @param settings `{assistant, language, greeting}`, all optional
 * @param customer () → what the shop signed about its customer, or ""
 * @param visible whether somebody can be looking at it
 * @param onClose closes the widget; without it there is nothing to close
 * @param onUnread called with the number of lines that nobody has seen
 */
export function Chat({ settings = {}, customer, visible, onClose, onUnread = () => {} }) {
  const { language, t, toggle } = useLanguage(STRINGS, settings.language);
  const [conversation, setConversation] = useState(null);
  const [state, setState] = useState(null);
  const name = settings.assistant || assistantName;

  useEffect(() => {
    const begun = new Conversation(setState, new Visitor(customer));
    setConversation(begun);
    setState(begun.state);
    begun.start();
    return () => begun.stop();
  }, []);
  const unread = useUnread(state?.lines ?? [], visible, conversation?.id ?? "");
  useEffect(() => onUnread(unread, conversation?.id), [unread, state?.lines.length]);
  useEffect(() => {
    const title = name ? `${name} · ${t("title")}` : t("title");
    document.title = unread ? `(${unread}) ${title}` : title;
  }, [name, language, unread]);

  if (!state) return null;
  const empty = state.lines.length === 0 && !state.loading;
  return html`
    <div class="page">
      <${Header} ...${{ name, state, t, toggle, onClose }} onNew=${() => conversation.begin()} />
      <${Trouble} state=${state} t=${t} onRetry=${() => conversation.tryAgain()} />
      <main>
        <${Log} ...${{ state, t, language }} fileAddress=${(file) => conversation.fileAddress(file)}
          onChoose=${(button) => conversation.send(button.payload, { title: button.title })}
          onRetry=${(key) => conversation.retry(key)}
          after=${state.owner === "closed" && html`
            <${Rating} t=${t} rated=${state.rated} onRate=${(score, comment) => conversation.rate(score, comment)} />`}>
          ${empty && html`<${Welcome} t=${t} greeting=${settings.greeting} onHello=${() => conversation.send(t("helloText"))} />`}
        <//>
        <${Composer} t=${t} onSend=${(text, files) => conversation.send(text, { files })} onWriting=${() => conversation.writing()} focusKey=${visible && (empty ? "empty" : "begun")} />
      </main>
    </div>`;
}

// The server puts the assistant's name into the title.
const assistantName = document.title;

/** How many lines came while nobody was looking; remembered over page loads, for this conversation. */
function useUnread(lines, visible, id) {
  const [read, setRead] = useState(() => lasting.get(READ) ?? "");
  const last = Math.max(0, ...lines.map((line) => line.seq ?? 0));
  useEffect(() => {
    if (!visible || !last) return;
    lasting.set(READ, `${id} ${last}`);
    setRead(`${id} ${last}`);
  }, [visible, last, id]);
  if (visible) return 0;
  const [known, seq] = read.split(" ");
  const seen = known === id ? Number(seq) : 0;
  return lines.filter((line) => line.seq > seen && (line.speaker === "bot" || line.speaker === "agent")).length;
}

function status(state, t) {
  if (state.owner === "waiting") return t("waitingStatus");
  if (state.owner === "person") return t("personStatus", state.agent);
  if (state.owner === "closed") return t("closedStatus");
  return t("automatic");
}

function Header({ name, state, t, toggle, onNew, onClose }) {
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
        ${onClose && html`
          <button class="icon-button" onClick=${onClose} aria-label=${t("closeChat")} title=${t("closeChat")}><${Icon} name="close" /></button>`}
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

function Welcome({ t, greeting, onHello }) {
  return html`
    <section class="welcome">
      <h2>${greeting || t("welcome")}</h2>
      <p>${t("welcomeText")}</p>
      <button class="choice" onClick=${onHello}>${t("hello")}</button>
    </section>`;
}
