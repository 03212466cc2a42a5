// Files that a customer sends: which may be chosen, and how one is shown.
import { html, useEffect, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";

export const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];
export const MOST_FILES = 5;

/** The server's limit, in bytes. */
export function largestFile() {
  return Number(document.querySelector('meta[name="kefu-largest-file"]')?.content) || Infinity;
}

/** Those of the files that can be sent, and a key of the wording for why others cannot: `{files, trouble}`. */
export function chosen(files, already) {
  const known = files.filter((file) => TYPES.includes(file.type));
  const fitting = known.filter((file) => file.size > 0 && file.size <= largestFile());
  const kept = fitting.slice(0, MOST_FILES - already);
  if (known.length < files.length) return { files: kept, trouble: "wrongType" };
  if (fitting.length < known.length) return { files: kept, trouble: "tooLarge" };
  return { files: kept, trouble: kept.length < fitting.length ? "tooMany" : "" };
}

export function Chips({ files, t, onRemove }) {
  if (!files.length) return null;
  return html`
    <ul class="chips" aria-label=${t("files")}>
      ${files.map((file) => html`
        <li class="chip" key=${file}>
          <${Icon} name="file" /><span class="chip-name">${file.name}</span>
          <button type="button" class="chip-off" aria-label=${t("removeFile", file.name)} onClick=${() => onRemove(file)}>
            <${Icon} name="close" />
          </button>
        </li>`)}
    </ul>`;
}

/** A file in the conversation; `address` gives where it is to be had. */
export function SentFile({ file, t, address }) {
  const [at, setAt] = useState("");
  const wanted = file.kind === "image";
  useEffect(() => {
    if (!wanted) return undefined;
    let made = "";
    let gone = false;
    address(file).then((found) => {
      made = found;
      if (gone) URL.revokeObjectURL(made);
      else setAt(made);
    }, () => {});
    return () => { gone = true; URL.revokeObjectURL(made); };
  }, [file.id || file.file]);
  const save = async () => {
    const link = Object.assign(document.createElement("a"), { href: await address(file), download: file.name || "file" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  const label = t("saveFile", file.name || t(wanted ? "picture" : "file"));
  return html`
    <button type="button" class="sent-file" aria-label=${label} title=${label} onClick=${() => save().catch(() => {})}>
      ${at ? html`<img class="picture" src=${at} alt=${file.name || t("picture")} />`
        : html`<${Icon} name="file" /><span>${file.name || t("file")}</span>`}
    </button>`;
}
