// What the page knows of its conversation. It changes by what the customer does and by what the server says; each
// change makes a new state object and calls `changed` with it.
import { newId } from "../shared/ids.js";
import { lasting } from "../shared/memory.js";
import { fetchFile, postMessage, postRating, upload } from "./api.js";
import { withLine } from "./lines.js";
import { Refused } from "./refused.js";
import { Stream } from "./stream.js";
import { Waiting, belongs } from "./waiting.js";

const KEY = "kefu.chat";
const TYPING_AFTER_MS = 250;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;
const WRITES_FOR_MS = 6000;
const SAY_EVERY_MS = 2500;
const FRESH = {
  lines: [], owner: "bot", agent: "", rated: 0, typing: false, writer: "", connected: true, loading: false, trouble: "",
};

export class Conversation {
  constructor(changed, visitor) {
    this.changed = changed;
    this.visitor = visitor;
    this.state = FRESH;
    this.waiting = new Waiting();
    this.pause = FIRST_PAUSE_MS;
    this.id = "";
    this.seq = 0;
  }

  /** Take up the conversation that this visitor had, if any. */
  start() {
    this.onOffline = () => this.set({ connected: false });
    this.onOnline = () => this.tryAgain();
    window.addEventListener("offline", this.onOffline);
    window.addEventListener("online", this.onOnline);
    if (!this.visitor.isKnown()) return;
    this.set({ loading: true });
    this.resume();
  }

  stop() {
    window.removeEventListener("offline", this.onOffline);
    window.removeEventListener("online", this.onOnline);
    clearTimeout(this.timer);
    clearTimeout(this.writes);
    this.stream?.stop();
  }

  async resume() {
    try {
      const me = await this.visitor.met();
      const kept = lasting.get(KEY);
      this.id ||= belongs(kept, me.visitor) ? kept : me.conversationId;
      for (const message of this.waiting.restore(me.visitor)) this.show(message);
      this.resumed = true;
      if (this.id) this.listen();
      else this.set({ loading: false });
      this.flush();
    } catch {
      this.set({ loading: false });
      this.later();
    }
  }

  /** Leave this conversation behind; the next message begins another. */
  begin() {
    this.forget();
    this.waiting.clear();
    this.set({ ...FRESH, connected: this.state.connected });
  }

  forget() {
    this.stream?.stop();
    this.stream = null;
    this.id = "";
    this.seq = 0;
    lasting.remove(KEY);
  }

  /** It was erased. What was never sent is the beginning of another one. */
  gone() {
    this.forget();
    for (const message of this.waiting.messages) message.id = "";
    const unsent = this.state.lines.filter((line) => !line.seq && line.state !== "sent");
    this.set({ ...FRESH, connected: this.state.connected, lines: unsent });
    this.flush();
  }

  /**
   * @param title what the customer sees of it when `text` is a button's payload
   * @param files File objects
   */
  send(text, { title = text, files = [] } = {}) {
    const message = { id: this.id, messageId: newId(), text, title, at: Date.now(), files: files.map(fileOf) };
    this.waiting.add(message);
    this.show(message);
    this.flush();
  }

  show({ messageId, text, title, files, at }) {
    const line = {
      key: messageId, messageId, speaker: "customer", agent: "", text, at: new Date(at), state: "sending",
      parts: [{ text: title, buttons: [], citations: [], files }],
    };
    this.set({ lines: [...this.state.lines, line] });
  }

  /** Send again what was not sent; `key` is one line's, all without. */
  retry(key) {
    for (const line of this.state.lines) {
      if (line.state === "failed" && (!key || line.key === key)) this.change(line.key, { state: "sending" });
    }
    this.flush();
  }

  /** One at a time, so that messages arrive in the order they were written. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    try {
      let message;
      do message = this.waiting.messages.find((each) => this.lineOf(each)?.state === "sending");
      while (message && (await this.deliver(message)));
    } finally {
      this.flushing = false;
    }
  }

  lineOf(message) {
    return this.state.lines.find((line) => line.messageId === message.messageId);
  }

  async deliver(message) {
    const typing = setTimeout(() => this.set({ typing: this.state.owner === "bot" }), TYPING_AFTER_MS);
    try {
      const { visitor } = await this.visitor.met();
      message.id ||= this.id || `web:${visitor}.${newId().slice(0, 20)}`;
      for (const file of message.files) file.id ||= await upload(this.visitor, { id: message.id, file: file.file });
      this.waiting.keep();
      const attachments = message.files.map((file) => file.id);
      const answer = await postMessage(this.visitor, { ...message, attachments, after: this.seqIn(message.id) });
      this.waiting.done(message);
      this.change(message.messageId, { state: "sent" });
      this.adopt(answer.id);
      this.reached();
      this.take(answer.lines);
      return true;
    } catch (error) {
      return this.failed(message, error);
    } finally {
      clearTimeout(typing);
      this.set({ typing: false });
    }
  }

  seqIn(id) {
    return id === this.id ? this.seq : 0;
  }

  /** Whether the next message may go. Where the server was not reached all wait, to keep their order. */
  failed(message, error) {
    const refused = error instanceof Refused;
    if (refused && !error.again) {
      this.change(message.messageId, { state: "failed" });
      this.set({ trouble: error.reason });
      return true;
    }
    for (const each of this.waiting.messages) this.change(each.messageId, { state: "failed" });
    this.set({ trouble: refused ? error.reason : "offline", connected: refused });
    this.later();
    return false;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tryAgain(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  tryAgain() {
    if (this.visitor.isKnown() && !this.resumed) this.resume();
    this.retry();
    if (this.waiting.messages.length === 0) this.set({ connected: true });
  }

  reached() {
    this.pause = FIRST_PAUSE_MS;
    this.set({ trouble: "", connected: true });
  }

  adopt(id) {
    if (id === this.id && this.stream) return;
    this.id = id;
    this.resumed = true;
    lasting.set(KEY, id);
    this.listen();
  }

  listen() {
    this.stream?.stop();
    this.stream = new Stream({
      visitor: this.visitor,
      id: this.id,
      after: () => this.seq,
      onLines: (lines) => { this.set({ loading: false }); this.take(lines); },
      onState: (connected) => this.heard(connected),
      onWriter: (name) => this.written(name),
      onGone: () => this.gone(),
    });
    this.stream.start();
  }

  heard(connected) {
    if (!connected) this.set({ loading: false, connected: false });
    else if (!this.state.connected) {
      this.set({ connected: true });
      this.retry();
    }
  }

  /** Somebody writes to the customer: until they have said it, or seem to have stopped. Nobody, without a name. */
  written(name) {
    clearTimeout(this.writes);
    if (name) this.writes = setTimeout(() => this.written(""), WRITES_FOR_MS);
    if (name !== this.state.writer) this.set({ writer: name });
  }

  /** The customer writes: people see it, at most every few seconds. */
  writing() {
    if (this.state.owner === "bot" || Date.now() - (this.saidAt ?? 0) < SAY_EVERY_MS) return;
    this.saidAt = Date.now();
    this.stream?.writing();
  }

  take(lines) {
    if (lines.some((line) => line.speaker === "agent" || line.speaker === "notice")) this.written("");
    const state = lines.reduce(withLine, this.state);
    this.seq = Math.max(this.seq, ...lines.map((line) => line.seq ?? 0));
    if (state !== this.state) this.set(state);
  }

  rate(score, comment) {
    return postRating(this.visitor, { id: this.id, score, comment });
  }

  /** An address of a file of ours, for this page only. */
  async fileAddress(file) {
    return URL.createObjectURL(file.file ?? (await fetchFile(this.visitor, file.id)));
  }

  change(key, values) {
    this.set({ lines: this.state.lines.map((line) => (line.key === key ? { ...line, ...values } : line)) });
  }

  set(values) {
    this.state = { ...this.state, ...values };
    this.changed(this.state);
  }
}

function fileOf(file) {
  return { id: "", kind: file.type.startsWith("image/") ? "image" : "file", name: file.name, file };
}
