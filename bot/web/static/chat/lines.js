// The fold of lines into what is shown.

/** The state with one more line; the same state when it is there already, which resumed connections lead to. */
export function withLine(state, line) {
  if (line.seq && state.lines.some((each) => each.seq === line.seq)) return state;
  if (line.rating) return { ...state, rated: line.rating };
  if (line.speaker === "notice") return withOwner(state, line);
  const mine = line.messageId && state.lines.find((each) => each.messageId === line.messageId);
  if (mine) return withMine(state, mine, line);
  const told = { ...line, parts: named(line, state.lines) };
  return { ...state, lines: inOrder(state.lines, told) };
}

/** The customer's own line came back with its place: it keeps the wording it was shown with. */
function withMine(state, mine, line) {
  const rest = state.lines.filter((each) => each !== mine);
  return { ...state, lines: inOrder(rest, { ...mine, seq: line.seq, state: "sent" }) };
}

function withOwner(state, line) {
  const owner = line.owner;
  const changed = { ...state, owner, agent: line.agent, rated: owner === "closed" ? 0 : state.rated };
  const notice = { waiting: "waiting", person: "joined", closed: "closed" }[owner]
    ?? (state.owner === "bot" ? null : "handedBack");
  if (!notice || (owner === state.owner && line.agent === state.agent)) return changed;
  return { ...changed, lines: inOrder(state.lines, { ...line, notice, parts: [] }) };
}

/** Lines with a place by their place; those still on their way come last. */
function inOrder(lines, line) {
  const at = line.seq ? lines.findIndex((each) => !each.seq || each.seq > line.seq) : -1;
  return at < 0 ? [...lines, line] : [...lines.slice(0, at), line, ...lines.slice(at)];
}

/** A payload that was chosen from buttons is shown by the title that the customer saw. */
function named(line, before) {
  if (line.speaker !== "customer") return line.parts;
  const offered = before.filter((each) => each.speaker === "bot").at(-1)?.parts.flatMap((part) => part.buttons) ?? [];
  const chosen = offered.find((button) => button.payload === line.text);
  return chosen ? [{ ...line.parts[0], text: chosen.title }] : line.parts;
}
