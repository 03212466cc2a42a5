// Signing in: with a name and a password, or on a fresh server with the token that it printed.
import { html, useEffect, useRef, useState } from "../shared/preact.js";
import { makeCall } from "./api.js";

/** The token from the address's fragment, which is removed at once. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (given) history.replaceState(null, "", location.pathname);
  return given;
}

export function SignIn({ t, token, accounts, ended, onSignIn }) {
  const [byToken, setByToken] = useState(Boolean(token) || !accounts);
  const [trouble, setTrouble] = useState(ended ? t.signedOut : "");
  const [busy, setBusy] = useState(false);
  const first = useRef(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(await signIn(t, Object.fromEntries(new FormData(event.target)), onSignIn));
    setBusy(false);
  };
  return html`<main class="sign-in"><form class="card" onSubmit=${submit}>
    <h1>${t.signIn}</h1>
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <label>${t.yourName}<input ref=${first} name="name" required maxlength="80" autocomplete="username" /></label>
    ${byToken
      ? html`<p class="hint">${t.yourNameText}</p>
        <label>${t.token}<input name="token" type="password" required autocomplete="off" defaultValue=${token} /></label>
        <p class="hint">${t.tokenText}</p>`
      : html`<label>${t.password}<input name="password" type="password" required autocomplete="current-password" /></label>`}
    <button class="button primary" disabled=${busy}>${t.signIn}</button>
    <button type="button" class="link" onClick=${() => setByToken(!byToken)}>${byToken ? t.usePassword : t.useToken}</button>
  </form></main>`;
}

/** What to tell the person; nothing when it worked. */
async function signIn(t, given, onSignIn) {
  const call = makeCall("", () => {});
  try {
    await call("session", { method: "POST", body: given });
    const kept = await call("session");
    if (!kept.person) return t.cookieRefused;
    onSignIn(kept);
    return "";
  } catch (error) {
    const known = { 0: t.noServer, 401: given.token ? t.wrongToken : t.wrongPassword, 409: t.hasAccount, 429: t.tooOften };
    return known[error.status] ?? t.failed;
  }
}
