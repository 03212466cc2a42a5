// What a line of a conversation holds beside its words, as agents and reviewers see it: pictures, files, buttons, cards, sources.
import { html, useState } from "../../shared/preact.js";
import { Icon } from "../../shared/icons.js";
import { SafeLink, safeHref } from "../../shared/text.js";

const PICTURES = ["image", "sticker"];
const PLACE = /^geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/u;

/** What a customer sent: `one` of the attachments of an event, which the server fetches from `address`. */
function Attachment({ t, one, address }) {
  const name = one.name || t.attachmentKinds[one.kind] || one.kind;
  const place = PLACE.exec(one.reference ?? "");
  if (place) {
    const [, latitude, longitude] = place;
    return html`<p><${SafeLink} href=${`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}>${name}<//></p>`;
  }
  if (PICTURES.includes(one.kind)) {
    return html`<a href=${address} download><img class="media" src=${address} alt=${one.name || t.picture} loading="lazy" /></a>`;
  }
  return html`<a class="file" href=${address} download><${Icon} name="file" />${name}</a>`;
}

/** A picture of the assistant's, which opens; the address alone where it does not come. */
function Picture({ t, address }) {
  const [broken, setBroken] = useState(false);
  const href = safeHref(address, document.baseURI);
  if (!href) return html`<p class="hint">${t.picture}</p>`;
  return html`<p><${SafeLink} href=${href}>${broken ? t.picture : html`<img class="media" src=${href} alt=${t.picture} loading="lazy" onError=${() => setBroken(true)} />`}<//></p>`;
}

/** The last part of an address, as people name files. */
function fileName(address) {
  try {
    return decodeURIComponent(new URL(address).pathname.split("/").at(-1));
  } catch {
    return "";
  }
}

/** @param conversation its id; @param item the line, of `transcript` */
export function Parts({ t, conversation, item }) {
  return html`${item.pictures?.map((address) => html`<${Picture} key=${address} t=${t} address=${address} />`)}
    ${item.files?.map((address) => html`<p key=${address}><${SafeLink} class="file" href=${address}><${Icon} name="file" />${fileName(address) || t.attachmentKinds.file}<//></p>`)}
    ${item.attachments?.map((one, n) => html`<${Attachment} key=${n} t=${t} one=${one}
      address=${`api/console/conversations/${encodeURIComponent(conversation)}/media/${item.key}/${n}`} />`)}
    ${item.buttons?.length > 0 && html`<p class="choices">${item.buttons.map((one) => html`<${SafeLink} key=${one.title} href=${one.payload ?? one.url}>${one.title}<//>`)}</p>`}
    ${item.cards?.map((one, n) => html`<div class="card-part" key=${n}><b>${one.title}</b>${one.subtitle && html`<span class="hint">${one.subtitle}</span>`}
      ${one.picture && html`<${Picture} t=${t} address=${one.picture} />`}</div>`)}
    ${item.citations?.map((one) => html`<p class="source" key=${one.passage_id}><${SafeLink} href=${one.url}>${one.title}<//></p>`)}`;
}
