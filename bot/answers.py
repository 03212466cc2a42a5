"""What the decision's own actions say: a cited answer, a question with choices, a hand-over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialog.decision import Candidate, Decision
from bot.dialog.events import BotUttered, Event, OwnerSet, Shown
from bot.dialog.payloads import payload_text
from bot.dialog.responses import Pick, uttered
from bot.dialog.tracker import Tracker
from bot.reader import Reading
from knowledge.answer import Answer
from knowledge.documents import Passage

CITE_INTENT = "cite"
"""The payload of a button that stands for a passage: `/cite{"passage": "return-policy#1"}`."""


MOST_RELATED = 2
LEAST_RELATED = 0.2
"""An article of a lower probability is no help even as a button."""


def related(reading: Reading | None, cited: Passage, *, language: str) -> tuple[Passage, ...]:
    """Passages of other articles in the customer's language that may be what was meant, the likeliest first."""
    best: dict[str, Passage] = {}
    for passage in reading.retrieved.passages if reading else ():
        if passage.p >= LEAST_RELATED and passage.language == language:
            best.setdefault(passage.document_id, passage)
    best.pop(cited.document_id, None)
    return tuple(best.values())[:MOST_RELATED]


def borne_out_by(reading: Reading | None) -> tuple[Passage, ...]:
    """What else an answer may be worded from: passages that may well answer, the likeliest first."""
    return tuple(one for one in (reading.retrieved.passages if reading else ()) if one.p >= LEAST_RELATED)


def cite(answer: Answer, *, also: Sequence[Passage] = (), now: float) -> tuple[Event, ...]:
    """The answer with where it stands; what was shown is an event of its own.

    `also`, passages of other articles, become buttons below it.
    """
    citations = [
        {"title": one.title, "url": one.url, "document_id": one.document_id, "passage_id": one.passage_id}
        for one in answer.citations
    ]
    buttons = [
        {"title": one.title.split(" › ")[0], "payload": payload_text(CITE_INTENT, {"passage": one.id})}
        for one in also
    ]
    said = BotUttered(
        timestamp=now,
        text=answer.text,
        data={"quick_replies": buttons} if buttons else {},
        metadata={
            "utter_action": "action_cite",
            "citations": citations,
            **({"generated_by": answer.generated_by} if answer.generated_by else {}),
        },
    )
    shown = (Shown(timestamp=now, what="buttons", items=tuple(buttons)),) if buttons else ()
    return said, Shown(timestamp=now, what="citations", items=tuple(citations)), *shown


def clarify(decision: Decision, tracker: Tracker, *, pick: Pick, now: float) -> tuple[Event, ...]:
    """Ask which of the candidates is meant; each choice is a button with an ordinary payload."""
    choices = [{"title": one.title, "payload": choice_payload(one)} for one in decision.chosen]
    question = _said("utter_clarify", tracker, pick=pick, now=now)
    said = BotUttered(
        timestamp=now,
        text=question.text,
        data={**question.data, "buttons": choices},
        metadata={**question.metadata, "utter_action": "action_clarify"},
    )
    return said, Shown(timestamp=now, what="clarification", items=tuple(choices))


def hand_over(decision: Decision | None, tracker: Tracker, *, pick: Pick, now: float) -> tuple[Event, ...]:
    """Say that a person takes over, and put the conversation in their queue."""
    reason = "asked" if decision is None or decision.kind != "hand_over" else "unsure"
    return (
        _said("utter_hand_over", tracker, pick=pick, now=now),
        OwnerSet(timestamp=now, owner="waiting", reason=reason),
    )


def choice_payload(candidate: Candidate) -> str:
    """What a choice's button sends."""
    if candidate.kind == "intent":
        return payload_text(candidate.name)
    return payload_text(CITE_INTENT, {"passage": candidate.name})


def unanswered_candidates(reading: Reading, decision: Decision) -> tuple[Mapping[str, Any], ...]:
    """What came closest, for the person who reads the list of unanswered messages."""
    return tuple(one.as_dict() for one in decision.candidates[:3])


def _said(name: str, tracker: Tracker, *, pick: Pick, now: float) -> BotUttered:
    said = uttered(tracker, name, pick=pick, now=now)
    return said or BotUttered(timestamp=now, text="…", metadata={"utter_action": name})
