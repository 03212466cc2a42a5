// Values kept in the browser. Where storage is blocked (private windows, strict settings) they last as long as the page.

function keptIn(area) {
  const fallback = new Map();
  return {
    get(key) {
      try {
        return area().getItem(key) ?? fallback.get(key) ?? null;
      } catch {
        return fallback.get(key) ?? null;
      }
    },
    set(key, value) {
      fallback.set(key, value);
      try {
        area().setItem(key, value);
      } catch { /* kept for this page only */ }
    },
    remove(key) {
      fallback.delete(key);
      try {
        area().removeItem(key);
      } catch { /* was never stored */ }
    },
  };
}

/** Lasts until the customer or agent clears it. */
export const lasting = keptIn(() => window.localStorage);

/** Lasts as long as the tab; secrets belong here. */
export const tabOnly = keptIn(() => window.sessionStorage);
