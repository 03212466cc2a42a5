// What was said, as the customer sees it.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";
import { clock } from "../shared/language.js";
import { Markdown } from "../shared/markdown.js";
import { LinkedText, SafeLink, safeHref } from "../shared/text.js";
import { SentFile } from "./files.js";

const TOGETHER_MS = 5 * 60_000;
const NEAR_END_PX = 80;

export function Log({ state, t, language, onChoose, onRetry, fileAddress, children, after }) {
  const log = useRef(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const [behind, setBehind] = useState(false);
  const toEnd = () => {
    atEnd.current = true;
    log.current.scrollTop = log.current.scrollHeight;
  };

  useLayoutEffect(() => {
    if (atEnd.current || state.lines.at(-1)?.speaker === "customer") toEnd();
    else setBehind(true);
  }, [state.lines, state.typing, state.writer, state.owner]);
  useEffect(() => {
    const keepEnd = new ResizeObserver(() => { if (atEnd.current) toEnd(); });
    keepEnd.observe(log.current);
    keepEnd.observe(log.current.firstElementChild);
    return () => keepEnd.disconnect();
  }, []);

  const onScroll = ({ target }) => {
    // Only going up leaves the end: what grows meanwhile, such as a picture that has just come, does not.
    const near = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_END_PX;
    if (near || target.scrollTop < top.current) atEnd.current = near;
    top.current = target.scrollTop;
    if (near) setBehind(false);
  };
  return html`
    <div class="log-frame">
      <div class="log" ref=${log} role="log" aria-live="polite" aria-label=${t("log")} aria-busy=${state.loading}
        tabindex="0" onScroll=${onScroll}>
        <div class="column">
          ${children}
          ${state.lines.map((line, index) => html`
            <${Line} key=${line.key} line=${line} first=${isFirst(state.lines, index)} last=${isLast(state.lines, index)}
              open=${index === state.lines.length - 1} ...${{ t, language, onChoose, onRetry, fileAddress }} />`)}
          ${state.typing && state.owner === "bot" && html`<${Typing} label=${t("typing")} />`}
          ${state.writer && html`<${Typing} label=${t("writes", state.writer)} />`}
          ${after}
        </div>
      </div>
      ${behind && html`<button class="button newer" onClick=${toEnd}>${t("newer")} ↓</button>`}
    </div>`;
}

function together(one, other) {
  return one && other && one.speaker === other.speaker && one.agent === other.agent && other.at - one.at < TOGETHER_MS;
}

const isFirst = (lines, index) => !together(lines[index - 1], lines[index]);
const isLast = (lines, index) => !together(lines[index], lines[index + 1]);

function Line({ line, first, last, open, t, language, onChoose, onRetry, fileAddress }) {
  if (line.speaker === "notice") {
    return html`<p class="notice"><span>${t(line.notice, line.agent)}</span></p>`;
  }
  const who = { customer: t("you"), bot: t("assistant"), agent: line.agent || t("person") }[line.speaker];
  return html`
    <article class="line ${line.speaker} ${first ? "first" : ""} ${line.state ?? ""}">
      <p class=${first && line.speaker !== "customer" ? "who" : "only-read"}>
        ${line.speaker === "agent" && html`<${Icon} name="person" />`}${who}
      </p>
      ${line.parts.map((part, index) => html`
        <${Part} ...${{ part, t, onChoose, fileAddress }} plain=${line.speaker === "customer"}
          open=${open && index === line.parts.length - 1} />`)}
      ${line.state === "failed" && html`
        <p class="failed-note">${t("notSent")} <button class="link" onClick=${() => onRetry(line.key)}>${t("retry")}</button></p>`}
      ${last && line.state !== "failed" && html`<time class="when" datetime=${line.at.toISOString()}>${
        line.state === "sending" ? t("sending") : clock(line.at, language)}</time>`}
    </article>`;
}

function Part({ part, t, open, plain, onChoose, fileAddress }) {
  const files = part.files ?? [];
  const filled = part.text || part.image || part.attachment || part.citations.length || files.length;
  return html`
    ${filled && html`
      <div class="bubble">
        ${part.text && (plain ? html`<div class="said"><${LinkedText} text=${part.text} /></div>` : html`<${Markdown} text=${part.text} />`)}
        ${files.map((file) => html`<${SentFile} key=${file.id || file.name} ...${{ file, t }} address=${fileAddress} />`)}
        ${part.image && html`<${Picture} address=${part.image} t=${t} />`}
        ${part.attachment && html`<${SafeLink} class="attachment" href=${part.attachment}>${t("attachment")}<//>`}
        ${part.citations.length > 0 && html`<${Sources} citations=${part.citations} t=${t} />`}
      </div>`}
    ${open && part.buttons.length > 0 && html`
      <div class="choices" role="group" aria-label=${t("choices")}>
        ${part.buttons.map((button) => html`<${Choice} key=${button.payload} button=${button} onChoose=${onChoose} />`)}
      </div>`}`;
}

/** A choice; one whose payload is an address (Rasa's `web_url`) opens it. */
function Choice({ button, onChoose }) {
  if (safeHref(button.payload)) {
    return html`<${SafeLink} class="choice" href=${button.payload}>${button.title}<${Icon} name="out" /><//>`;
  }
  return html`<button class="choice" onClick=${() => onChoose(button)}>${button.title}</button>`;
}

function Picture({ address, t }) {
  const [broken, setBroken] = useState(false);
  const href = safeHref(address, document.baseURI);
  if (!href) return null;
  if (broken) return html`<${SafeLink} class="attachment" href=${href}>${t("picture")}<//>`;
  return html`<${SafeLink} href=${href}>
    <img class="picture" src=${href} alt=${t("picture")} loading="lazy" onError=${() => setBroken(true)} />
  <//>`;
}

function Sources({ citations, t }) {
  return html`
    <div class="sources">
      <span class="sources-title" aria-hidden="true">${t(citations.length > 1 ? "sources" : "source")}</span>
      <ul aria-label=${t("sources")}>
        ${citations.map((citation) => html`
          <li><${SafeLink} class="source" href=${citation.url}>
            ${citation.title || citation.url}
            ${safeHref(citation.url) && html`<${Icon} name="out" /><span class="only-read"> (${t("newTab")})</span>`}
          <//></li>`)}
      </ul>
    </div>`;
}

function Typing({ label }) {
  return html`<div class="line bot first"><div class="bubble typing"><i></i><i></i><i></i><span class="only-read">${label}</span></div></div>`;
}
