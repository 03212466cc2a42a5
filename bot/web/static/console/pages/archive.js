// The archive: all conversations, found by what was said, understood and decided in them.
import { html, useEffect, useMemo, useRef, useState } from "../../shared/preact.js";
import { clock } from "../../shared/language.js";
import { Transcript } from "./archive.transcript.js";
import { STRINGS } from "./archive.strings.js";

const WAIT_MS = 250;
const OWNERS = ["bot", "waiting", "person", "closed"];
const KINDS = ["answer", "cite", "clarify", "hand_over"];
const EMPTY = { text: "", channel: "", language: "", owner: "", intent: "", decided: "", since: "", until: "" };

function Archive({ t, language, call, me, route }) {
  const [search, setSearch] = useState(EMPTY);
  const [found, setFound] = useState(null);
  const [values, setValues] = useState({ channels: [], languages: [] });
  const [intents, setIntents] = useState([]);
  const [trouble, setTrouble] = useState("");
  const asked = useRef(0);
  const open = route.parts[0] ?? "";
  const query = useMemo(() => new URLSearchParams(Object.entries(search).filter(([, value]) => value)), [search]);
  const read = async (before = "") => {
    const mine = ++asked.current;
    const more = new URLSearchParams(query);
    if (before) more.set("before", before);
    try {
      const page = await call(`archive?${more}`);
      if (mine !== asked.current) return; // something else was asked for meanwhile
      setFound((old) => (before ? { ...page, conversations: [...old.conversations, ...page.conversations] } : page));
      setTrouble("");
    } catch (error) {
      if (mine === asked.current) setTrouble(error.message || t.failed);
    }
  };
  useEffect(() => {
    call("archive/values").then(setValues, () => {});
    call("review/intents").then((answer) => setIntents(answer.intents), () => {});
  }, []);
  useEffect(() => {
    const timer = setTimeout(read, found ? WAIT_MS : 0);
    return () => clearTimeout(timer);
  }, [query]);
  return html`<div class=${`archive ${open ? "has-open" : ""}`}>
    <aside aria-label=${t.find}>
      <${Filters} t=${t} search=${search} values=${values} intents=${intents} onChange=${setSearch} />
      ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
      <p class="only-read" role="status">${found ? `${t.results}: ${found.conversations.length}` : t.loading}</p>
      ${found?.conversations.length === 0 && html`<div class="empty"><p><strong>${t.none}</strong></p><p>${t.noneText}</p></div>`}
      <ul aria-label=${t.results}>${found?.conversations.map((row) => html`<${Row} key=${row.id} t=${t} row=${row} language=${language} words=${search.text}
        open=${row.id === open} onOpen=${() => route.go(row.id)} />`)}</ul>
      ${found?.next && html`<p class="more"><button class="button" onClick=${() => read(found.next)}>${t.older}</button></p>`}
    </aside>
    ${open
      ? html`<${Transcript} key=${open} t=${t} language=${language} call=${call} me=${me} id=${open} intents=${intents} onBack=${() => route.go()}
          onErased=${() => { route.go(); read(); }} />`
      : html`<section class="transcript empty"><h2>${t.pick}</h2><p>${t.pickText}</p></section>`}
  </div>`;
}

function Filters({ t, search, values, intents, onChange }) {
  const set = (name) => (event) => onChange({ ...search, [name]: event.target.value });
  const used = Object.entries(search).filter(([name, value]) => name !== "text" && value).length;
  const choice = (name, options) => html`<label>${t[name]}<select value=${search[name]} onChange=${set(name)}>
    <option value="">${t.any}</option>${options.map(([value, title]) => html`<option key=${value} value=${value}>${title}</option>`)}</select></label>`;
  return html`<form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
    <input type="search" aria-label=${t.text} placeholder=${t.text} maxlength="200" value=${search.text} onInput=${set("text")} />
    <details><summary>${t.filters}${used ? ` · ${used}` : ""}</summary><div class="fields">
      ${choice("owner", OWNERS.map((one) => [one, t.owners[one]]))}
      ${choice("decided", KINDS.map((one) => [one, t.kinds[one]]))}
      ${choice("channel", values.channels.map((one) => [one, t.channels[one] ?? one]))}
      ${choice("language", values.languages.map((one) => [one, t.languages[one] ?? one]))}
      ${choice("intent", intents.map((one) => [one.name, one.name]))}
      <label>${t.since}<input type="date" value=${search.since} onInput=${set("since")} /></label>
      <label>${t.until}<input type="date" value=${search.until} onInput=${set("until")} /></label>
      ${used > 0 && html`<button type="button" class="link" onClick=${() => onChange({ ...EMPTY, text: search.text })}>${t.clear}</button>`}
    </div></details>
  </form>`;
}

function Row({ t, row, language, words, open, onOpen }) {
  return html`<li><button class="row" aria-current=${open} onClick=${onOpen}>
    <span class="headline"><strong>${row.sender}</strong><time class="n">${clock(new Date(row.updated_at), language)}</time></span>
    <span class="quote">${words && row.line ? marked(row.line, words) : row.preview || "…"}</span>
    <span class="meta"><span class=${`tag ${row.owner === "waiting" ? "person" : ""}`}>${t.owners[row.owner]}</span>
      <span>${[t.channels[row.channel] ?? row.channel, row.language, row.agent].filter(Boolean).join(" · ")}</span></span>
  </button></li>`;
}

/** The part of a line around the words, these set apart. */
function marked(line, words) {
  const at = line.toLowerCase().indexOf(words.trim().toLowerCase());
  if (at < 0) return line;
  const from = Math.max(0, at - 40);
  const to = at + words.trim().length;
  return html`${from ? "…" : ""}${line.slice(from, at)}<mark>${line.slice(at, to)}</mark>${line.slice(to, to + 120)}`;
}

export const page = { name: "archive", role: "agent", strings: STRINGS, title: (t) => t.archive, Page: Archive };
