// The endpoints of this server for people to read: the OpenAPI document that it serves, and nothing besides.
import { useLanguage } from "../shared/language.js";
import { html, render, useEffect, useState } from "../shared/preact.js";
import { Endpoint } from "./endpoint.js";
import { strings } from "./strings.js";

const DOCUMENT = "openapi.json";

function App() {
  const { language, t, toggle } = useLanguage(strings);
  const [described, setDescribed] = useState(null);
  const [trouble, setTrouble] = useState(false);
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    document.title = t("title");
  }, [language]);
  useEffect(() => {
    load().then(setDescribed, () => setTrouble(true));
  }, []);
  return html`
    <header>
      <h1>${t("title")}</h1>
      <input type="search" value=${wanted} placeholder=${t("search")} aria-label=${t("search")}
        onInput=${(event) => setWanted(event.target.value)} />
      <a class="button" href=${DOCUMENT}>OpenAPI 3.1</a>
      <button class="icon-button" onClick=${toggle}>${t("otherLanguage")}</button>
    </header>
    <main>
      ${trouble && html`<p role="alert">${t("trouble")}</p>`}
      ${described && html`<${Groups} t=${t} described=${described} wanted=${wanted} />`}
    </main>`;
}

async function load() {
  const answer = await fetch(DOCUMENT);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

function Groups({ t, described, wanted }) {
  const found = endpointsOf(described).filter((one) => matches(one, wanted));
  if (!found.length) return html`<p>${t("nothing")}</p>`;
  const about = Object.fromEntries(described.tags.map((tag) => [tag.name, tag.description]));
  const names = [...new Set([...Object.keys(about), ...found.map((one) => one.tag)])];
  return names
    .map((name) => ({ name, endpoints: found.filter((one) => one.tag === name) }))
    .filter((group) => group.endpoints.length)
    .map((group) => html`<section key=${group.name} aria-labelledby=${`group-${group.name}`}>
      <h2 id=${`group-${group.name}`}>${group.name}</h2>
      ${about[group.name] && html`<p class="about">${about[group.name]}</p>`}
      ${group.endpoints.map((one) => html`<${Endpoint} key=${one.id} t=${t} endpoint=${one} schemes=${described.components.securitySchemes} />`)}
    </section>`);
}

function endpointsOf(described) {
  return Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({
      ...one, path, method: method.toUpperCase(), tag: one.tags[0], id: one.operationId,
    })),
  );
}

function matches(endpoint, wanted) {
  const said = `${endpoint.method} ${endpoint.path} ${endpoint.summary}`.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}

render(html`<${App} />`, document.getElementById("app"));
