// The little Markdown that answers are written in, as nodes. There is no HTML in it: what looks like a tag is text.
import { html } from "./preact.js";
import { LinkedText, SafeLink } from "./text.js";

const FENCE = /^\s*```/;
const BULLET = /^\s*[-*•]\s+(?=\S)/;
const NUMBER = /^\s*(\d{1,3})[.)、]\s+(?=\S)/;
const HEADING = /^#{1,6}\s+(?=\S)/;
const QUOTE = /^>\s?/;

// The first that matches at a place wins. A sign counts only where it hugs its words: 2 * 3 and snake_case stay.
const INLINE = [
  { kind: "code", sign: /`([^`\n]+)`/u },
  { kind: "link", sign: /!?\[([^\]\n]+)\]\(([^()\s]+)\)/u },
  { kind: "strong", sign: /\*\*(?=\S)([^\n]*?\S)\*\*/u },
  { kind: "em", sign: /(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]*?[^\s*])\*(?![\p{L}\p{N}*])/u },
  { kind: "em", sign: /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*?[^\s_])_(?![\p{L}\p{N}_])/u },
];

/** Text in Markdown; `class` is the block's. */
export function Markdown({ text, class: name = "" }) {
  return html`<div class="markdown ${name}">${blocks(text).map((block) => html`<${Block} ...${block} />`)}</div>`;
}

/** `text` as blocks `{kind, lines, start?}` of the kinds paragraph, bullets, numbers, heading, quote and code. */
export function blocks(text) {
  const found = [];
  let open = null;
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (open?.kind === "code" && !open.closed) {
      if (FENCE.test(line)) open.closed = true;
      else open.lines.push(line);
      continue;
    }
    const next = kindOf(line);
    if (!next) {
      open = null;
      continue;
    }
    if (open?.kind !== next.kind || next.kind === "code" || next.kind === "heading") {
      open = { ...next, lines: [] };
      found.push(open);
    }
    if (next.kind !== "code") open.lines.push(next.line);
  }
  return found;
}

function kindOf(line) {
  if (!line.trim()) return null;
  if (FENCE.test(line)) return { kind: "code" };
  if (HEADING.test(line)) return { kind: "heading", line: line.replace(HEADING, "") };
  if (BULLET.test(line)) return { kind: "bullets", line: line.replace(BULLET, "") };
  const number = NUMBER.exec(line);
  if (number) return { kind: "numbers", start: Number(number[1]), line: line.replace(NUMBER, "") };
  if (QUOTE.test(line)) return { kind: "quote", line: line.replace(QUOTE, "") };
  return { kind: "paragraph", line };
}

function Block({ kind, lines, start }) {
  if (kind === "code") return html`<pre><code>${lines.join("\n")}</code></pre>`;
  if (kind === "bullets") return html`<ul>${lines.map((line) => html`<li>${inline(line)}</li>`)}</ul>`;
  if (kind === "numbers") return html`<ol start=${start}>${lines.map((line) => html`<li>${inline(line)}</li>`)}</ol>`;
  if (kind === "heading") return html`<p><strong>${inline(lines[0])}</strong></p>`;
  const words = lines.map((line, index) => html`${index > 0 && html`<br />`}${inline(line)}`);
  return kind === "quote" ? html`<blockquote>${words}</blockquote>` : html`<p>${words}</p>`;
}

function inline(text) {
  const hit = first(text);
  if (!hit) return html`<${LinkedText} text=${text} />`;
  const { kind, match } = hit;
  return html`<${LinkedText} text=${text.slice(0, match.index)} />${marked(kind, match)}${
    inline(text.slice(match.index + match[0].length))}`;
}

function first(text) {
  const hits = INLINE.map(({ kind, sign }) => ({ kind, match: sign.exec(text) })).filter((hit) => hit.match);
  return hits.sort((one, other) => one.match.index - other.match.index)[0];
}

function marked(kind, match) {
  if (kind === "code") return html`<code>${match[1]}</code>`;
  if (kind === "link") return html`<${SafeLink} href=${match[2]}>${match[1]}<//>`;
  return kind === "strong" ? html`<strong>${inline(match[1])}</strong>` : html`<em>${inline(match[1])}</em>`;
}
