// A release on the held-out messages: its figures, and message by message against the one that serves.
import { html, useEffect, useState } from "../../shared/preact.js";
import { percent } from "../format.js";
import { Evaluation } from "./releases.evaluation.js";

const SHOWN = 12;
const FIGURES = [["right", true], ["after_click", true], ["wrong", false], ["cost", false]];
const NAMES = { right: "right", after_click: "afterClick", wrong: "wrong", cost: "cost" };

function Delta({ t, value, good }) {
  if (Math.abs(value) < 0.0005) return null;
  return html`<span class=${`delta ${(value > 0) === good ? "good" : "bad"}`}>${t.points(100 * value)}</span>`;
}

function Tiles({ t, figures, serving }) {
  return html`<dl class="tiles">${FIGURES.map(([name, good]) => html`<div key=${name}>
    <dt>${t[NAMES[name]]}</dt>
    <dd>${percent(figures[name], 1)} ${serving && html`<${Delta} t=${t} value=${figures[name] - serving[name]} good=${good} />`}</dd>
  </div>`)}</dl>`;
}

function Languages({ t, figures }) {
  const rows = Object.entries(figures.languages);
  if (rows.length < 2) return null;
  return html`<div class="wide" tabindex="0"><table><thead><tr><th scope="col">${t.language}</th><th scope="col" class="number">${t.messages}</th>
    ${FIGURES.map(([name]) => html`<th key=${name} scope="col" class="number">${t[NAMES[name]]}</th>`)}</tr></thead>
    <tbody>${rows.map(([name, of]) => html`<tr key=${name}><th scope="row">${name}</th><td class="number">${of.messages}</td>
      ${FIGURES.map(([one]) => html`<td key=${one} class="number">${percent(of[one], 1)}</td>`)}</tr>`)}</tbody></table></div>`;
}

function Did({ t, did }) {
  const about = did.choice.join(", ");
  return html`<span class=${`did did-${did.result}`}>${t.decided[did.did] ?? did.did}${about && html` <code>${about}</code>`}</span>
    <span class="hint">${t.results[did.result]} · ${percent(did.p)}</span>`;
}

function Examples({ t, rows }) {
  const [all, setAll] = useState(false);
  if (!rows.length) return html`<p class="empty">${t.noneChanged}</p>`;
  const shown = all ? rows : rows.slice(0, SHOWN);
  return html`<div class="wide" tabindex="0"><table class="examples"><thead><tr><th scope="col">${t.message}</th><th scope="col">${t.before}</th><th scope="col">${t.now}</th></tr></thead>
    <tbody>${shown.map((row) => html`<tr key=${row.text}><td><span class="said">${row.text}</span>
      <span class="hint">${t.wanted}: ${row.wanted.join(", ") || t.nobody}</span></td>
      <td data-of=${t.before}><${Did} t=${t} did=${row.before} /></td><td data-of=${t.now}><${Did} t=${t} did=${row.after} /></td></tr>`)}</tbody></table></div>
    ${shown.length < rows.length && html`<button class="button" onClick=${() => setAll(true)}>${t.more(rows.length - shown.length)}</button>`}`;
}

function Difference({ t, call, release, serving }) {
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState("");
  const [kind, setKind] = useState("worse");
  useEffect(() => {
    setFound(null);
    setTrouble("");
    call(`releases/${encodeURIComponent(release)}/diff?against=${encodeURIComponent(serving)}`)
      .then(setFound, (error) => setTrouble(error.message || t.failed));
  }, [release, serving]);
  if (trouble) return html`<p class="hint">${trouble}</p>`;
  if (!found) return html`<p class="hint" role="status">${t.loading}</p>`;
  return html`<div class="kinds" role="group" aria-label=${t.compared}>${["better", "worse", "other"].map((one) => html`<button key=${one}
      class=${`button kind-${one}`} aria-pressed=${one === kind} onClick=${() => setKind(one)}>${t[one]} <strong>${found[one].length}</strong></button>`)}</div>
    <${Examples} key=${kind} t=${t} rows=${found[kind]} />`;
}

export function Measured({ t, call, release, serving, deed }) {
  const { figures } = release;
  return html`<section class="card" aria-label=${t.heldOut}>
    <header><h2>${t.heldOut}</h2> ${figures && html`<span class="hint">${t.measuredOn(figures.messages)}</span>`}<span class="grow"></span>
      ${deed && html`<button class="button" onClick=${deed}>${figures ? t.evaluateAgain : t.evaluate}</button>`}</header>
    ${figures ? html`<${Tiles} t=${t} figures=${figures} serving=${release.id === serving?.id ? null : serving?.figures} />
      <${Languages} t=${t} figures=${figures} /><${Evaluation} t=${t} call=${call} release=${release.id} />` : html`<p class="hint">${t.notMeasured}</p>`}
    ${figures && html`<h3>${t.compared}</h3>
      ${!serving || release.id === serving.id ? html`<p class="hint">${t.comparedSame}</p>`
        : html`<${Difference} t=${t} call=${call} release=${release.id} serving=${serving.id} />`}`}
  </section>`;
}
