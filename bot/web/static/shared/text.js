// Text from customers, agents and articles. It reaches the page as text nodes only, never as HTML.
import { html } from "./preact.js";

const ADDRESS = /https?:\/\/[^\s<>"'`，。；：！？、（）【】《》“”]+/giu;
const TRAILING = /[.,;:!?'")\]}]+$/u;
const WEB = ["https:", "http:"];
const LINKS = [...WEB, "mailto:"];

/**
 * The address when it is of an allowed kind, http or https by default, else null: `javascript:` and the like never
 * become links.
 *
 * @param base what relative addresses are relative to; without it they are refused
 */
export function safeHref(address, base, kinds = WEB) {
  try {
    const url = new URL(address, base);
    return kinds.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** `text` cut into plain pieces and links: `[{text, href?}]`; the pieces' texts joined are `text` again. */
export function pieces(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, "");
    const href = safeHref(address);
    if (!href) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** A link that opens in a new tab and tells the other site nothing; plain text when the address is neither http(s) nor e-mail. */
export function SafeLink({ href, children, ...rest }) {
  const address = safeHref(href, undefined, LINKS);
  if (!address) return html`<span ...${rest}>${children}</span>`;
  return html`<a ...${rest} href=${address} target="_blank" rel="noopener noreferrer">${children}</a>`;
}

/** Text with its addresses as links; line breaks are kept by CSS (`white-space: pre-wrap`). */
export function LinkedText({ text }) {
  return pieces(text).map((piece) =>
    piece.href ? html`<${SafeLink} href=${piece.href}>${piece.text}<//>` : piece.text);
}
