// The chat on a page of its own.
import { html, render, useEffect, useState } from "../shared/preact.js";
import { Chat } from "./chat.js";

const NOBODY = () => "";

function App() {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return html`<${Chat} customer=${NOBODY} visible=${visible} />`;
}

render(html`<${App} />`, document.getElementById("app"));
