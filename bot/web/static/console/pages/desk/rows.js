// The conversations that the desk lists, kept up to date from the live socket. Pure: rows and messages in, rows out.

export const LISTS = ["mine", "waiting", "person", "bot", "closed", "unanswered", "failed"];

/** The rows that the server gave, by id, with what is known of them already. */
export function loaded(rows, given) {
  const next = new Map(rows);
  for (const row of given) next.set(row.id, { unread: 0, ...next.get(row.id), ...row });
  return next;
}

/** The rows after the messages of the live socket; `open` is the conversation on the screen, which is read. */
export function changed(rows, messages, open) {
  const next = new Map(rows);
  for (const message of messages) {
    if (message.type !== "events") continue;
    const { conversation, events } = message;
    const old = next.get(conversation.id);
    const at = new Date(Math.max(0, ...events.map((event) => event.timestamp)) * 1000).toISOString();
    const moved = !old || old.owner !== conversation.owner || old.agent !== conversation.agent;
    const heard = events.filter((event) => event.event === "user").length;
    next.set(conversation.id, {
      ...old,
      ...conversation,
      preview: conversation.preview || old?.preview || "",
      since: moved ? at : old.since,
      updated_at: at,
      unread: conversation.id === open ? 0 : (old?.unread ?? 0) + heard,
    });
  }
  return next;
}

/** The same with a conversation read. */
export function read(rows, id) {
  const row = rows.get(id);
  return row?.unread ? new Map(rows).set(id, { ...row, unread: 0 }) : rows;
}

/** The rows of a list in its order: who waits longest first, else who wrote last. */
export function listed(rows, list, me) {
  const wanted = [...rows.values()].filter((row) =>
    list === "mine" ? row.owner === "person" && row.agent === me : list === "person" ? row.owner === "person" && row.agent !== me : row.owner === list);
  const order = list === "waiting" ? (one, other) => (one.since < other.since ? -1 : 1) : (one, other) => (one.updated_at > other.updated_at ? -1 : 1);
  return wanted.sort(order);
}

/** The rows as they stood before, by their ids; new ones follow. */
export function steady(rows, ids) {
  const places = new Map(ids.map((id, place) => [id, place]));
  const place = (row) => places.get(row.id) ?? ids.length;
  return [...rows].sort((one, other) => place(one) - place(other));
}

/** Those of the rows that have all the words, in what was said last, who they are of, or their channel and language. */
export function matching(rows, words, channels) {
  const wanted = words.toLowerCase().split(/\s+/u).filter(Boolean);
  if (!wanted.length) return rows;
  return rows.filter((row) => {
    const text = `${row.preview} ${row.sender} ${row.agent} ${channels[row.channel] ?? row.channel} ${row.language}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The id of the next row in a direction, from the one that is open; the first where none is. */
export function neighbour(ids, open, step) {
  const place = ids.indexOf(open);
  return ids[place < 0 ? 0 : Math.min(Math.max(place + step, 0), ids.length - 1)];
}
