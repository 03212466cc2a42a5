// The whole evaluation of a release, part by part, read when somebody wants to see it.
import { html, useState } from "../../shared/preact.js";
import { percent } from "../format.js";

const RESULTS = ["right", "wrong", "clarified", "clarified_beside", "handed_over"];
// Which of a part's figures are shown: those that are shares, and those that are plain numbers.
const INTENTS = ["accuracy", "macro_f1", "ece", "in_scope_recall", "out_of_scope_recall", "out_of_scope_auroc"];
const KNOWLEDGE = ["recall_at_1", "recall_at_3", "recall_at_5", "mrr", "answerability_auroc"];

function Table({ title, head, rows }) {
  return html`<h3>${title}</h3><div class="wide" tabindex="0"><table><thead><tr>${head.map((name, place) => html`<th key=${name} scope="col" class=${place ? "number" : ""}>${name}</th>`)}</tr></thead>
    <tbody>${rows.map(([name, ...cells]) => html`<tr key=${name}><th scope="row">${name}</th>${cells.map((cell, place) => html`<td key=${place} class="number">${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

function Part({ t, title, part, names }) {
  if (!part) return null;
  const parts = [[t.whole, part], ...Object.entries(part.by_language ?? {})];
  const shown = names.filter((name) => part[name] != null);
  return html`<${Table} title=${title} head=${[t.language, ...shown.map((name) => t.measures[name])]}
    rows=${parts.map(([name, of]) => [name, ...shown.map((one) => percent(of[one], 1))])} />`;
}

function Report({ t, report }) {
  const whole = report.end_to_end;
  return html`<${Table} title=${t.byKind} head=${[t.kind, t.messages, ...RESULTS.map((name) => t.results[name])]}
      rows=${Object.entries(whole.by_kind ?? {}).map(([kind, of]) => [t.messageKinds[kind], of.messages, ...RESULTS.map((name) => percent(of[name]))])} />
    <${Table} title=${t.holds} head=${[t.stated, t.messages, t.observed, t.chance]}
      rows=${(whole.bins ?? []).map((one) => [percent(one.stated), one.messages, percent(one.observed), `± ${percent(one.error)}`])} />
    <${Part} t=${t} title=${t.intentsAlone} part=${report.intents} names=${INTENTS} />
    <${Part} t=${t} title=${t.articlesAlone} part=${report.knowledge} names=${KNOWLEDGE} />`;
}

export function Evaluation({ t, call, release }) {
  const [report, setReport] = useState(null);
  const [trouble, setTrouble] = useState("");
  const look = (event) => {
    if (event.target.open && !report) {
      call(`releases/${encodeURIComponent(release)}/evaluation`).then(setReport, (error) => setTrouble(error.message || t.failed));
    }
  };
  return html`<details class="evaluation" onToggle=${look}><summary>${t.wholeEvaluation}</summary>
    ${trouble && html`<p class="hint">${trouble}</p>`}${report && html`<${Report} t=${t} report=${report} />`}</details>`;
}
