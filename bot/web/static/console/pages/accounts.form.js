// What is written about an account: who it is, what they are given, and a password.
import { html, useRef, useState } from "../../shared/preact.js";
import { Icon } from "../../shared/icons.js";
import { Modal } from "../modal.js";

const ROLES = ["agent", "supervisor", "admin"];
const LANGUAGES = ["en", "zh"];
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS = 4;

/** A password of twenty letters that are not mistaken for each other: 99 bits. */
function madeUp() {
  const drawn = crypto.getRandomValues(new Uint8Array(5 * GROUPS));
  const letters = [...drawn].map((byte) => LETTERS[byte % LETTERS.length]);
  return Array.from({ length: GROUPS }, (_, n) => letters.slice(5 * n, 5 * n + 5).join("")).join("-");
}

function Password({ t, label }) {
  const field = useRef(null);
  const suggest = () => { field.current.value = madeUp(); field.current.select(); };
  return html`<div class="with-button"><label>${label}<input ref=${field} name="password" required minlength="10" maxlength="200" autocomplete="off" spellcheck=${false} aria-describedby="password-hint" /></label>
      <button type="button" class="button" onClick=${suggest}>${t.suggest}</button></div>
    <p class="hint" id="password-hint">${t.passwordHint}</p>`;
}

/** Words one by one: Enter or a comma takes what is typed, Backspace in the empty field takes the last one away. */
function Words({ t, id, label, hint, words, known, onChange }) {
  const [typed, setTyped] = useState("");
  const take = (text) => {
    const more = text.split(/[,，、]/u).map((one) => one.trim()).filter(Boolean);
    onChange([...new Set([...words, ...more])]);
    setTyped("");
  };
  const onInput = (event) => {
    const text = event.target.value;
    if (/[,，、]/u.test(text) || known.includes(text)) take(text);
    else setTyped(text);
  };
  const onKey = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && typed.trim()) {
      event.preventDefault();
      take(typed);
    } else if (event.key === "Backspace" && !typed) onChange(words.slice(0, -1));
  };
  return html`<div class="words"><label for=${id}>${label}</label>
    ${words.length > 0 && html`<ul>${words.map((one) => html`<li key=${one} class="tag">${one}<button type="button" aria-label=${t.takeAway(one)} onClick=${() => onChange(words.filter((other) => other !== one))}><${Icon} name="close" /></button></li>`)}</ul>`}
    <input id=${id} list=${`${id}-known`} value=${typed} maxlength="80" autocomplete="off" aria-describedby=${`${id}-hint`} onInput=${onInput} onKeyDown=${onKey} onBlur=${() => typed.trim() && take(typed)} />
    <datalist id=${`${id}-known`}>${known.filter((one) => !words.includes(one)).map((one) => html`<option key=${one} value=${one}></option>`)}</datalist>
    <p class="hint" id=${`${id}-hint`}>${hint}</p></div>`;
}

/** The number of a field; nothing where it is empty, so that the role says. */
const number = (text) => (text === "" ? undefined : Number(text));

/** `send(body)` saves and answers what was wrong with it, or nothing. */
function useSaving(save) {
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (body) => {
    setBusy(true);
    const wrong = await save(body);
    if (wrong) {
      setTrouble(wrong);
      setBusy(false);
    }
  };
  return { trouble, busy, send };
}

function End({ t, trouble, busy, close }) {
  return html`${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <p class="deeds"><button class="button primary" disabled=${busy}>${t.save}</button><button type="button" class="button" onClick=${close}>${t.cancel}</button></p>`;
}

export function AccountForm({ t, one, topics, close, save }) {
  const [languages, setLanguages] = useState(one?.languages ?? []);
  const [skills, setSkills] = useState(one?.skills ?? []);
  const [role, setRole] = useState(one?.role ?? "agent");
  const { trouble, busy, send } = useSaving(save);
  const submit = (event) => {
    event.preventDefault();
    const { name, password, most_chats: most } = Object.fromEntries(new FormData(event.target));
    send({ ...(!one && { name, password }), role, languages, skills, most_chats: number(most) });
  };
  return html`<${Modal} title=${one ? t.editOf(one.name) : t.add} onClose=${close}><form onSubmit=${submit}>
    ${!one && html`<label>${t.name}<input name="name" required maxlength="80" autocomplete="off" aria-describedby="name-hint" /></label>
      <p class="hint" id="name-hint">${t.nameHint}</p><${Password} t=${t} label=${t.password} />`}
    <label>${t.columns.role}<select value=${role} aria-describedby="role-hint" onChange=${(event) => setRole(event.target.value)}>${ROLES.map((name) => html`<option key=${name} value=${name}>${t.roles[name]}</option>`)}</select></label>
    <p class="hint" id="role-hint">${t.roleHints[role]}</p>
    <${Words} t=${t} id="languages" label=${t.columns.languages} hint=${t.languagesHint} words=${languages} known=${LANGUAGES} onChange=${setLanguages} />
    <${Words} t=${t} id="topics" label=${t.columns.topics} hint=${t.topicsHint} words=${skills} known=${topics} onChange=${setSkills} />
    <label>${t.columns.chats}<input name="most_chats" type="number" min="0" max="100" required=${Boolean(one)} defaultValue=${one?.most_chats ?? ""} placeholder=${one ? undefined : role === "agent" ? "5" : "0"} aria-describedby="chats-hint" /></label>
    <p class="hint" id="chats-hint">${t.chatsHint}</p>
    <${End} t=${t} trouble=${trouble} busy=${busy} close=${close} />
  </form><//>`;
}

export function PasswordForm({ t, one, close, save }) {
  const { trouble, busy, send } = useSaving(save);
  const submit = (event) => {
    event.preventDefault();
    send({ password: new FormData(event.target).get("password") });
  };
  return html`<${Modal} title=${t.passwordOf(one.name)} onClose=${close}><form onSubmit=${submit}>
    <${Password} t=${t} label=${t.newPassword} /><p class="hint">${t.signsOut}</p>
    <${End} t=${t} trouble=${trouble} busy=${busy} close=${close} />
  </form><//>`;
}
