// Who we are to the server: a token for a quarter of an hour, and one that gets the next.
import { lasting } from "../shared/memory.js";
import { Refused } from "./refused.js";

const KEY = "kefu.visitor";
const EARLY_MS = 30_000;
const FORGET = new Set([400, 401]);

export class Visitor {
  /** @param customer () → what the shop signed about its customer, or "" */
  constructor(customer = () => "") {
    this.customer = customer;
    this.renewal = "";
    this.me = null;
  }

  /** Whether the server has met us before, or the shop vouches for us; everybody else is met when they first write. */
  isKnown() {
    return Boolean(this.customer() || lasting.get(KEY));
  }

  /** Who we are: `{visitor, token, conversationId, until}`, met or renewed where that is needed. */
  met() {
    if (this.me && this.me.until - EARLY_MS > Date.now()) return Promise.resolve(this.me);
    this.meeting ??= this.meet().finally(() => { this.meeting = null; });
    return this.meeting;
  }

  /** The server no longer takes this token. */
  drop(token) {
    if (this.me?.token === token) this.me = null;
  }

  async meet() {
    for (const given of this.papers()) {
      const response = await fetch("api/chat/visitor", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(given),
      });
      if (response.ok) return this.know(await response.json(), given);
      if (!FORGET.has(response.status)) throw new Refused(response.status);
    }
    throw new Refused(401);
  }

  /** What we can show, the best first. A customer's renewal ends with the page: the next may be somebody else. */
  *papers() {
    if (this.renewal) yield { renewal: this.renewal };
    if (this.customer()) yield { customer: this.customer() };
    else if (lasting.get(KEY)) yield { renewal: lasting.get(KEY) };
    yield {};
  }

  know(answer, given) {
    const vouched = Boolean(given.customer) || (given.renewal && given.renewal === this.renewal);
    if (vouched) this.renewal = answer.renewal;
    else lasting.set(KEY, answer.renewal);
    this.me = {
      visitor: answer.visitor,
      token: answer.token,
      conversationId: answer.conversation_id,
      until: Date.now() + answer.expires_in * 1000,
    };
    return this.me;
  }
}
