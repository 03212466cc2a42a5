// What is written in the review: a new intent with its answers, an answer, an article, other words; and the keys.
import { html, useEffect, useState } from "../../shared/preact.js";
import { Modal } from "../modal.js";
import { ArticleForm, matching } from "./review.articles.js";
import { INTENT_NAME, nameOf } from "./review.names.js";

export function Dialogs({ t, dialog, call, group, picked, known, drafted, deeds }) {
  const close = () => deeds.dialog(null);
  if (!dialog) return null;
  const titles = {
    intent: () => t.newTitle(picked.length), answer: () => t.answerTitle(dialog.intent.name), article: () => t.article,
    words: () => t.editText, help: () => t.help,
  };
  const bodies = {
    intent: () => html`<${IntentForm} t=${t} name=${dialog.name || group?.name || ""} languages=${known.languages} drafted=${drafted} onClose=${close}
      onSave=${(name, answers) => deeds.assign(name, answers)} />`,
    answer: () => html`<${AnswerForm} t=${t} answers=${dialog.intent.answers} languages=${known.languages} drafted=${drafted} onClose=${close}
      onSave=${(answers) => deeds.answer(dialog.intent.name, answers)} />`,
    article: () => html`<${ArticleDialog} t=${t} call=${call} picked=${picked} languages=${known.languages} onClose=${close} onSaved=${deeds.linked} />`,
    words: () => html`<${WordsForm} t=${t} item=${dialog.item} onClose=${close} onSave=${(text) => { close(); deeds.reword(dialog.item, text); }} />`,
    help: () => html`<dl class="keys">${Object.entries(t.shortcuts).map(([keys, what]) => html`<div key=${keys}><dt>${keys.split(" ").map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd></div>`)}</dl>
      <p class="deeds"><button class="button" onClick=${close}>${t.close}</button></p>`,
  };
  return html`<${Modal} title=${titles[dialog.kind]()} wide=${dialog.kind === "article"} onClose=${close}>${bodies[dialog.kind]()}<//>`;
}

function IntentForm({ t, name, languages, drafted, onSave, onClose }) {
  const [answers, setAnswers] = useState({});
  const submit = (event) => {
    event.preventDefault();
    onSave(nameOf(new FormData(event.target).get("name")), filled(answers));
  };
  return html`<form onSubmit=${submit}>
    <label>${t.name}<input name="name" required maxlength="80" pattern=${INTENT_NAME} autocomplete="off" defaultValue=${name} /></label>
    <p class="hint">${t.nameHint}</p>
    <${Answers} t=${t} answers=${answers} languages=${languages} drafted=${drafted} onChange=${setAnswers} />
    <p class="hint">${t.answerHint}</p>
    <p class="deeds"><button class="button primary">${t.make}</button><button type="button" class="button" onClick=${onClose}>${t.cancel}</button></p>
  </form>`;
}

function AnswerForm({ t, answers: before, languages, drafted, onSave, onClose }) {
  const [answers, setAnswers] = useState(before);
  const changed = Object.fromEntries(Object.entries(filled(answers)).filter(([code, text]) => text !== before[code]));
  return html`<form onSubmit=${(event) => { event.preventDefault(); onSave(changed); }}>
    <${Answers} t=${t} answers=${answers} languages=${languages} drafted=${drafted} onChange=${setAnswers} />
    <p class="deeds"><button class="button primary" disabled=${!Object.keys(changed).length}>${t.save}</button><button type="button" class="button" onClick=${onClose}>${t.cancel}</button></p>
  </form>`;
}

function Answers({ t, answers, languages, drafted, onChange }) {
  const set = (code, text) => onChange((old) => ({ ...old, [code]: text }));
  return html`${languages.map((code) => html`<label key=${code}>${t.answerIn(t.languages[code] ?? code)}
      <textarea rows="3" maxlength="4000" lang=${code} value=${answers[code] ?? ""} onInput=${(event) => set(code, event.target.value)}></textarea></label>`)}
    ${drafted.length > 0 && html`<section class="drafted"><h3>${t.drafted}</h3>${drafted.slice(0, 3).map((text) => html`<blockquote key=${text}>${text}
      <button type="button" class="link" onClick=${() => set(/\p{Script=Han}/u.test(text) && languages.includes("zh") ? "zh" : languages[0], text)}>${t.useDraft}</button></blockquote>`)}</section>`}`;
}

function WordsForm({ t, item, onSave, onClose }) {
  const submit = (event) => { event.preventDefault(); onSave(new FormData(event.target).get("text")); };
  return html`<form onSubmit=${submit}>
    <label><span class="only-read">${t.editText}</span><textarea name="text" rows="4" required maxlength="1000" lang=${item.language} defaultValue=${item.text}></textarea></label>
    <p class="deeds"><button class="button primary">${t.save}</button><button type="button" class="button" onClick=${onClose}>${t.cancel}</button></p>
  </form>`;
}

/** An article that is there is chosen, or a new one written. */
function ArticleDialog({ t, call, picked, languages, onSaved, onClose }) {
  const [articles, setArticles] = useState([]);
  const [words, setWords] = useState("");
  const [article, setArticle] = useState(undefined);
  useEffect(() => { call("review/articles").then((found) => setArticles(found.articles), () => {}); }, []);
  const items = picked.map((item) => [item.id, item.version]);
  const language = languages.includes(picked[0]?.language) ? picked[0].language : languages[0];
  if (article !== undefined) {
    return html`<${ArticleForm} key=${article?.id ?? "new"} t=${t} call=${call} article=${article ?? undefined} languages=${languages} language=${language}
      items=${items} onSaved=${onSaved} onCancel=${() => setArticle(undefined)} />`;
  }
  const found = matching(articles, words).slice(0, 12);
  return html`<div class="choose">
    <input aria-label=${t.findArticle} placeholder=${t.findArticle} value=${words} onInput=${(event) => setWords(event.target.value)} />
    <ul>${found.map((one) => html`<li key=${one.file}><button type="button" class="row" onClick=${() => setArticle(one)}><strong>${one.title}</strong><span class="meta">${one.file}</span></button></li>`)}</ul>
    ${articles.length > 0 && !found.length && html`<p class="hint">${t.noArticles}</p>`}
    <p class="deeds"><button type="button" class="button primary" onClick=${() => setArticle(null)}>${t.newArticle}</button><button type="button" class="button" onClick=${onClose}>${t.cancel}</button></p>
  </div>`;
}

function filled(answers) {
  return Object.fromEntries(Object.entries(answers).map(([code, text]) => [code, text.trim()]).filter(([, text]) => text));
}
