// One endpoint: what it is for, who may call it, what it takes and answers, and how to try it.
import { html } from "../shared/preact.js";
import { shapeOf } from "./schema.js";

export function Endpoint({ t, endpoint, schemes }) {
  return html`<details id=${endpoint.id}>
    <summary>
      <span class="method ${endpoint.method.toLowerCase()}">${endpoint.method}</span>
      <code>${endpoint.path}</code>
      <span class="summary">${withCode(endpoint.summary)}</span>
    </summary>
    <dl>
      <dt>${t("who")}</dt>
      <dd><${Access} t=${t} endpoint=${endpoint} schemes=${schemes} /></dd>
      ${endpoint.parameters && html`<dt>${t("parameters")}</dt>
        <dd><ul>${endpoint.parameters.map((one) => html`<li key=${one.name}>
          <code>${one.name}</code> <span class="place">${t(one.in)}</span> <code class="type">${shapeOf(one.schema)}</code>
        </li>`)}</ul></dd>`}
      ${endpoint.requestBody && html`<dt>${t("body")}</dt><dd><${Contents} content=${endpoint.requestBody.content} /></dd>`}
      <dt>${t("answers")}</dt>
      <dd><${Answers} responses=${endpoint.responses} /></dd>
      <dt>${t("try")}</dt>
      <dd><pre tabindex="0">${command(endpoint)}</pre></dd>
    </dl>
  </details>`;
}

function Access({ t, endpoint, schemes }) {
  const names = endpoint.security.flatMap((one) => Object.keys(one));
  if (!names.length) return t(endpoint.tags[0] === "channels" ? "platform" : "anyone");
  return names.map((name) => html`<div key=${name}>${name}: ${withCode(schemes[name].description ?? schemes[name].bearerFormat)}</div>`);
}

/** What stands between backticks as code. */
function withCode(text) {
  return text.split("`").map((part, place) => (place % 2 ? html`<code>${part}</code>` : part));
}

function Contents({ content }) {
  return Object.entries(content).map(([type, { schema }]) => html`<div key=${type}>
    <span class="place">${type}</span><pre tabindex="0">${shapeOf(schema)}</pre>
  </div>`);
}

/** Errors look alike everywhere: only their numbers are told. */
function Answers({ responses }) {
  const [good, bad] = [[], []];
  for (const [status, one] of Object.entries(responses)) (status < "400" ? good : bad).push({ status, ...one });
  return html`${good.map((one) => html`<div key=${one.status}>
      <strong>${one.status}</strong> ${one.description}
      ${one.content && html`<${Contents} content=${one.content} />`}
    </div>`)}
    ${bad.map((one) => html`<div key=${one.status} class="refused"><strong>${one.status}</strong> ${one.description}</div>`)}`;
}

function command({ method, path, security, requestBody }) {
  const parts = ["curl"];
  if (method !== "GET") parts.push(`-X ${method}`);
  const names = security.flatMap((one) => Object.keys(one));
  if (names.includes("console")) parts.push('-H "Authorization: Bearer $KEFU_CONSOLE_TOKEN"');
  if (names.includes("visitor")) parts.push('-H "Authorization: Bearer $VISITOR"');
  const json = requestBody?.content["application/json"];
  if (json) parts.push("-H 'Content-Type: application/json'", "-d '{…}'");
  const query = names.includes("rasaToken") ? "?token=$KEFU_API_TOKEN" : "";
  return [...parts, `"${location.origin}${path}${query}"`].join(" ");
}
