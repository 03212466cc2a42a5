// What was decided, by whom and when; each decision can be taken back.
import { html, useEffect, useState } from "../../shared/preact.js";
import { clock } from "../../shared/language.js";
import { may } from "../roles.js";

export function History({ t, language, call, me, live }) {
  const [changes, setChanges] = useState(null);
  const [more, setMore] = useState(false);
  const [trouble, setTrouble] = useState("");
  const load = async (before) => {
    try {
      const { changes: page } = await call(`review/history${before ? `?before=${before}` : ""}`);
      setChanges((old) => (before ? [...old, ...page] : page));
      setMore(page.length === 50);
    } catch (error) {
      setTrouble(error.message || t.failed);
    }
  };
  useEffect(() => { load(); return live.subscribe((news) => { if (news.type === "review") load(); }); }, []);
  const undo = (change) => call(`review/history/${change.id}/undo`, { method: "POST", body: {} })
    .then(() => { setTrouble(""); load(); }, (error) => setTrouble(error.message || t.failed));
  if (!changes) return html`<p class="empty" role="status">${t.loading}</p>`;
  return html`<section class="sheet" tabindex="0" aria-labelledby="history-title">
    <h1 id="history-title" class="only-read">${t.history}</h1>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    ${changes.length === 0 && html`<p class="empty">${t.noHistory}</p>`}
    ${changes.length > 0 && html`<table class="changes">
      <thead><tr><th scope="col">${t.what}</th><th scope="col">${t.who}</th><th scope="col">${t.when}</th><th scope="col">${t.files}</th><th><span class="only-read">${t.undo}</span></th></tr></thead>
      <tbody>${changes.map((one) => html`<tr key=${one.id} class=${one.undone_at ? "undone" : ""}>
        <td class="what">${t.kinds[one.kind]?.(one.items, one.target) ?? one.kind}</td>
        <td>${one.person}</td>
        <td class="when">${clock(new Date(one.made_at), language)}</td>
        <td class="files">${one.files.join(", ")}</td>
        <td class="deed">${one.undone_at
          ? html`<span class="hint">${t.undoneBy(one.undone_by)}</span>`
          : one.kind !== "forget" && may(me, "supervisor") && html`<button class="button small" onClick=${() => undo(one)}>${t.undo}</button>`}</td>
      </tr>`)}</tbody></table>`}
    ${more && html`<button class="button" onClick=${() => load(changes.at(-1).id)}>${t.older}</button>`}
  </section>`;
}
