// Keyboard shortcuts: letters work wherever nothing is being typed, Alt and a number also in the reply box.
import { useEffect, useRef } from "../../../shared/preact.js";

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Calls `deeds[key]` for a key that is pressed; `deeds["alt+1"]` also while something is typed. */
export function useKeys(deeds) {
  const current = useRef(deeds);
  current.current = deeds;
  useEffect(() => {
    const onKey = (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      const digit = /^Digit(\d)$/.exec(event.code)?.[1];
      const name = event.altKey ? `alt+${digit ?? event.key}` : event.key;
      const deed = current.current[name];
      if (!deed || (!event.altKey && isTyping(event.target)) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      deed();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
