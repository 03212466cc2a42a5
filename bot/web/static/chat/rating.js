// After a conversation was closed: was it good? Asked once, answered with stars and, for who likes, words.
import { html, useState } from "../shared/preact.js";
import { Icon } from "../shared/icons.js";

const SCORES = [1, 2, 3, 4, 5];
const LONGEST = 1000;

/** @param onRate (score, comment) → a promise */
export function Rating({ t, rated, onRate }) {
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState("");
  const [state, setState] = useState("");
  if (rated) return html`<p class="rating done" role="status">${t("rated")}</p>`;
  const submit = async (event) => {
    event.preventDefault();
    setState("sending");
    await onRate(score, comment.trim()).then(() => setState(""), () => setState("failed"));
  };
  return html`
    <form class="rating" onSubmit=${submit}>
      <fieldset class="stars">
        <legend>${t("rate")}</legend>
        ${SCORES.map((one) => html`
          <label class="star ${one <= score ? "on" : ""}" key=${one}>
            <input class="only-read" type="radio" name="score" value=${one} checked=${one === score} onChange=${() => setScore(one)} />
            <${Icon} name="star" /><span class="only-read">${t("stars", one)}</span>
          </label>`)}
      </fieldset>
      ${score > 0 && html`
        <label class="only-read" for="comment">${t("comment")}</label>
        <textarea id="comment" rows="2" maxlength=${LONGEST} value=${comment} placeholder=${t("comment")}
          onInput=${(event) => setComment(event.target.value)}></textarea>
        <button class="button primary" disabled=${state === "sending"}>${t("sendRating")}</button>`}
      ${state === "failed" && html`<p role="alert" class="file-trouble">${t("serverTrouble")}</p>`}
    </form>`;
}
