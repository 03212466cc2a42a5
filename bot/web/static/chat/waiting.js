// Messages on their way. They are kept over page loads, all but files that have not reached the server.
import { lasting } from "../shared/memory.js";

const KEY = "kefu.waiting";

export class Waiting {
  constructor() {
    this.messages = [];
  }

  /** Messages that an earlier page left, of this visitor's conversations. */
  restore(visitor) {
    let kept = [];
    try {
      kept = JSON.parse(lasting.get(KEY) ?? "[]");
    } catch { /* not ours */ }
    const known = new Set(this.messages.map((each) => each.messageId));
    const mine = kept.filter((each) => belongs(each.id, visitor) && !known.has(each.messageId));
    this.messages = [...mine, ...this.messages];
    return mine;
  }

  add(message) {
    this.messages.push(message);
    this.keep();
  }

  done(message) {
    this.messages = this.messages.filter((each) => each !== message);
    this.keep();
  }

  clear() {
    this.messages = [];
    this.keep();
  }

  keep() {
    const whole = this.messages.filter((each) => each.id && each.files.every((file) => file.id));
    if (whole.length === 0) lasting.remove(KEY);
    else lasting.set(KEY, JSON.stringify(whole.map((each) => ({ ...each, files: each.files.map(plain) }))));
  }
}

const plain = ({ id, kind, name }) => ({ id, kind, name });

/** Whether a conversation's id is one of this visitor's. */
export function belongs(id, visitor) {
  return typeof id === "string" && id.startsWith(`web:${visitor}.`);
}
