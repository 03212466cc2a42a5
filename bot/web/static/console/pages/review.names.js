// Names of intents, as people write them and as files take them.

/** What `pattern` lets through: YAML, payloads and addresses have other uses for the signs left out. */
export const INTENT_NAME = "[^\\/\\{\\}\\[\\]\"'#:,\\\\]+";

/** The name that somebody wrote, with spaces joined. */
export function nameOf(written) {
  return written.trim().replace(/\s+/gu, "_");
}
