// A WebSocket that comes back: after a pause that grows, and at once when the network or the tab returns.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
const REFUSED = new Set([1008, 4401, 4403, 4404]);

/** The ws(s) address of a path below the page's own. */
export function liveAddress(path) {
  const url = new URL(path, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export class Live {
  /**
   * @param path below the page's address
   * @param hello () → the first message, an object or a promise of one, made anew for each connection so that it resumes
   * @param onMessage called with each message, parsed
   * @param onState called with true when connected and false when not
   * @param onRefused called when the server says that coming back is of no use
   */
  constructor({ path, hello, onMessage, onState, onRefused = () => {} }) {
    Object.assign(this, { path, hello, onMessage, onState, onRefused });
    this.pause = FIRST_PAUSE_MS;
    this.wake = this.wake.bind(this);
  }

  start() {
    this.wanted = true;
    window.addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.open();
  }

  stop() {
    this.wanted = false;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.socket?.close(1000);
    this.socket = null;
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(liveAddress(this.path));
    this.socket = socket;
    socket.onopen = () => this.greet(socket);
    socket.onmessage = (event) => this.onMessage(JSON.parse(event.data));
    socket.onclose = (event) => this.closed(socket, event);
  }

  async greet(socket) {
    try {
      const first = await this.hello();
      if (socket !== this.socket || socket.readyState !== WebSocket.OPEN) return;
      socket.send(JSON.stringify(first));
    } catch {
      socket.close(4000); // we cannot say who we are just now: closed, and tried again
      return;
    }
    this.pause = FIRST_PAUSE_MS;
    this.onState(true);
  }

  closed(socket, event) {
    if (socket !== this.socket || !this.wanted) return;
    this.socket = null;
    this.onState(false);
    if (REFUSED.has(event.code)) {
      this.stop();
      this.onRefused(event);
      return;
    }
    this.timer = setTimeout(() => this.open(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  wake() {
    if (this.wanted && !this.socket && document.visibilityState === "visible") this.open();
  }
}
