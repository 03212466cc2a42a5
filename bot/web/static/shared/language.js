// English and Chinese interface: the browser's language first, then what was chosen.
import { useEffect, useState } from "./preact.js";
import { lasting } from "./memory.js";

const KEY = "kefu.language";
const TAGS = { en: "en", zh: "zh-CN" };

/** `en` or `zh`: as chosen here, else as the page that shows us wants, else as the browser is set. */
export function preferredLanguage(wish) {
  const chosen = lasting.get(KEY);
  if (chosen in TAGS) return chosen;
  if (wish in TAGS) return wish;
  const wanted = navigator.languages?.length ? navigator.languages : [navigator.language || "en"];
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in TAGS);
  return known ?? "en";
}

/**
 * The interface's language, its wording and the switch.
 *
 * @param strings `{en: {key: text or function}, zh: {…}}`; a function's arguments fill the wording
 * @param wish the language to begin with, where none was chosen before
 * @returns `{language, t, toggle}`; `t(key, …arguments)` gives the text, or the key when there is none
 */
export function useLanguage(strings, wish) {
  const [language, setLanguage] = useState(() => preferredLanguage(wish));
  useEffect(() => {
    document.documentElement.lang = TAGS[language];
  }, [language]);
  const t = (key, ...args) => {
    const wording = strings[language][key] ?? strings.en[key] ?? key;
    return typeof wording === "function" ? wording(...args) : wording;
  };
  const toggle = () => {
    const next = language === "en" ? "zh" : "en";
    lasting.set(KEY, next);
    setLanguage(next);
  };
  return { language, t, toggle };
}

/** A clock time such as 14:05, with the date when it is not today. */
export function clock(date, language) {
  const today = new Date().toDateString() === date.toDateString();
  const day = today ? {} : { month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(TAGS[language], { ...day, hour: "2-digit", minute: "2-digit" }).format(date);
}
