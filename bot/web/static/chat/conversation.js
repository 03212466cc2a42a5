// What the page knows of its conversation. It changes by `send`, `retry`, `begin` and by what the server pushes;
// each change makes a new state object and calls `changed` with it.
import { Live } from "../shared/live.js";
import { newId } from "../shared/ids.js";
import { lasting } from "../shared/memory.js";
import { LIVE_PATH, Refused, hello, lineOf, postMessage, pushed } from "./api.js";
import { withLine } from "./lines.js";

const KEY = "kefu.chat";
const FRESH = { lines: [], owner: "bot", agent: "", typing: false, connected: true, loading: false, trouble: "" };

export class Conversation {
  constructor(changed) {
    this.changed = changed;
    this.state = FRESH;
    this.queue = Promise.resolve();
  }

  /** Take up the conversation that this browser had, if any. */
  start() {
    this.onOffline = () => this.set({ connected: false });
    this.onOnline = () => { this.set({ connected: true }); this.retryAll(); };
    window.addEventListener("offline", this.onOffline);
    window.addEventListener("online", this.onOnline);
    this.id = lasting.get(KEY) ?? "";
    if (this.id) {
      this.set({ loading: true });
      this.listen();
    }
  }

  stop() {
    window.removeEventListener("offline", this.onOffline);
    window.removeEventListener("online", this.onOnline);
    this.live?.stop();
  }

  /** Leave this conversation behind; the next message begins another. */
  begin() {
    this.live?.stop();
    this.live = null;
    this.id = "";
    this.seq = 0;
    lasting.remove(KEY);
    this.set({ ...FRESH, connected: this.state.connected });
  }

  /** @param title what the customer sees of it when `text` is a button's payload */
  send(text, title = text) {
    const messageId = newId();
    const line = {
      key: messageId, messageId, speaker: "customer", agent: "", text, at: new Date(), state: "sending",
      parts: [{ text: title, buttons: [], citations: [] }],
    };
    this.set({ lines: [...this.state.lines, line] });
    this.enqueue(line);
  }

  retry(key) {
    const line = this.state.lines.find((each) => each.key === key && each.state === "failed");
    if (!line) return;
    this.change(key, { state: "sending" });
    this.enqueue(line);
  }

  retryAll() {
    for (const line of this.state.lines) if (line.state === "failed") this.retry(line.key);
  }

  /** One at a time, so that messages arrive in the order they were written. */
  enqueue(line) {
    this.queue = this.queue.then(() => this.deliver(line));
  }

  async deliver(line) {
    const typing = setTimeout(() => this.set({ typing: this.state.owner === "bot" }), 250);
    try {
      const answer = await postMessage({ id: this.id, text: line.text, messageId: line.messageId, after: this.seq ?? 0 });
      this.change(line.key, { state: "sent" });
      this.adopt(answer.id);
      this.set({ trouble: "", connected: true });
      this.take(answer.lines);
    } catch (error) {
      const trouble = error instanceof Refused ? error.reason : "offline";
      this.change(line.key, { state: "failed" });
      this.set({ trouble, connected: trouble !== "offline" });
    } finally {
      clearTimeout(typing);
      this.set({ typing: false });
    }
  }

  adopt(id) {
    if (id === this.id) return;
    this.id = id;
    lasting.set(KEY, id);
    this.listen();
  }

  listen() {
    this.live?.stop();
    this.live = new Live({
      path: LIVE_PATH,
      hello: () => hello(this.id, this.seq ?? 0),
      onMessage: (message) => this.receive(pushed(message)),
      onState: (connected) => this.lost(connected),
      onRefused: () => this.begin(),
    });
    this.live.start();
  }

  receive({ lines = [], gone = false }) {
    if (gone) return this.begin();
    this.set({ loading: false });
    return this.take(lines);
  }

  /** The socket came or went. A lost socket alone is no notice: messages still go by POST. */
  lost(connected) {
    if (!connected) this.set({ loading: false });
    else if (!this.state.connected) {
      this.set({ connected: true });
      this.retryAll();
    }
  }

  take(lines) {
    const state = lines.reduce(withLine, this.state);
    this.seq = Math.max(this.seq ?? 0, ...lines.map((line) => line.seq ?? 0));
    if (state !== this.state) this.set(state);
  }

  change(key, values) {
    this.set({ lines: this.state.lines.map((line) => (line.key === key ? { ...line, ...values } : line)) });
  }

  set(values) {
    this.state = { ...this.state, ...values };
    this.changed(this.state);
  }
}
