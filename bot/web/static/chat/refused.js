const REASONS = { 404: "gone", 413: "tooLarge", 415: "wrongType", 429: "busy" };

/** The server understood and said no. `reason` is a key of the wording; `again` says whether trying again may help. */
export class Refused extends Error {
  constructor(status) {
    super(String(status));
    this.status = status;
    this.reason = REASONS[status] ?? "serverTrouble";
    this.again = status >= 500 || status === 429;
  }
}
