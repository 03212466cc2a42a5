// The queue: groups of messages that ask the same on the left, the messages of one in the middle, the decision on the right.
import { html, useEffect, useMemo, useRef, useState } from "../../shared/preact.js";
import { may } from "../roles.js";
import { Decide } from "./review.decide.js";
import { Dialogs } from "./review.dialogs.js";
import { Messages } from "./review.messages.js";
import { shortcutsOf } from "./review.keys.js";

const SOURCES = ["corrected", "unanswered", "unsure", "out_of_scope", "mined"];
const RENEW_MS = 60_000;
const SETTLE_MS = 400;

export function Queue({ t, language, call, me, live, route, rest }) {
  const [filter, setFilter] = useState({ source: "", language: "" });
  const [queue, setQueue] = useState(null);
  const [found, setFound] = useState({ cluster: "", items: [], drafted_answers: [] });
  const [chosen, setChosen] = useState(new Set());
  const [focus, setFocus] = useState(0);
  const [known, setKnown] = useState({ intents: [], languages: [] });
  const [dialog, setDialog] = useState(null);
  const [note, setNote] = useState(null);
  const [busy, setBusy] = useState(false);
  const open = rest[0] ?? "";
  const decides = may(me, "supervisor");
  const group = queue?.groups.find((one) => one.cluster === open);
  const items = found.cluster === open ? found.items : [];
  const free = (item) => !item.claimed_by || item.claimed_by === me.name;
  const picked = items.filter((item) => chosen.has(item.id) && free(item));
  const query = useMemo(() => new URLSearchParams(Object.entries(filter).filter(([, value]) => value)), [filter]);
  const failed = (error) => setNote({ trouble: error.message || t.failed });

  const load = () => call(`review/queue?${query}`).then(setQueue, failed);
  const loadIntents = () => call("review/intents").then(setKnown, failed);
  const loadItems = async (afresh) => {
    if (!open) return;
    const asked = new URLSearchParams(query);
    asked.set("cluster", open);
    try {
      const answer = await call(`review/items?${asked}`);
      setFound({ ...answer, cluster: open });
      if (!afresh) return;
      const ids = answer.items.filter(free).map((item) => item.id);
      setChosen(new Set(ids));
      setFocus(0);
      if (decides) await call("review/claims", { method: "POST", body: { items: ids.slice(0, 500) } });
    } catch (error) {
      failed(error);
    }
  };
  useEffect(() => { loadIntents(); }, []);
  useEffect(() => { load(); }, [query]);
  useEffect(() => { loadItems(true); }, [open, query]);
  useNews(live, load, () => loadItems(false));
  useClaims(call, decides, items);

  const step = (by) => {
    const place = queue.groups.findIndex((one) => one.cluster === open);
    const next = queue.groups[Math.min(Math.max(place + by, 0), queue.groups.length - 1)];
    if (next) route.go("queue", next.cluster);
  };
  /** Send a decision; the messages leave the list at once and come back when it is refused. */
  const send = async (kind, target, path, options, gone = picked) => {
    const before = found;
    const ids = new Set(gone.map((item) => item.id));
    setBusy(true);
    setDialog(null);
    setNote({ text: t.saving });
    setFound({ ...found, items: found.items.filter((item) => !ids.has(item.id)) });
    try {
      const done = await call(path, options);
      const left = Object.values(done.left ?? {});
      setNote({ text: t.sent[kind](gone.length - left.length, target), change: done.change, left: left.length ? t.left(left.length, [...new Set(left)]) : "" });
      if (kind !== "dismiss" && kind !== "out_of_scope") loadIntents();
      await load();
      if (ids.size === before.items.length && !left.length) route.go("queue", ...after(queue.groups, open));
      else await loadItems(true);
    } catch (error) {
      setFound(before);
      failed(error);
      loadItems(false);
    }
    setBusy(false);
  };
  const seen = picked.map((item) => [item.id, item.version]);
  const deeds = {
    assign: (intent, answers) => send("assign", intent, "review/decisions", { method: "POST", body: { items: seen, intent, answers } }),
    outOfScope: () => send("out_of_scope", "", "review/decisions", { method: "POST", body: { items: seen, intent: "out_of_scope" } }),
    dismiss: () => send("dismiss", "", "review/decisions", { method: "POST", body: { items: seen } }),
    answer: (intent, answers) => send("answer", intent, `review/answers/${encodeURIComponent(intent)}`, { method: "PUT", body: { answers } }, []),
    reword: (item, text) => call(`review/items/${item.id}`, { method: "PUT", body: { version: item.version, text } }).then(() => loadItems(false), failed),
    undo: () => note?.change && call(`review/history/${note.change}/undo`, { method: "POST", body: {} })
      .then(() => { setNote({ text: t.sent.undo() }); load(); loadItems(true); loadIntents(); }, failed),
    linked: (id, done) => { setDialog(null); setNote({ text: t.sent.article(), change: done.change }); load(); loadItems(true); },
    toggle: (item) => setChosen((old) => { const next = new Set(old); if (!next.delete(item.id)) next.add(item.id); return next; }),
    all: () => setChosen(picked.length === items.filter(free).length ? new Set() : new Set(items.map((item) => item.id))),
    dialog: setDialog, step, move: (by) => setFocus((old) => Math.min(Math.max(old + by, 0), items.length - 1)),
  };
  const suggestions = useMemo(() => suggested(group, known.intents), [group, known]);
  const onKey = useRef(null);
  onKey.current = shortcutsOf({ deeds, decides, items, focus, picked, suggestions, dialog, busy });
  useEffect(() => {
    const follow = (event) => onKey.current(event);
    document.addEventListener("keydown", follow);
    return () => document.removeEventListener("keydown", follow);
  }, []);

  if (!queue) return html`<p class=${note?.trouble ? "trouble" : "empty"} role="status">${note?.trouble || t.loading}</p>`;
  return html`<div class=${`split three ${open ? "has-open" : ""}`}>
    <aside class="list" aria-label=${t.clusters}>
      <${Filters} t=${t} filter=${filter} counts=${queue.counts} languages=${known.languages} onChange=${setFilter} />
      ${queue.groups.length === 0 && html`<div class="empty"><p><strong>${t.nothing}</strong></p><p>${t.nothingText}</p></div>`}
      <ul>${queue.groups.map((one) => html`<${Group} key=${one.cluster} t=${t} group=${one} open=${one.cluster === open} me=${me.name}
        onOpen=${() => route.go("queue", one.cluster)} />`)}</ul>
    </aside>
    ${group
      ? html`<${Messages} t=${t} group=${group} items=${items} chosen=${chosen} focus=${focus} free=${free} decides=${decides} deeds=${deeds}
            onBack=${() => route.go("queue")} onFocus=${setFocus} />
          <${Decide} t=${t} group=${group} picked=${picked} suggestions=${suggestions} intents=${known.intents} drafted=${found.drafted_answers}
            decides=${decides} deeds=${deeds} busy=${busy} />`
      : html`<section class="detail empty"><h2>${t.pick}</h2><p>${t.pickText}</p></section>`}
    <${Note} t=${t} note=${note} onUndo=${deeds.undo} onClose=${() => setNote(null)} />
    <${Dialogs} t=${t} dialog=${dialog} call=${call} group=${group} picked=${picked} known=${known} drafted=${found.drafted_answers} deeds=${deeds} />
  </div>`;
}

/** The address of the group that takes the place of one that is done with; none after the only one. */
function after(groups, done) {
  const place = groups.findIndex((one) => one.cluster === done);
  const next = groups[place + 1] ?? groups[place - 1];
  return next ? [next.cluster] : [];
}

/** Read again when something changed elsewhere: once for what comes close together. */
function useNews(live, ...reads) {
  const newest = useRef(reads);
  newest.current = reads;
  useEffect(() => {
    let timer = 0;
    const leave = live.subscribe((news) => {
      if (news.type !== "review" && news.type !== "resync") return;
      clearTimeout(timer);
      timer = setTimeout(() => { for (const read of newest.current) read(); }, SETTLE_MS);
    });
    return () => { clearTimeout(timer); leave(); };
  }, []);
}

/** Keep the claim on what is open, and let go of it when the page is left. */
function useClaims(call, decides, items) {
  const newest = useRef(items);
  newest.current = items;
  useEffect(() => {
    if (!decides) return undefined;
    const claim = (ids) => call("review/claims", { method: "POST", body: { items: ids } }).catch(() => {});
    const timer = setInterval(() => newest.current.length && claim(newest.current.map((item) => item.id).slice(0, 500)), RENEW_MS);
    return () => { clearInterval(timer); claim([]); };
  }, [decides]);
}

function Filters({ t, filter, counts, languages, onChange }) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return html`<div class="tools">
    <div class="chips" role="group" aria-label=${t.filterBy}>
      ${["", ...SOURCES].map((name) => html`<button key=${name} class="chip" aria-pressed=${filter.source === name} title=${t.sourceHelp[name]}
        onClick=${() => onChange({ ...filter, source: name })}>${name ? t.sources[name] : t.all} <span class="n">${name ? counts[name] ?? 0 : total}</span></button>`)}
    </div>
    ${languages.length > 1 && html`<select aria-label=${t.language} value=${filter.language} onChange=${(event) => onChange({ ...filter, language: event.target.value })}>
      <option value="">${t.anyLanguage}</option>${languages.map((code) => html`<option key=${code} value=${code}>${t.languages[code] ?? code}</option>`)}</select>`}
  </div>`;
}

function Group({ t, group, open, me, onOpen }) {
  const others = group.claimed_by.filter((name) => name !== me);
  return html`<li><button class="row" aria-current=${open} onClick=${onOpen}>
    <span class="headline"><strong class="intent">${group.name || t.unsorted}</strong><span class="n">${group.size}</span></span>
    <span class="quote">${group.title}</span>
    <span class="meta">${Object.keys(group.sources).map((name) => html`<span key=${name} class=${`tag ${name === "corrected" ? "accent" : ""}`}>${t.sources[name]}</span>`)}
      ${others.length > 0 && html`<span class="tag person">${t.at(others)}</span>`}</span>
  </button></li>`;
}

function Note({ t, note, onUndo, onClose }) {
  return html`<div class="notes" aria-live="polite">${note && html`<div class=${`note ${note.trouble ? "bad" : ""}`} role=${note.trouble ? "alert" : "status"}>
    <span>${note.trouble || note.text}${note.left ? ` ${note.left}` : ""}</span>
    ${note.change && html`<button class="link" onClick=${onUndo}>${t.undo}</button>`}
    <button class="icon-button small" aria-label=${t.dismiss} onClick=${onClose}>×</button>
  </div>`}</div>`;
}

/** The intents that a group's messages are likely about, the one that a person or mining named first. */
export function suggested(group, intents) {
  if (!group) return [];
  const known = new Map(intents.map((one) => [one.name, one]));
  const names = [...group.proposed.map(([name]) => name), ...(known.has(group.name) ? [group.name] : []), ...group.closest];
  return [...new Set(names)].slice(0, 5).map((name) => known.get(name) ?? { name, title: "", examples: 0, answers: {}, isNew: true });
}
