// Which chats the figures are of: a period in the reader's days, and one channel, language or release.
import { html, useState } from "../../shared/preact.js";
import { isoDay } from "../format.js";

const DIMENSIONS = ["channel", "language", "release"];
const DAY_MS = 86_400_000;

/** The last `count` days, today included. */
export function lastDays(count) {
  const today = new Date();
  return { from: isoDay(new Date(today.getTime() - (count - 1) * DAY_MS)), to: isoDay(today) };
}

/** The query of the API for a choice. */
export function queryOf(choice) {
  const query = new URLSearchParams({ from: choice.from, to: choice.to, each: choice.each, offset: String(-new Date(choice.to).getTimezoneOffset()) });
  for (const name of DIMENSIONS) if (choice[name] != null) query.set(name, choice[name]);
  return query.toString();
}

export function Filters({ t, choice, choices, onChange }) {
  const [period, setPeriod] = useState("30");
  const pick = (value) => {
    setPeriod(value);
    if (value !== "own") onChange({ ...choice, ...lastDays(Number(value)), each: "day" });
  };
  const set = (name) => (event) => onChange({ ...choice, [name]: event.target.value });
  const long = (new Date(choice.to) - new Date(choice.from)) / DAY_MS > 30;
  return html`<form class="filters" aria-label=${t.period} onSubmit=${(event) => event.preventDefault()}>
    <label>${t.period}<select value=${period} onChange=${(event) => pick(event.target.value)}>
      ${["7", "30", "90", "own"].map((one) => html`<option key=${one} value=${one}>${t.periods[one]}</option>`)}</select></label>
    ${period === "own" && html`<label>${t.from}<input type="date" value=${choice.from} max=${choice.to} required onChange=${set("from")} /></label>
      <label>${t.to}<input type="date" value=${choice.to} min=${choice.from} required onChange=${set("to")} /></label>`}
    <label>${t.each}<select value=${choice.each} onChange=${set("each")}>
      ${["hour", "day", "week"].filter((one) => one !== "hour" || !long).map((one) => html`<option key=${one} value=${one}>${t.eachs[one]}</option>`)}</select></label>
    ${DIMENSIONS.map((name) => html`<label key=${name}>${t[name]}<select value=${choice[name] ?? "*"}
      onChange=${(event) => onChange({ ...choice, [name]: event.target.value === "*" ? null : event.target.value })}>
      <option value="*">${t.all}</option>
      ${(choices?.[name] ?? []).map((one) => html`<option key=${one} value=${one}>${one || t.unknown}</option>`)}</select></label>`)}
  </form>`;
}
