// The review: messages that wait for a decision, the project's articles, and the history of what was decided.
import { html } from "../../shared/preact.js";
import { addressOf } from "../route.js";
import { Articles } from "./review.articles.js";
import { History } from "./review.history.js";
import { Queue } from "./review.queue.js";
import { STRINGS } from "./review.strings.js";

const PARTS = { queue: Queue, articles: Articles, history: History };

function Review(props) {
  const { t, route } = props;
  const part = route.parts[0] in PARTS ? route.parts[0] : "queue";
  return html`<div class="review">
    <nav class="parts" aria-label=${t.parts}>${Object.keys(PARTS).map((name) => html`<a key=${name}
      href=${addressOf("review", name)} aria-current=${name === part ? "page" : undefined}>${t[name]}</a>`)}</nav>
    <${PARTS[part]} ...${props} rest=${route.parts.slice(1)} />
  </div>`;
}

export const page = { name: "review", role: "agent", strings: STRINGS, title: (t) => t.review, Page: Review };
