// What the desk shows, kept up to date from the live socket.
import { useEffect, useRef, useState } from "../../../shared/preact.js";
import { changed, loaded, read } from "./rows.js";

/** Lists that only the server has, by what it calls them. */
export const OF_SERVER = { unanswered: "unanswered", failed: "deliveries" };
const DRAW_EVERY_MS = 150;
const READ_EVERY_MS = 1000;
const WRITES_FOR_MS = 6000;
const AT_FIRST = { waiting: 500, person: 500, bot: 200, closed: 100 };

/** The conversations of all lists, kept up to date; changes that come in a burst are drawn together. */
export function useRows(call, live, guarded, openId) {
  const [rows, setRows] = useState(new Map());
  const waiting = useRef([]);
  const current = useRef(openId);
  current.current = openId;
  // What happens while the lists are read, which may have been read before it; null where nothing is read.
  const meanwhile = useRef(null);
  const load = () => !meanwhile.current && guarded(async () => {
    meanwhile.current = [];
    let missed = [];
    const lists = await Promise.all(Object.entries(AT_FIRST).map(([owner, limit]) => call(`conversations?owner=${owner}&limit=${limit}`)))
      .finally(() => { missed = meanwhile.current; meanwhile.current = null; });
    waiting.current = [];
    setRows((old) => changed(loaded(new Map([...old].filter(([id]) => id === current.current)), lists.flat()), missed, current.current));
  });
  useEffect(() => {
    let timer = 0;
    const draw = () => {
      const messages = waiting.current.splice(0);
      setRows((old) => changed(old, messages, current.current));
    };
    load();
    const off = live.subscribe((message) => {
      if (message.type === "resync") load();
      if (message.type !== "events") return;
      meanwhile.current?.push(message);
      if (waiting.current.push(message) === 1) timer = setTimeout(draw, DRAW_EVERY_MS);
    });
    return () => { clearTimeout(timer); off(); };
  }, []);
  useEffect(() => setRows((old) => read(old, openId)), [openId]);
  return rows;
}

/** The conversation on the screen with its events; grows from the live socket, is read afresh after a gap. */
export function useShown(call, live, guarded, id) {
  const [shown, setShown] = useState(null);
  const [offer, setOffer] = useState(null);
  const [writes, setWrites] = useState(false);
  useEffect(() => {
    setShown(null);
    setOffer(null);
    setWrites(false);
    if (!id) return undefined;
    const path = `conversations/${encodeURIComponent(id)}`;
    let timer = 0;
    let wanted = true; // until another one is opened: what comes then is not shown
    let news = [];
    const load = () => guarded(async () => {
      news = [];
      const found = await call(path);
      if (wanted) setShown(news.reduce((old, message) => grown(old, message, () => {}), found));
    });
    const written = (now) => {
      clearTimeout(timer);
      if (now) timer = setTimeout(() => setWrites(false), WRITES_FOR_MS);
      setWrites(now);
    };
    load();
    call(`${path}/suggestions`).then((found) => { if (wanted) setOffer((pushed) => pushed ?? (found.items.length ? found : null)); }, () => {});
    const off = live.subscribe((message) => {
      if (message.type === "resync") load();
      if (message.conversation_id !== id) return;
      if (message.type === "suggestions") setOffer(message);
      if (message.type === "typing") written(true);
      if (message.type !== "events") return;
      if (message.events.some((event) => event.event === "user")) written(false);
      news.push(message);
      setShown((old) => grown(old, message, load));
    });
    return () => { wanted = false; clearTimeout(timer); off(); };
  }, [id]);
  return { shown, offer, setOffer, writes };
}

function grown(old, message, load) {
  if (!old) return old;
  const last = old.events.at(-1)?.seq ?? 0;
  const news = message.events.filter((event) => event.seq > last);
  if (news.length && news[0].seq !== last + 1) load();
  return { ...old, ...message.conversation, events: [...old.events, ...news] };
}

/** A list that only the server has, read when it is looked at and when something happens. */
export function useServerList(call, live, guarded, list) {
  const [found, setFound] = useState([]);
  const load = () => guarded(async () => setFound(await call(OF_SERVER[list])));
  useEffect(() => {
    setFound([]);
    if (!OF_SERVER[list]) return undefined;
    load();
    let timer = 0;
    const again = () => { timer = 0; load(); };
    // However much happens: not put off by it, and not asked for more often.
    const off = live.subscribe((message) => { if (message.type !== "typing") timer ||= setTimeout(again, READ_EVERY_MS); });
    return () => { clearTimeout(timer); off(); };
  }, [list]);
  return [found, load];
}

/** Who has the console open, and what they look at. */
export function usePeople(live) {
  const [people, setPeople] = useState([]);
  useEffect(() => live.subscribe((message) => { if (message.type === "presence") setPeople(message.people); }), []);
  return people;
}
