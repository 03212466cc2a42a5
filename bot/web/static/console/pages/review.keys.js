// The review from the keyboard. Keys do nothing while something is being written.

/** A handler of `keydown`. */
export function shortcutsOf({ deeds, decides, items, focus, picked, suggestions, dialog, busy }) {
  const about = (deed) => decides && picked.length > 0 && !busy && deed();
  const keys = {
    j: () => deeds.move(1), ArrowDown: () => deeds.move(1), k: () => deeds.move(-1), ArrowUp: () => deeds.move(-1),
    "]": () => deeds.step(1), "[": () => deeds.step(-1),
    x: () => items[focus] && deeds.toggle(items[focus]), a: () => deeds.all(),
    o: () => about(deeds.outOfScope), d: () => about(deeds.dismiss), n: () => about(() => deeds.dialog({ kind: "intent", name: "" })),
    w: () => about(() => deeds.dialog({ kind: "article" })),
    e: () => decides && items[focus] && deeds.dialog({ kind: "words", item: items[focus] }),
    "/": () => document.getElementById("find-intent")?.focus(),
    u: () => decides && deeds.undo(), "?": () => deeds.dialog({ kind: "help" }),
  };
  for (const [place, intent] of suggestions.entries()) {
    keys[place + 1] = () => about(() => (intent.isNew ? deeds.dialog({ kind: "intent", name: intent.name }) : deeds.assign(intent.name)));
  }
  return (event) => {
    if (dialog || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target)) return;
    if (event.key.startsWith("Arrow") && !event.target.closest?.(".messages, body > #app")) return;
    const deed = keys[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  };
}

function writes(element) {
  return Boolean(element.closest?.("textarea, select, input:not([type=checkbox])"));
}
