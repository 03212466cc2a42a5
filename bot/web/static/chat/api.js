// The server's chat API: one POST a message, one socket for what others say.
export const LIVE_PATH = "api/chat/live";

/** The server understood the request and said no; `reason` is "busy" or "refused". */
export class Refused extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** What the page is about: the server puts the assistant's name into the title. */
export async function about() {
  return { name: document.title };
}

/** @returns {id, lines}: the conversation's id and every line since `after` */
export async function postMessage({ id, text, messageId, after = 0 }) {
  const body = { message: text, message_id: messageId, after };
  if (id) body.conversation_id = id;
  const response = await fetch("api/chat/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status === 429) throw new Refused("busy");
  if (!response.ok) throw new Refused("refused");
  const answer = await response.json();
  return { id: answer.conversation_id, lines: (answer.lines ?? []).map(lineOf) };
}

/** The first message on the socket: who we are and what we have. */
export function hello(id, after) {
  return { conversation_id: id, after };
}

/** What the socket pushed, as lines. */
export function pushed(message) {
  return { lines: (message.lines ?? []).map(lineOf), gone: message.type === "gone" };
}

/** A line of the API as the page keeps it. */
export function lineOf(line) {
  return {
    key: `seq-${line.seq}`,
    seq: line.seq,
    messageId: line.message_id ?? "",
    speaker: line.speaker,
    owner: line.owner,
    agent: line.agent ?? "",
    text: line.text ?? "",
    at: new Date((line.timestamp ?? 0) * 1000),
    state: "sent",
    parts: (line.parts ?? []).map((part) => ({ buttons: [], citations: [], ...part })),
  };
}
