// Talking to the console's API: the session is a cookie, the page proves by a header that it is ours.

/** What the server refused; `status` is 0 where it could not be reached. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param csrf the session's token, from signing in
 * @param onSignedOut called when the server no longer knows the session
 * @returns `call(path, {method, body})` → the parsed answer; `path` is below `api/console/` unless it begins with `api/`
 */
export function makeCall(csrf, onSignedOut) {
  return async (path, { method = "GET", body } = {}) => {
    const headers = {
      ...(method !== "GET" && { "X-CSRF-Token": csrf }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    const address = path.startsWith("api/") ? path : `api/console/${path}`;
    const response = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
      .catch(() => { throw new Refused(0, ""); });
    if (response.ok) return response.status === 204 ? null : response.json();
    if (response.status === 401) onSignedOut();
    const told = await response.json().catch(() => null);
    throw new Refused(response.status, told?.error?.message ?? "");
  };
}
