// Figures as people read them.
const TAGS = { en: "en-GB", zh: "zh-CN" };

export const percent = (share, digits = 0) => (share == null ? "–" : `${(100 * share).toFixed(digits)} %`);

export const whole = (number, language) => (number == null ? "–" : number.toLocaleString(TAGS[language]));

/** A time in seconds: `0.3 s`, `42 s`, `3 min`, `2.5 h`. */
export function duration(seconds) {
  if (seconds == null) return "–";
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function dateTime(when, language) {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return "";
  return date.toLocaleString(TAGS[language], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

export function day(when, language, more = {}) {
  return new Date(when).toLocaleDateString(TAGS[language], { day: "numeric", month: "short", ...more });
}

/** `2026-11-25` of the reader's calendar. */
export function isoDay(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
