// The messages of one group: which of them the decision is about.
import { html, useEffect, useRef } from "../../shared/preact.js";
import { addressOf } from "../route.js";

const PLACEHOLDER = /\{[a-z_]+\d*\}/gu;

export function Messages({ t, group, items, chosen, focus, free, decides, deeds, onBack, onFocus }) {
  const able = items.filter(free);
  const picked = able.filter((item) => chosen.has(item.id));
  return html`<section class="detail messages" tabindex="0" aria-label=${group.name || t.unsorted}>
    <button class="link only-phone" onClick=${onBack}>← ${t.back}</button>
    <header class="head">
      <h2 class="intent">${group.name || t.unsorted}</h2>
      <span class="hint" role="status">${decides ? t.selected(picked.length, items.length) : t.count(items.length)}</span>
      <span class="grow"></span>
      ${decides && html`<button class="button small" onClick=${deeds.all}>${picked.length === able.length && able.length ? t.selectNone : t.selectAll}</button>`}
    </header>
    <ul class="items">${items.map((item, place) => html`<${Message} key=${item.id} t=${t} item=${item} decides=${decides} free=${free(item)}
      picked=${chosen.has(item.id) && free(item)} here=${place === focus} deeds=${deeds} onFocus=${() => onFocus(place)} />`)}</ul>
  </section>`;
}

function Message({ t, item, decides, free, picked, here, deeds, onFocus }) {
  const row = useRef(null);
  useEffect(() => { if (here) row.current?.scrollIntoView({ block: "nearest" }); }, [here]);
  const best = item.candidates.slice(0, 2).map((one) => `${one.title || one.name} ${(one.p * 100).toFixed(0)} %`).join(" · ");
  return html`<li ref=${row} class=${`item ${here ? "here" : ""} ${picked ? "picked" : ""} ${free ? "" : "locked"}`} onClick=${onFocus}>
    ${decides && html`<input type="checkbox" aria-label=${t.select(item.text)} checked=${picked} disabled=${!free} onChange=${() => deeds.toggle(item)} />`}
    <div class="body">
      <p class="said" lang=${item.language}>${marked(item.text)}</p>
      <p class="meta">
        <span class=${`tag ${item.source === "corrected" ? "accent" : ""}`} title=${item.source === "mined" ? "" : item.reason}>${t.sources[item.source]}</span>
        ${!free && html`<span class="tag person">${t.lockedBy(item.claimed_by)}</span>`}
        ${item.proposed && item.source === "corrected" && html`<span>→ <span class="intent">${item.proposed}</span> (${item.reason})</span>`}
        ${item.source !== "mined" && item.source !== "corrected" && html`<span>${best ? `${t.closest}: ${best}` : t.nothingClose}</span>`}
        ${item.conversation_id && html`<a href=${addressOf("archive", item.conversation_id)}>${t.conversation}</a>`}
        ${decides && free && html`<button class="link" onClick=${() => deeds.dialog({ kind: "words", item })}>${t.editText}</button>`}
      </p>
    </div>
  </li>`;
}

/** The text with its placeholders for personal data set apart. */
function marked(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    found.push(text.slice(from, match.index), html`<span class="placeholder">${match[0]}</span>`);
    from = match.index + match[0].length;
  }
  return [...found, text.slice(from)];
}
