// The server's chat API. Every call says who we are; one that is told to say it anew does so once.
import { Refused } from "./refused.js";

export const LIVE_PATH = "api/chat/live";
const LONGEST_WAIT_S = 25;

/** @returns {id, lines}: the conversation's id and every line since `after` */
export async function postMessage(visitor, { id, text, messageId, attachments, after = 0 }) {
  const body = { conversation_id: id, message_id: messageId, attachments, after, ...(text && { message: text }) };
  const answer = await (await call(visitor, "messages", { method: "POST", json: body })).json();
  return { id: answer.conversation_id, lines: (answer.lines ?? []).map(lineOf) };
}

/** Every line since `after`; waits for one where there is none yet. */
export async function fetchLines(visitor, { id, after, signal }) {
  const query = new URLSearchParams({ conversation_id: id, after, wait: LONGEST_WAIT_S });
  return (await call(visitor, `lines?${query}`, { signal })).json();
}

/** @returns the file's id */
export async function upload(visitor, { id, file }) {
  const query = new URLSearchParams({ conversation_id: id, name: file.name });
  const headers = { "Content-Type": file.type };
  const answer = await call(visitor, `attachments?${query}`, { method: "POST", headers, body: file });
  return (await answer.json()).id;
}

/** A file of ours as a Blob. */
export async function fetchFile(visitor, id) {
  return (await call(visitor, `attachments/${encodeURIComponent(id)}`)).blob();
}

export async function postRating(visitor, { id, score, comment }) {
  await call(visitor, "rating", { method: "POST", json: { conversation_id: id, score, comment } });
}

async function call(visitor, path, { json, headers = {}, ...options } = {}) {
  if (json) Object.assign(options, { body: JSON.stringify(json) });
  for (let tries = 1; ; tries += 1) {
    const { token } = await visitor.met();
    const response = await fetch(`api/chat/${path}`, {
      ...options,
      headers: { ...(json && { "Content-Type": "application/json" }), ...headers, Authorization: `Bearer ${token}` },
    });
    if (response.ok) return response;
    if (response.status !== 401 || tries > 1) throw new Refused(response.status);
    visitor.drop(token);
  }
}

/** A line of the API as the page keeps it. */
export function lineOf(line) {
  return {
    key: `seq-${line.seq}`,
    seq: line.seq,
    messageId: line.message_id ?? "",
    speaker: line.speaker,
    owner: line.owner,
    rating: line.rating,
    agent: line.agent ?? "",
    text: line.text ?? "",
    at: new Date((line.timestamp ?? 0) * 1000),
    state: "sent",
    parts: (line.parts ?? []).map((part) => ({ buttons: [], citations: [], files: [], ...part })),
  };
}
