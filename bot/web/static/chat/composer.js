// The box to write in. Enter sends, except while an input method is still composing (Chinese, Japanese, Korean).
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";

const LONGEST = 4000;
const TALLEST_PX = 160;

/** Whether this key press belongs to an input method that is choosing characters. Safari says so by key code only. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function Composer({ t, onSend, focusKey }) {
  const [text, setText] = useState("");
  const box = useRef(null);

  useLayoutEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(box.current.scrollHeight, TALLEST_PX)}px`;
  }, [text]);
  useEffect(() => {
    if (window.matchMedia("(hover: hover)").matches) box.current.focus();
  }, [focusKey]);

  const submit = () => {
    if (!text.trim()) return;
    onSend(text.trim());
    setText("");
    box.current.focus();
  };
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    submit();
  };
  return html`
    <form class="composer" onSubmit=${(event) => { event.preventDefault(); submit(); }}>
      <label class="only-read" for="message">${t("message")}</label>
      <textarea id="message" ref=${box} rows="1" maxlength=${LONGEST} value=${text} placeholder=${t("placeholder")}
        aria-describedby="keys" enterkeyhint="send" autocomplete="off"
        onInput=${(event) => setText(event.target.value)} onKeyDown=${onKeyDown}></textarea>
      <button class="send" type="submit" aria-label=${t("send")} title=${t("send")} disabled=${!text.trim()}>
        <${Icon} name="send" />
      </button>
      <p id="keys" class="keys">${t("keys")}</p>
    </form>`;
}
