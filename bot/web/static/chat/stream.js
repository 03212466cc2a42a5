// What is new in a conversation: pushed over a WebSocket, or asked for again and again where that is blocked.
import { Live } from "../shared/live.js";
import { LIVE_PATH, fetchLines, lineOf } from "./api.js";

const SOCKET_WITHIN_MS = 3000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 20_000;
const UNKNOWN = 4401;
const NOT_THERE = 4404;
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Stream {
  /**
   * @param visitor who we are
   * @param id the conversation's
   * @param after () → the number of the last line that we have
   * @param onLines called with the new lines
   * @param onState called with true when the server was reached and false when it was not
   * @param onWriter called with the name of who writes to the customer just now
   * @param onGone called when there is no such conversation any more
   */
  constructor({ visitor, id, after, onLines, onState, onWriter, onGone }) {
    Object.assign(this, { visitor, id, after, onLines, onState, onWriter, onGone });
    this.pushed = false;
    this.asking = null;
  }

  start() {
    this.wanted = true;
    this.live = new Live({
      path: LIVE_PATH,
      hello: async () => ({ token: (await this.me()).token, conversation_id: this.id, after: this.after() }),
      onMessage: (message) => this.take(message),
      onState: (connected) => this.connected(connected),
      onRefused: (event) => this.refused(event),
    });
    this.live.start();
    this.timer = setTimeout(() => this.ask(), SOCKET_WITHIN_MS);
  }

  stop() {
    this.wanted = false;
    clearTimeout(this.timer);
    clearTimeout(this.again);
    this.asking?.abort();
    this.live.stop();
  }

  /** Let the people there see that something is being written. */
  writing() {
    this.live.send({ typing: true });
  }

  async me() {
    this.shown = await this.visitor.met();
    return this.shown;
  }

  connected(connected) {
    this.pushed = connected;
    clearTimeout(this.timer);
    if (connected) this.asking?.abort();
    else this.timer = setTimeout(() => this.ask(), SOCKET_WITHIN_MS);
    if (connected) this.onState(true);
  }

  refused(event) {
    if (!this.wanted) return;
    if (event.code === NOT_THERE) {
      this.stop();
      this.onGone();
      return;
    }
    // Our token was not taken, or we were too slow to show it: once more, from the beginning.
    if (event.code === UNKNOWN) this.visitor.drop(this.shown?.token);
    this.again = setTimeout(() => this.live.start(), SOCKET_WITHIN_MS);
  }

  take(message) {
    if (message.typing) {
      this.onWriter(message.typing);
      return;
    }
    this.onLines((message.lines ?? []).map(lineOf));
  }

  /** Long polling, until the socket is there. */
  async ask() {
    let wait = FIRST_PAUSE_MS;
    while (this.wanted && !this.pushed && !this.asking) {
      this.asking = new AbortController();
      try {
        this.take(await fetchLines(this.visitor, { id: this.id, after: this.after(), signal: this.asking.signal }));
        this.onState(true);
        wait = FIRST_PAUSE_MS;
      } catch (error) {
        if (error.reason === "gone" && this.wanted) {
          this.stop();
          this.onGone();
          return;
        }
        if (this.wanted && !this.pushed) {
          this.onState(false);
          await pause(wait);
          wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
        }
      } finally {
        this.asking = null;
      }
    }
  }
}
