// Where an agent writes: suggestions above, canned replies behind a slash, a note for colleagues instead of a reply.
import { html, useEffect, useRef, useState } from "../../../shared/preact.js";
import { Icon } from "../../../shared/icons.js";

const FIRST_SHOWN = 3;
const MOST_CANNED = 8;
const SAY_EVERY_MS = 2500;

function Suggestions({ t, offer, insert, dismiss }) {
  const [all, setAll] = useState(false);
  useEffect(() => setAll(false), [offer?.seq]);
  if (!offer?.items.length) return null;
  const shown = all ? offer.items : offer.items.slice(0, FIRST_SHOWN);
  return html`<section class="suggestions" aria-label=${t.suggestions}>
    <ol>${shown.map((one, place) => html`<li key=${one.key}><button onClick=${() => insert(one)} title=${one.text}>
      ${place < FIRST_SHOWN && html`<kbd aria-hidden="true">${place + 1}</kbd>`}
      <span class="words">${one.text}</span>
      <span class="tag">${t.sources[one.source]}${one.title && one.source === "passage" ? `: ${one.title.split(" › ")[0]}` : ""}</span>
    </button></li>`)}</ol>
    <p class="acts">
      ${offer.items.length > FIRST_SHOWN && html`<button class="link" onClick=${() => setAll(!all)}>${all ? t.fewer : t.more(offer.items.length - FIRST_SHOWN)}</button>`}
      <button class="link" onClick=${dismiss}>${t.dismissSuggestions}</button>
    </p>
  </section>`;
}

/** The canned replies that fit what stands behind the slash. */
function fitting(canned, text) {
  const wanted = text.slice(1).trim().toLowerCase();
  return canned.filter((one) => `${one.name} ${one.text}`.toLowerCase().includes(wanted)).slice(0, MOST_CANNED);
}

function Picker({ t, id, found, at, take }) {
  return html`<ul class="picker" role="listbox" id=${id} aria-label=${t.canned}>
    ${found.map((one, place) => html`<li key=${one.source + one.name} id=${`${id}-${place}`} role="option" aria-selected=${place === at} onMouseDown=${(event) => { event.preventDefault(); take(one); }}>
      <b>${one.name}</b><span>${one.text}</span></li>`)}
    ${!found.length && html`<li class="hint" role="option" aria-disabled="true" aria-selected="false">${t.noCanned}</li>`}
  </ul>`;
}

export function Composer({ t, box, offer, canned, send, note, noting, setNoting, dismiss, onWriting }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const saidAt = useRef(0);
  const found = !noting && text.startsWith("/") ? fitting(canned, text) : null;
  const write = (words) => {
    setText(words);
    setAt(0);
    box.current?.focus();
  };
  box.insert = write;
  useEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, 220)}px`;
  }, [text, noting]);
  const submit = async () => {
    const words = text.trim();
    if (words && await (noting ? note(words) : send(words))) setText("");
  };
  const onInput = (event) => {
    const words = event.target.value;
    setText(words);
    setAt(0);
    // A note is nothing to the customer, and neither is the name of a canned reply.
    if (noting || !words.trim() || words.startsWith("/") || Date.now() - saidAt.current < SAY_EVERY_MS) return;
    saidAt.current = Date.now();
    onWriting();
  };
  const onKey = (event) => {
    if (event.isComposing) return;
    if (found?.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      setAt((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (found) { if (found[at]) write(found[at].text); } else submit();
    } else if (event.key === "Escape") {
      if (found) setText("");
      else event.target.blur();
    }
  };
  const combo = found ? { "aria-autocomplete": "list", "aria-controls": "canned", "aria-activedescendant": found.length ? `canned-${at}` : undefined } : {};
  return html`<footer class=${noting ? "composer noting" : "composer"}>
    ${!noting && html`<${Suggestions} t=${t} offer=${offer} insert=${(one) => write(one.text)} dismiss=${dismiss} />`}
    ${found && html`<${Picker} t=${t} id="canned" found=${found} at=${at} take=${(one) => write(one.text)} />`}
    <div class="write">
      <textarea ref=${box} rows="1" maxlength="4000" value=${text} aria-label=${noting ? t.noteTo : t.replyTo}
        placeholder=${noting ? t.notePlaceholder : t.replyPlaceholder} ...${combo} onInput=${onInput} onKeyDown=${onKey}></textarea>
      <button class="button" aria-pressed=${noting} onClick=${() => setNoting(!noting)}>${t.note}</button>
      <button class="button primary" onClick=${submit}><${Icon} name=${noting ? "done" : "send"} />${noting ? t.keepNote : t.send}</button>
    </div>
  </footer>`;
}
