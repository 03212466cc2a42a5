// The box to write in. Enter sends, except while an input method is still composing (Chinese, Japanese, Korean).
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";
import { Chips, TYPES, chosen } from "./files.js";

const LONGEST = 4000;
const TALLEST_PX = 160;

/** Whether this key press belongs to an input method that is choosing characters. Safari says so by key code only. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function Composer({ t, onSend, onWriting, focusKey }) {
  const [text, setText] = useState("");
  const [files, setFiles] = useState([]);
  const [trouble, setTrouble] = useState("");
  const box = useRef(null);

  useLayoutEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(box.current.scrollHeight, TALLEST_PX)}px`;
  }, [text]);
  useEffect(() => {
    if (focusKey && window.matchMedia("(hover: hover)").matches) box.current.focus();
  }, [focusKey]);

  const add = (given) => {
    const some = chosen([...given], files.length);
    setFiles([...files, ...some.files]);
    setTrouble(some.trouble);
    box.current.focus();
  };
  const submit = () => {
    if (!text.trim() && !files.length) return;
    onSend(text.trim(), files);
    setText("");
    setFiles([]);
    setTrouble("");
    box.current.focus();
  };
  const onInput = (event) => {
    setText(event.target.value);
    if (event.target.value.trim()) onWriting();
  };
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    submit();
  };
  const onPaste = (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    add(event.clipboardData.files);
  };
  const onDrop = (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  };
  return html`
    <form class="composer" onSubmit=${(event) => { event.preventDefault(); submit(); }}
      onDragOver=${(event) => event.preventDefault()} onDrop=${onDrop}>
      <${Chips} files=${files} t=${t} onRemove=${(file) => setFiles(files.filter((each) => each !== file))} />
      <p role="alert" class="file-trouble" hidden=${!trouble}>${trouble && t(trouble)}</p>
      <${Clip} t=${t} onFiles=${add} />
      <label class="only-read" for="message">${t("message")}</label>
      <textarea id="message" ref=${box} rows="1" maxlength=${LONGEST} value=${text} placeholder=${t("placeholder")}
        aria-describedby="keys" enterkeyhint="send" autocomplete="off"
        onInput=${onInput} onKeyDown=${onKeyDown} onPaste=${onPaste}></textarea>
      <button class="send" type="submit" aria-label=${t("send")} title=${t("send")} disabled=${!text.trim() && !files.length}>
        <${Icon} name="send" />
      </button>
      <p id="keys" class="keys">${t("keys")}</p>
    </form>`;
}

function Clip({ t, onFiles }) {
  const input = useRef(null);
  const onChange = () => {
    onFiles(input.current.files);
    input.current.value = "";
  };
  return html`
    <button type="button" class="icon-button clip" aria-label=${t("attach")} title=${t("attach")}
      onClick=${() => input.current.click()}><${Icon} name="clip" /></button>
    <input ref=${input} type="file" hidden multiple accept=${TYPES.join(",")} onChange=${onChange} />`;
}
