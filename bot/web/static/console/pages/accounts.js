// The accounts page: who may use the console, what they are given, and whether they may sign in.
import { html, useEffect, useState } from "../../shared/preact.js";
import { Modal } from "../modal.js";
import { AccountForm, PasswordForm } from "./accounts.form.js";
import { STRINGS } from "./accounts.strings.js";

function Row({ t, one, me, edit, password, enable }) {
  const given = (words, all) => (words.length ? words.map((word) => html`<span key=${word} class="tag">${word}</span> `) : html`<span class="hint">${all}</span>`);
  return html`<tr class=${one.disabled ? "disabled" : ""}>
    <th scope="row"><span class=${one.here ? "dot" : "dot gone"} aria-hidden="true"></span>${one.name}${one.name === me.name && html` <span class="tag accent">${t.you}</span>`}
      <span class="only-read">${one.here ? t.here : t.notHere}</span>${one.disabled && html` <span class="tag person">${t.disabled}</span>`}</th>
    <td>${t.roles[one.role]}</td>
    <td>${given(one.languages.map((code) => t.languageNames[code] ?? code), t.allLanguages)}</td>
    <td>${given(one.skills, t.allTopics)}</td>
    <td class="number">${one.most_chats || html`<span class="hint">${t.none}</span>`}</td>
    <td><div class="deeds"><button class="button" aria-label=${t.editOf(one.name)} onClick=${edit}>${t.edit}</button>
      <button class="button" aria-label=${t.passwordOf(one.name)} onClick=${password}>${t.newPassword}</button>
      <button class="button" aria-label=${(one.disabled ? t.enableOf : t.disableOf)(one.name)} onClick=${enable}>${one.disabled ? t.enable : t.disable}</button></div></td>
  </tr>`;
}

function Sure({ t, one, close, deed }) {
  return html`<${Modal} title=${t.disableTitle(one.name)} onClose=${close}><p>${t.disableText}</p>
    <p class="deeds"><button class="button danger" onClick=${deed}>${t.disable}</button><button class="button" onClick=${close}>${t.cancel}</button></p><//>`;
}

function Dialog({ t, dialog, topics, close, save }) {
  if (!dialog) return null;
  const { kind, one } = dialog;
  const path = `accounts/${one?.id}`;
  if (kind === "sure") return html`<${Sure} t=${t} one=${one} close=${close} deed=${() => save(path, "PATCH", { disabled: true }, t.isDisabled(one.name))} />`;
  if (kind === "password") {
    return html`<${PasswordForm} t=${t} one=${one} close=${close} save=${(body) => save(`${path}/password`, "POST", body, t.hasPassword(one.name))} />`;
  }
  return html`<${AccountForm} t=${t} one=${one} topics=${topics} close=${close}
    save=${(body) => (one ? save(path, "PATCH", body, t.isChanged(one.name)) : save("accounts", "POST", body, t.isMade(body.name)))} />`;
}

function Page({ t, call, me, live }) {
  const [accounts, setAccounts] = useState(null);
  const [topics, setTopics] = useState([]);
  const [dialog, setDialog] = useState(null);
  const [told, setTold] = useState("");
  const [trouble, setTrouble] = useState("");
  const load = () => call("accounts").then(setAccounts, (error) => setTrouble(error.message || t.failed));
  useEffect(() => {
    load();
    call("review/intents").then((found) => setTopics(found.intents.map((one) => one.name)), () => {});
    return live.subscribe((message) => { if (message.type === "presence") load(); });
  }, []);
  const close = () => setDialog(null);
  /** Nothing where it worked, else what to tell. */
  const save = async (path, method, body, done) => {
    try {
      await call(path, { method, body });
    } catch (error) {
      return error.message || (error.status === 0 ? t.noServer : t.failed);
    }
    close();
    setTold(done);
    setTrouble("");
    await load();
    return "";
  };
  const direct = async (...deed) => setTrouble(await save(...deed));
  const enable = (one) => (one.disabled ? direct(`accounts/${one.id}`, "PATCH", { disabled: false }, t.isEnabled(one.name)) : setDialog({ kind: "sure", one }));
  return html`<main class="accounts">
    <header class="head"><div><h1>${t.accounts}</h1><p class="hint">${t.accountsText}</p></div>
      <button class="button primary" onClick=${() => setDialog({ kind: "add" })}>${t.add}</button></header>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <p role="status" class="told">${told}</p>
    ${!accounts && !trouble && html`<p class="empty" role="status">${t.loading}</p>`}
    ${accounts?.length === 0 && html`<p class="card empty">${t.nobody}</p>`}
    ${accounts?.length > 0 && html`<div class="card wide" tabindex="0" role="region" aria-label=${t.accounts}><table>
      <thead><tr>${["name", "role", "languages", "topics"].map((one) => html`<th key=${one} scope="col">${t.columns[one]}</th>`)}
        <th scope="col" class="number">${t.columns.chats}</th><th scope="col"><span class="only-read">${t.columns.deeds}</span></th></tr></thead>
      <tbody>${accounts.map((one) => html`<${Row} key=${one.id} t=${t} one=${one} me=${me} edit=${() => setDialog({ kind: "edit", one })}
        password=${() => setDialog({ kind: "password", one })} enable=${() => enable(one)} />`)}</tbody></table></div>`}
    <${Dialog} t=${t} dialog=${dialog} topics=${topics} close=${close}
      save=${async (...deed) => { const wrong = await save(...deed); if (wrong && dialog.kind === "sure") { close(); setTrouble(wrong); } return wrong; }} />
  </main>`;
}

export const page = { name: "accounts", role: "admin", strings: STRINGS, title: (t) => t.accounts, Page };
