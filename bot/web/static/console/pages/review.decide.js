// What the selected messages ask for: a suggested intent, another one, a new one, an article, or none.
import { html, useMemo, useState } from "../../shared/preact.js";

export function Decide({ t, group, picked, suggestions, intents, drafted, decides, deeds, busy }) {
  if (!decides) return html`<aside class="decide" aria-label=${t.decide}><p class="hint">${t.readOnly}</p><${Drafted} t=${t} drafted=${drafted} /></aside>`;
  const off = busy || picked.length === 0;
  const take = (intent) => (intent.isNew ? deeds.dialog({ kind: "intent", name: intent.name }) : deeds.assign(intent.name));
  return html`<aside class="decide" aria-label=${t.decide}>
    <h2>${t.decide}</h2>
    <p class="hint">${t.count(picked.length)}</p>
    <ul class="suggestions" aria-label=${t.suggestions}>${suggestions.map((intent, place) => html`<li key=${intent.name}>
      <button class="suggestion" disabled=${off} onClick=${() => take(intent)}>
        <kbd>${place + 1}</kbd><span class="what"><span class="intent">${intent.name}</span>
        <span class="meta">${intent.isNew ? t.newIntent.replace("…", "") : [intent.title, t.examples(intent.examples)].filter(Boolean).join(" · ")}</span></span>
      </button>
      ${!intent.isNew && html`<button class="link" onClick=${() => deeds.dialog({ kind: "answer", intent })}
        title=${Object.values(intent.answers)[0] ?? t.noAnswer}>${t.editAnswer}</button>`}
    </li>`)}</ul>
    <${FindIntent} t=${t} intents=${intents} off=${off} onTake=${take} onNew=${(name) => deeds.dialog({ kind: "intent", name })} />
    <div class="others">
      <button class="button" disabled=${off} onClick=${() => deeds.dialog({ kind: "intent", name: group.name })}>${t.newIntent} <kbd>n</kbd></button>
      <button class="button" disabled=${off} onClick=${() => deeds.dialog({ kind: "article" })}>${t.article} <kbd>w</kbd></button>
      <button class="button" disabled=${off} onClick=${deeds.outOfScope}>${t.outOfScope} <kbd>o</kbd></button>
      <button class="button" disabled=${off} title=${t.dismissHint} onClick=${deeds.dismiss}>${t.dismiss} <kbd>d</kbd></button>
      <button class="link" onClick=${() => deeds.dialog({ kind: "help" })}>${t.help} <kbd>?</kbd></button>
    </div>
    <${Drafted} t=${t} drafted=${drafted} />
  </aside>`;
}

function Drafted({ t, drafted }) {
  return drafted.length > 0 && html`<section class="drafted"><h3>${t.drafted}</h3>
    ${drafted.slice(0, 3).map((text) => html`<blockquote key=${text}>${text}</blockquote>`)}</section>`;
}

/** A box that finds intents by any of their words; arrows choose, Enter takes. */
function FindIntent({ t, intents, off, onTake, onNew }) {
  const [words, setWords] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const found = useMemo(() => matching(intents, words).slice(0, 8), [intents, words]);
  const done = (intent) => { setWords(""); setOpen(false); onTake(intent); };
  const onKey = (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); setOpen(true); setAt(Math.min(Math.max(at + step, 0), found.length - 1)); }
    if (event.key === "Escape") { if (words) setWords(""); else event.target.blur(); setOpen(false); }
    if (event.key === "Enter" && words.trim() && !off) {
      event.preventDefault();
      if (found[at]) done(found[at]);
      else { onNew(words.trim()); setWords(""); setOpen(false); }
    }
  };
  const shown = open && words.trim();
  return html`<div class="find">
    <input id="find-intent" role="combobox" aria-label=${t.findLabel} placeholder=${t.find} autocomplete="off" disabled=${off} value=${words}
      aria-expanded=${Boolean(shown)} aria-controls="found-intents" aria-autocomplete="list"
      aria-activedescendant=${shown && found[at] ? `intent-${at}` : undefined}
      onInput=${(event) => { setWords(event.target.value); setOpen(true); setAt(0); }} onKeyDown=${onKey} onBlur=${() => setOpen(false)} />
    <ul id="found-intents" role="listbox" aria-label=${t.findLabel} hidden=${!shown || !found.length}>${found.map((one, place) => html`<li key=${one.name} id=${`intent-${place}`}
      role="option" aria-selected=${place === at} onMouseDown=${(event) => { event.preventDefault(); done(one); }}>
      <span class="intent">${one.name}</span> <span class="meta">${[one.title, t.examples(one.examples)].filter(Boolean).join(" · ")}</span></li>`)}</ul>
    ${shown && !found.length && html`<p class="hint">${t.noIntent}</p>`}
  </div>`;
}

function matching(intents, words) {
  const wanted = words.toLowerCase().split(/[\s_]+/u).filter(Boolean);
  return intents.filter((one) => wanted.every((word) => `${one.name} ${one.title}`.toLowerCase().includes(word)));
}
