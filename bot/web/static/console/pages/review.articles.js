// The project's articles: found, read, written. What is saved is searched a second later.
import { html, useEffect, useMemo, useState } from "../../shared/preact.js";
import { may } from "../roles.js";

const NEW = "+";

export function Articles({ t, call, me, route, rest }) {
  const [articles, setArticles] = useState(null);
  const [languages, setLanguages] = useState([]);
  const [words, setWords] = useState("");
  const [trouble, setTrouble] = useState("");
  const load = () => call("review/articles").then((found) => { setArticles(found.articles); setLanguages(found.languages); }, (error) => setTrouble(error.message || t.failed));
  useEffect(() => { load(); }, []);
  const shown = useMemo(() => matching(articles ?? [], words), [articles, words]);
  const open = rest[0] ?? "";
  const article = (articles ?? []).find((one) => one.id === open);
  if (!articles) return html`<p class=${trouble ? "trouble" : "empty"} role="status">${trouble || t.loading}</p>`;
  return html`<div class=${`split ${open ? "has-open" : ""}`}>
    <aside class="list" aria-label=${t.articles}>
      <div class="tools">
        <input type="search" aria-label=${t.findArticle} placeholder=${t.findArticle} value=${words} onInput=${(event) => setWords(event.target.value)} />
        ${may(me, "supervisor") && html`<button class="button" onClick=${() => route.go("articles", NEW)}>${t.newArticle}</button>`}
      </div>
      <ul>${shown.map((one) => html`<li key=${one.file}><button class="row" aria-current=${one.id === open} onClick=${() => route.go("articles", one.id)}>
        <strong>${one.title}</strong><span class="meta">${one.file}</span></button></li>`)}</ul>
      ${shown.length === 0 && html`<p class="empty">${t.noArticles}</p>`}
    </aside>
    ${article || open === NEW
      ? html`<section class="detail" aria-label=${article?.title ?? t.newArticle}>
          <button class="link only-phone" onClick=${() => route.go("articles")}>← ${t.back}</button>
          <${ArticleForm} key=${article?.seen ?? NEW} t=${t} call=${call} article=${article} languages=${languages} readOnly=${!may(me, "supervisor")}
            onSaved=${(id) => load().then(() => route.go("articles", id))} />
        </section>`
      : html`<section class="detail empty"><p>${t.articlesText}</p></section>`}
  </div>`;
}

/** An article being written; `items` are messages that it answers, as [id, version]. */
export function ArticleForm({ t, call, article, languages, language = languages[0], items = [], title = "", readOnly = false, onSaved, onCancel }) {
  const [draft, setDraft] = useState({
    id: article?.id ?? "", title: article?.title ?? title, language: article?.language || language, text: article?.text ?? "",
  });
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const set = (name) => (event) => setDraft({ ...draft, [name]: event.target.value });
  const id = article ? article.id : draft.id || slug(draft.title);
  const save = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const done = await call(`review/articles/${encodeURIComponent(id)}`, {
        method: "PUT", body: { title: draft.title, language: draft.language, text: draft.text, seen: article?.seen ?? "", items },
      });
      setTrouble("");
      onSaved(id, done);
    } catch (error) {
      setTrouble(error.message || t.failed);
    }
    setBusy(false);
  };
  return html`<form class="article" onSubmit=${save}>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <div class="fields">
      <label class="grow">${t.articleTitle}<input required maxlength="200" readonly=${readOnly} value=${draft.title} onInput=${set("title")} /></label>
      <label>${t.language}<select disabled=${readOnly || Boolean(article)} value=${draft.language} onChange=${set("language")}>
        ${languages.map((code) => html`<option key=${code} value=${code}>${t.languages[code] ?? code}</option>`)}</select></label>
      ${!article && html`<label>${t.articleId}<input required maxlength="80" title=${t.articleIdHint} value=${id} onInput=${set("id")} /></label>`}
    </div>
    <label class="text">${t.articleText}<textarea required readonly=${readOnly} value=${draft.text} onInput=${set("text")}></textarea></label>
    ${items.length > 0 && html`<p class="hint">${t.linkHint(items.length)}</p>`}
    ${!readOnly && html`<p class="deeds"><button class="button primary" disabled=${busy || !id}>${busy ? t.saving : t.save}</button>
      ${onCancel && html`<button type="button" class="button" onClick=${onCancel}>${t.cancel}</button>`}
      ${article && html`<span class="hint">${article.file}</span>`}</p>`}
  </form>`;
}

/** Articles whose title, id or text have all the words. */
export function matching(articles, words) {
  const wanted = words.toLowerCase().split(/\s+/u).filter(Boolean);
  return articles.filter((one) => {
    const text = `${one.title} ${one.id} ${one.text}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function slug(title) {
  return title.toLowerCase().trim().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/gu, "").slice(0, 60);
}
