// The chat inside the frame that `widget.js` opens. It listens to the page around it only where that page's origin is
// one of those that the server named, and answers that origin and no other.
import { html, render, useEffect, useState } from "../shared/preact.js";
import { accents } from "../shared/colour.js";
import { Chat } from "../chat/chat.js";

const LONGEST = 300;
const allowed = new Set([
  location.origin,
  ...document.querySelector('meta[name="kefu-origins"]').content.split(" ").filter(Boolean),
]);
const dark = window.matchMedia("(prefers-color-scheme: dark)");

const around = { origin: "", settings: null, customer: "", open: false, changed: () => {} };

function tell(message) {
  if (around.origin) window.parent.postMessage(message, around.origin);
}

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || window.parent === window || !allowed.has(event.origin)) return;
  const { kefu, settings, customer } = event.data ?? {};
  if (kefu === "hello") {
    Object.assign(around, { origin: event.origin, settings: clean(settings), customer: text(customer, 4000) });
    tell({ kefu: "ready" });
  } else if (kefu === "open" || kefu === "closed") {
    around.open = kefu === "open";
  } else {
    return;
  }
  around.changed();
});

const text = (value, longest = LONGEST) => (typeof value === "string" ? value.slice(0, longest) : "");

function clean(settings) {
  const { assistant, colour, language, greeting } = settings ?? {};
  return { assistant: text(assistant), colour: text(colour), language: text(language), greeting: text(greeting) };
}

function paint() {
  const root = document.documentElement.style;
  const found = accents(around.settings?.colour ?? "", dark.matches ? "dark" : "light");
  for (const [name, value] of Object.entries(found)) root.setProperty(name, value);
}

function App() {
  const [, again] = useState(0);
  useEffect(() => {
    around.changed = () => again((count) => count + 1);
    around.changed();
    dark.addEventListener("change", paint);
    const leave = (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) tell({ kefu: "close" }); };
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, []);
  useEffect(paint, [around.settings]);
  if (!around.settings) return null;
  return html`
    <${Chat} settings=${around.settings} customer=${() => around.customer} visible=${around.open}
      onClose=${() => tell({ kefu: "close" })} onUnread=${(count, id) => tell({ kefu: "unread", count, begun: Boolean(id) })} />`;
}

render(html`<${App} />`, document.getElementById("app"));
