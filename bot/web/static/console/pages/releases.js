// The releases page: every release with its figures, the job in hand, and who is answered by which.
import { html, useEffect, useRef, useState } from "../../shared/preact.js";
import { dateTime, percent, whole } from "../format.js";
import { may } from "../roles.js";
import { Job, TrainForm } from "./releases.job.js";
import { Measured } from "./releases.measured.js";
import { OnLive } from "./releases.live.js";
import { STRINGS } from "./releases.strings.js";

const LOOK_EVERY_MS = 1000;

function Tags({ t, board, id }) {
  return html`${id === board.active && html`<span class="tag accent">${t.serves}</span>`}
    ${board.split?.release === id && html`<span class="tag person">${t.answers(board.split.percent)}</span>`}
    ${board.shadow === id && html`<span class="tag">${t.looksOn}</span>`}`;
}

function List({ t, language, board, live, chosen, open }) {
  return html`<section class="card list" aria-label=${t.list}><div class="wide" tabindex="0"><table>
    <thead><tr><th scope="col">${t.release}</th><th scope="col">${t.made}</th><th scope="col" class="number">${t.rightShort}</th>
      <th scope="col" class="number">${t.wrongShort}</th><th scope="col" class="number">${t.costShort}</th><th scope="col" class="number">${t.chats}</th>
      <th scope="col" class="number">${t.containment}</th><th scope="col" class="number">${t.csat}</th></tr></thead>
    <tbody>${board.releases.map((one) => {
      const row = live.find((of) => of.key === one.id);
      return html`<tr key=${one.id} class=${one.id === chosen ? "chosen" : ""}>
        <th scope="row"><button class="link" aria-current=${one.id === chosen ? "true" : undefined} onClick=${() => open(one.id)}>${one.id}</button> <${Tags} t=${t} board=${board} id=${one.id} /></th>
        <td>${dateTime(one.made, language)}</td>
        <td class="number">${one.figures ? percent(one.figures.right, 1) : html`<span class="hint">${t.notMeasured}</span>`}</td>
        <td class="number">${one.figures ? percent(one.figures.wrong, 1) : ""}</td><td class="number">${one.figures ? percent(one.figures.cost) : ""}</td>
        <td class="number">${whole(row?.chats ?? 0, language)}</td><td class="number">${percent(row?.containment)}</td><td class="number">${percent(row?.csat)}</td></tr>`;
    })}</tbody></table></div></section>`;
}

function Sure({ t, asked, onAnswer }) {
  const box = useRef(null);
  useEffect(() => { if (asked) box.current.showModal(); }, [asked]);
  const answer = (yes) => { box.current.close(); onAnswer(yes); };
  return html`<dialog ref=${box} aria-labelledby="sure-asked" onCancel=${() => onAnswer(false)}>
    <p id="sure-asked">${asked?.text}</p>
    <div class="deeds"><button class="button primary" onClick=${() => answer(true)}>${t.yes}</button><button class="button" onClick=${() => answer(false)}>${t.no}</button></div>
  </dialog>`;
}

function Chosen({ t, language, call, board, live, release, admin, act, ask }) {
  const serving = board.releases.find((one) => one.id === board.active);
  return html`<header class="chosen-head"><h2>${release.id}</h2> <${Tags} t=${t} board=${board} id=${release.id} /><span class="hint">${t.facts(release)}</span><span class="grow"></span>
      ${admin && release.id !== board.active && html`<button class="button primary" onClick=${() => ask(t.promoteAsk(release.id), "promote", { release: release.id })}>${t.promote}</button>`}
      ${admin && release.id === board.active && board.before && html`<button class="button" onClick=${() => ask(t.rollbackAsk(board.before), "rollback", {})}>${t.rollback}</button>`}
    </header>
    <${Measured} t=${t} call=${call} release=${release} serving=${serving} deed=${admin && board.held_out && (() => act(`${encodeURIComponent(release.id)}/evaluation`, {}))} />
    <${OnLive} t=${t} language=${language} call=${call} board=${board} release=${release} live=${live} admin=${admin} act=${act} />`;
}

function History({ t, language, changes }) {
  if (!changes.length) return null;
  return html`<section class="card history" aria-label=${t.history}><h2>${t.history}</h2><ol>${changes.map((one) => html`<li key=${one.id}>
    <time datetime=${one.at}>${dateTime(one.at, language)}</time> <span>${one.by || "–"}</span> <span>${t.deeds[one.deed]?.(one) ?? one.deed}</span></li>`)}</ol></section>`;
}

/** The board, the figures of the last days, and the newest job, looked at again while it runs. */
function useBoard(call, t) {
  const [board, setBoard] = useState(null);
  const [live, setLive] = useState([]);
  const [job, setJob] = useState(null);
  const [trouble, setTrouble] = useState("");
  const guarded = async (work) => {
    try {
      await work();
      setTrouble("");
    } catch (error) {
      setTrouble(error.message || (error.status === 0 ? t.noServer : t.failed));
    }
  };
  const load = () => guarded(async () => {
    const [all, newest] = await Promise.all([call("releases"), call("releases/job")]);
    setBoard(all);
    setJob(newest);
    setLive(await call("releases/live"));
  });
  useEffect(() => { load(); }, []);
  const running = job?.state === "running";
  useEffect(() => {
    if (!running) return undefined;
    let wanted = true;
    const look = async () => {
      const newest = await call("releases/job").catch(() => null);
      if (!wanted) return;
      if (newest) setJob(newest);
      if (newest && newest.state !== "running") load();
      else timer = setTimeout(look, LOOK_EVERY_MS);
    };
    let timer = setTimeout(look, LOOK_EVERY_MS);
    return () => { wanted = false; clearTimeout(timer); };
  }, [running]);
  const act = (deed, body) => guarded(async () => { await call(`releases/${deed}`, { method: "POST", body }); await load(); });
  return { board, live, job, trouble, act };
}

function Page({ t, language, call, me, route }) {
  const { board, live, job, trouble, act } = useBoard(call, t);
  const [training, setTraining] = useState(false);
  const [asked, setAsked] = useState(null);
  const admin = may(me, "admin");
  if (!board) return html`<main class="releases"><p class=${trouble ? "trouble" : "empty"} role="status">${trouble || t.loading}</p></main>`;
  const ask = (text, deed, body) => setAsked({ text, deed, body });
  const answered = (yes) => { setAsked(null); if (yes) act(asked.deed, asked.body); };
  const release = board.releases.find((one) => one.id === route.parts[0]) ?? board.releases[0];
  const running = job?.state === "running";
  return html`<main class="releases">
    <header class="head"><h1>${t.releases}</h1><span class="grow"></span>
      ${admin ? !training && html`<button class="button primary" disabled=${running} onClick=${() => setTraining(true)}>${t.trainNew}</button>` : html`<span class="hint">${t.onlyAdmins}</span>`}</header>
    ${trouble && html`<p class="trouble" role="alert">${trouble}</p>`}
    ${training && html`<${TrainForm} t=${t} onClose=${() => setTraining(false)} onStart=${(wish) => { setTraining(false); act("train", wish); }} />`}
    ${job && html`<${Job} t=${t} language=${language} job=${job} admin=${admin} onCancel=${() => act("job/cancel", {})} />`}
    ${board.releases.length === 0 ? html`<p class="empty">${t.none_}</p>`
      : html`<${List} t=${t} language=${language} board=${board} live=${live} chosen=${release.id} open=${(id) => route.go(id)} />
        <${Chosen} key=${release.id} t=${t} language=${language} call=${call} board=${board} live=${live} release=${release} admin=${admin} act=${act} ask=${ask} />`}
    <${History} t=${t} language=${language} changes=${board.changes} />
    <${Sure} t=${t} asked=${asked} onAnswer=${answered} />
  </main>`;
}

export const page = { name: "releases", role: "supervisor", strings: STRINGS, title: (t) => t.releases, Page };
