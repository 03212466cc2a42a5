// The job in hand: how far it is, what it says, and the form that begins one.
import { html, useState } from "../../shared/preact.js";
import { dateTime, duration } from "../format.js";

function Bar({ t, job }) {
  const { doing, done, of, note, left_s: left, step, steps } = job.progress;
  if (!doing) return html`<p class="hint" role="status">${t.startingUp}</p>`;
  return html`<div class="job-bar">
    <progress aria-label=${doing} max=${of || 1} value=${of ? done : undefined}></progress>
    <p class="hint"><span>${doing}${of ? ` ${done} / ${of}` : ""}${note ? ` · ${note}` : ""}</span>
      <span>${left != null && left > 0 ? `${t.left(duration(left))} · ` : ""}${t.stepOf(step, steps)}</span></p>
  </div>`;
}

export function Job({ t, language, job, admin, onCancel }) {
  const running = job.state === "running";
  return html`<section class="card job" aria-label=${t.kinds[job.kind]}>
    <header><h2>${t.kinds[job.kind]}</h2> <span class=${`tag job-${job.state}`} role="status">${t.states[job.state]}</span>
      <span class="hint">${job.recipe ? `${job.recipe} · ` : ""}${job.release ? `${job.release} · ` : ""}${t.byAt(job.by, dateTime(job.began_at, language))}</span>
      <span class="grow"></span>
      ${running && admin && html`<button class="button" onClick=${onCancel} disabled=${Boolean(job.cancelled_by)}>${t.abort}</button>`}
    </header>
    ${running && html`<${Bar} t=${t} job=${job} />`}
    <details open=${job.state === "failed"}><summary>${t.log}</summary>
      <pre tabindex="0" aria-label=${t.log}>${job.log || t.noLog}</pre></details>
  </section>`;
}

export function TrainForm({ t, onStart, onClose }) {
  const [recipe, setRecipe] = useState("auto");
  const submit = (event) => {
    event.preventDefault();
    const minutes = Number(new FormData(event.target).get("minutes") ?? 0);
    onStart({ recipe, minutes });
  };
  return html`<form class="card train" onSubmit=${submit} aria-label=${t.trainNew}>
    <label>${t.recipe}<select name="recipe" value=${recipe} onChange=${(event) => setRecipe(event.target.value)}>
      ${Object.entries(t.recipes).map(([name, title]) => html`<option key=${name} value=${name}>${title}</option>`)}</select></label>
    ${recipe !== "fast" && html`<label>${t.minutes}<input name="minutes" type="number" min="1" max="1440" step="1" defaultValue="12" required /></label>`}
    <div class="deeds"><button class="button primary">${t.start}</button><button type="button" class="button" onClick=${onClose}>${t.no}</button></div>
    <p class="hint">${t.minutesText}</p>
  </form>`;
}
