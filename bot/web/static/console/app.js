// The console: signing in, then the shell with its pages.
import { html, render, useEffect, useState } from "../shared/preact.js";
import { useLanguage } from "../shared/language.js";
import { makeCall } from "./api.js";
import { Shell } from "./shell.js";
import { SignIn, takeToken } from "./sign_in.js";
import { STRINGS } from "./shell.strings.js";

const token = takeToken();

function App() {
  const { language, toggle } = useLanguage(STRINGS);
  const [session, setSession] = useState(null);
  const [ended, setEnded] = useState(false);
  const t = STRINGS[language];
  const look = () => makeCall("", () => {})("session").then(setSession, () => setSession({ person: null, accounts: true }));
  useEffect(() => { document.title = t.title; look(); }, []);
  const signedOut = (without) => { setEnded(without); look(); };
  if (!session) return html`<p class="empty" role="status">${t.loading}</p>`;
  if (session.person) {
    return html`<${Shell} strings=${STRINGS} language=${language} onLanguage=${toggle} session=${session} onSignedOut=${signedOut} />`;
  }
  return html`<button class="icon-button corner" aria-label=${t.otherLanguageLabel} onClick=${toggle}>${t.otherLanguage}</button>
    <${SignIn} key=${language} t=${t} token=${token} accounts=${session.accounts} ended=${ended} onSignIn=${setSession} />`;
}

render(html`<${App} />`, document.getElementById("app"));
