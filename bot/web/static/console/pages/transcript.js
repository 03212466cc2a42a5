// From a conversation's events to what an agent reads. Pure: events in, items out.

/**
 * @param events Rasa's dictionaries with `seq`, in order
 * @returns items `{key, at, kind, …}`: `customer`, `bot`, `agent`, `note` (with `text`) and `notice` (with `notice`); the
 *   last item of a bot's turn has `why`: what was understood, decided, run and set
 */
export function transcript(events) {
  const items = [];
  let turn = newTurn();
  for (const event of events) {
    const item = READERS[event.event]?.(event, turn, items);
    if (event.event === "user") turn = newTurn(event, item);
    if (!item) continue;
    items.push({ key: event.seq, at: new Date(event.timestamp * 1000), ...item });
    if (item.kind === "bot" || item.kind === "customer") anchor(turn, items);
  }
  return items;
}

function newTurn(event) {
  return { understood: event?.parse_data ?? null, text: event?.text ?? "", decision: null, actions: [], slots: [], last: null };
}

/** The why stands below the last thing said in its turn. */
function anchor(turn, items) {
  if (turn.last) delete turn.last.why;
  turn.last = items.at(-1);
  turn.last.why = turn;
}

const READERS = {
  user: (event, _, items) => ({
    kind: "customer",
    text: event.text ?? "",
    title: titleOf(event.text, items),
    attachments: event.metadata?.attachments ?? [],
  }),
  bot: (event) => ({
    kind: "bot",
    text: event.text ?? "",
    buttons: [...(event.data?.buttons ?? []), ...(event.data?.quick_replies ?? [])],
    pictures: [event.data?.image, ...attached(event, "image")].filter(Boolean),
    files: attached(event, "file"),
    cards: (event.data?.elements ?? []).map((one) => ({ title: one.title ?? "", subtitle: one.subtitle ?? "", picture: one.image_url ?? "" })),
    citations: event.metadata?.citations ?? [],
  }),
  agent: (event, turn) => ({
    kind: "agent",
    text: event.text ?? "",
    agent: event.metadata?.agent ?? event.data?.agent ?? "",
    suggested: taken(turn),
  }),
  note: (event) => ({ kind: "note", text: event.text ?? "", agent: event.agent ?? "" }),
  chosen: (event, turn) => { if (event.what === "suggestions") turn.suggested = event.item?.how; },
  owner: (event) => ({ kind: "notice", notice: event.owner, agent: event.agent ?? "", reason: event.reason ?? "" }),
  restart: () => ({ kind: "notice", notice: "restarted" }),
  session_started: (_, __, items) => (items.length ? { kind: "notice", notice: "session" } : null),
  decision: (event, turn) => { turn.decision = event; },
  action: (event, turn) => { if (event.name && event.name !== "action_listen") turn.actions.push(event.name); },
  slot: (event, turn) => { turn.slots.push({ name: event.name, value: event.value }); },
  active_loop: (event, turn) => { turn.slots.push({ name: "active_loop", value: event.name }); },
};

/** Rasa's attachment: `{type, payload: {src}}`, or an address alone. */
function attached(event, kind) {
  const given = event.data?.attachment;
  const address = typeof given === "string" ? given : given?.payload?.src;
  return address && (given.type === "image") === (kind === "image") ? [String(address)] : [];
}

/** Whether the agent's next line was a suggestion: `accepted`, `edited` or nothing. */
function taken(turn) {
  const how = turn.suggested;
  turn.suggested = undefined;
  return how === "rejected" ? undefined : how;
}

/** The title of the button whose payload the customer's text is. */
function titleOf(text, items) {
  const offered = items.filter((item) => item.kind === "bot").at(-1)?.buttons ?? [];
  return offered.find((button) => button.payload === text)?.title ?? "";
}

/** Whether a turn has anything to explain. */
export function explains(turn) {
  return Boolean(turn && (turn.decision || turn.understood?.intent?.name || turn.actions.length));
}

/** What the conversation's slots hold now. */
export function slotsOf(events) {
  const slots = new Map();
  for (const event of events) {
    if (event.event === "restart" || event.event === "reset_slots") slots.clear();
    if (event.event === "slot" && event.value === null) slots.delete(event.name);
    if (event.event === "slot" && event.value !== null) slots.set(event.name, event.value);
  }
  return [...slots].filter(([name]) => !["requested_slot", "session_started_metadata"].includes(name));
}
