// Beside a conversation: who the customer is, what is known, and what the articles say.
import { html, useEffect, useState } from "../../../shared/preact.js";
import { SafeLink } from "../../../shared/text.js";
import { ago } from "./list.js";
import { slotsOf } from "../transcript.js";

function Knowledge({ t, call, box, insert }) {
  const [hits, setHits] = useState(null);
  const [trouble, setTrouble] = useState("");
  const search = async (event) => {
    event.preventDefault();
    const question = box.current.value.trim();
    if (!question) return;
    try {
      setHits((await call("api/knowledge/search", { method: "POST", body: { question, k: 5 } })).hits);
      setTrouble("");
    } catch (error) {
      setTrouble(error.message || t.failed);
    }
  };
  return html`<section><h2>${t.articles}</h2>
    <form class="search" role="search" onSubmit=${search}><input ref=${box} type="search" maxlength="400" aria-label=${t.searchArticles} placeholder=${t.searchArticles} /></form>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    ${hits?.length === 0 && html`<p class="hint">${t.noArticles}</p>`}
    <ul class="hits">${hits?.map((hit) => html`<li key=${hit.passage_id}>
      <p><${SafeLink} href=${hit.url}>${hit.title}<//> <span class="tag">${(hit.p * 100).toFixed(0)} %</span></p>
      <p class="clamp">${hit.text}</p>
      <button class="link" onClick=${() => insert(hit.text)}>${t.insert}</button>
    </li>`)}</ul>
  </section>`;
}

export function Side({ t, shown, call, search, insert, open }) {
  const [others, setOthers] = useState([]);
  useEffect(() => {
    call(`conversations/${encodeURIComponent(shown.id)}/others`).then(setOthers, () => setOthers([]));
  }, [shown.id]);
  const slots = slotsOf(shown.events);
  return html`<aside class="side" aria-label=${t.beside}>
    <section><h2>${t.customer}</h2>
      <dl><dt>${t.sender}</dt><dd>${shown.sender}</dd><dt>${t.channel}</dt><dd>${t.channels[shown.channel] ?? shown.channel}</dd>
        <dt>${t.language}</dt><dd>${shown.language || "–"}</dd></dl>
      <h3>${t.known}</h3>
      ${slots.length ? html`<dl>${slots.map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>`)}</dl>` : html`<p class="hint">${t.nothingKnown}</p>`}
      <h3>${t.earlier}</h3>
      ${others.length ? html`<ul>${others.map((one) => html`<li key=${one.id}><button class="link" onClick=${() => open(one.id)}>${one.preview || one.id} · ${ago(t, one.updated_at)}</button></li>`)}</ul>` : html`<p class="hint">${t.nothingEarlier}</p>`}
    </section>
    <${Knowledge} t=${t} call=${call} box=${search} insert=${insert} />
  </aside>`;
}
