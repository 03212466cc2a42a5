"""Drafts of responses: what agents say again and again, by intent, with the evidence for each."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from encoders.text import detect_language
from intents.mining.answers import Answer
from intents.mining.slots import slot_name
from intents.mining.templates import Template, find_templates
from intents.mining.variables import generalised
from intents.mining.words import words

Kind = Literal["answer", "question"]

_ASKED_OFTEN = 0.2
"""A question that agents ask in this share of an intent's cases is suggested as a slot."""

_MOST_SOURCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A response to review.

    Attributes:
        name: as in domain.yml, `utter_…`.
        intent: the intent that more than half of its uses belong to, or "" where it is said everywhere.
        values: variable → its most frequent fillings.
        uses: how often it was said; `conversations` in how many; `thanked` and `worked` how often with success.
        score: (worked + 1) / (uses + 2), the rule of succession, times the logarithm of its uses.
        sources: (conversation, turn) of a few of the uses, those that worked first.
        members: the indices of all uses among the agents' turns.
        slot: what a question asks for; "" for an answer, and for a question that wants yes or no.
    """

    name: str
    intent: str
    kind: Kind
    language: str
    text: str
    values: Mapping[str, Sequence[str]]
    uses: int
    conversations: int
    thanked: int
    worked: int
    score: float
    sources: tuple[tuple[str, int], ...]
    members: tuple[int, ...] = ()
    slot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSuggestion:
    """A slot for an intent's form: asked in `share` of its cases; `response` is the draft that asks."""

    slot: str
    response: str
    share: float


def settle_answers(
    answers: Sequence[Answer], intents: Sequence[str | None], ids: Sequence[str]
) -> list[Answer]:
    """The answers with `worked` taken back where the same problem is stated again later in the conversation.

    Args:
        intents: of each problem turn, None for one that is held back.
        ids: the conversation of each problem turn.
    """
    last: dict[tuple[str, str | None], int] = {
        (ids[index], intent): index for index, intent in enumerate(intents) if intent
    }
    return [replace(answer, worked=answer.worked and not _again(answer, intents, last)) for answer in answers]


def _again(answer: Answer, intents: Sequence[str | None], last: Mapping[tuple[str, str | None], int]) -> bool:
    if answer.problem < 0:
        return False
    return last.get((answer.conversation, intents[answer.problem]), -1) > answer.problem


def draft_responses(
    answers: Sequence[Answer], intents: Sequence[str | None], best: Mapping[str, Sequence[Answer]]
) -> list[Draft]:
    """Drafts from all agents' turns, by intent and then by score.

    What is said again and again becomes a template. An intent that no answer of this kind belongs to, in a
    language, has the best single answer instead: `best`, intent → its answers, best first.
    """
    least = 3 if len(answers) < 1000 else 5
    templates = find_templates([answer.text for answer in answers], least=least)
    drafts = [_draft(template, [answers[i] for i in template.members], intents) for template in templates]
    drafts = [draft for draft in drafts if draft.conversations >= least]
    answered = {(draft.intent, draft.language) for draft in drafts if draft.kind == "answer"}
    for intent, ranked in best.items():
        for language in sorted({answer.language for answer in ranked}):
            if (intent, language) not in answered:
                drafts.append(_single(intent, [one for one in ranked if one.language == language]))
    order = {intent: place for place, intent in enumerate(best)}
    drafts.sort(key=lambda one: (order.get(one.intent, len(order)), one.kind, -one.score, one.text))
    return _named(drafts)


def slot_suggestions(
    intent: str, drafts: Sequence[Draft], answers: Sequence[Answer], intents: Sequence[str | None]
) -> list[SlotSuggestion]:
    """What agents ask in many of the intent's cases, in the order in which they ask it."""
    cases = sum(one == intent for one in intents)
    asked: defaultdict[str, dict[int, int]] = defaultdict(dict)
    names: dict[str, str] = {}
    for draft in drafts:
        for answer in (answers[member] for member in draft.members if draft.slot):
            if answer.problem >= 0 and intents[answer.problem] == intent:
                asked[draft.slot].setdefault(answer.problem, answer.turn)
                names.setdefault(draft.slot, draft.name)
    often = {slot: turns for slot, turns in asked.items() if len(turns) >= max(2, _ASKED_OFTEN * cases)}
    first = {slot: sum(turns.values()) / len(turns) for slot, turns in often.items()}
    return [
        SlotSuggestion(slot=slot, response=names[slot], share=round(len(often[slot]) / cases, 3))
        for slot in sorted(often, key=lambda slot: (first[slot], slot))
    ]


def response_document(drafts: Iterable[Draft]) -> dict[str, Any]:
    """The drafts as `responses:` of a domain; a Chinese text stands under its condition on the slot `language`.

    Each says in its metadata where it is from and how it fared, so that a person's words can be found again.
    """
    responses: dict[str, list[dict[str, Any]]] = {}
    for draft in drafts:
        variation: dict[str, Any] = {"text": draft.text}
        if draft.language != "en":
            variation["condition"] = [{"type": "slot", "name": "language", "value": draft.language}]
        conversation, turn = draft.sources[0]
        variation["metadata"] = {
            "conversation": conversation, "turn": turn, "uses": draft.uses, "worked": draft.worked,
        }  # fmt: skip
        responses.setdefault(draft.name, []).append(variation)
    return {"version": "3.1", "responses": responses}


def _draft(template: Template, uses: Sequence[Answer], intents: Sequence[str | None]) -> Draft:
    known = Counter(intent for one in uses if one.problem >= 0 and (intent := intents[one.problem]))
    intent, count = known.most_common(1)[0] if known else ("", 0)
    kind: Kind = "question" if 2 * sum(one.asks_back for one in uses) > len(uses) else "answer"
    language = detect_language(template.text)
    replies = [one.reply for one in uses if one.reply]
    slot = slot_name(template.text, replies, language) if kind == "question" else ""
    return _with_evidence(
        Draft(
            name="", intent=intent if 2 * count > len(uses) else "", kind=kind, language=language,
            text=template.text, values=template.values, uses=0, conversations=0, thanked=0, worked=0, score=0.0,
            sources=(), members=template.members, slot=slot,
        ),
        uses,
    )  # fmt: skip


def _single(intent: str, ranked: Sequence[Answer]) -> Draft:
    chosen = next((one for one in ranked if not one.asks_back), ranked[0])
    return _with_evidence(
        Draft(
            name="", intent=intent, kind="answer", language=chosen.language, text=generalised(chosen.text), values={},
            uses=0, conversations=0, thanked=0, worked=0, score=0.0, sources=(),
        ),
        [chosen],
    )  # fmt: skip


def _with_evidence(draft: Draft, uses: Sequence[Answer]) -> Draft:
    worked = sum(one.worked for one in uses)
    best = sorted(uses, key=lambda one: not one.worked)[:_MOST_SOURCES]
    return replace(
        draft, uses=len(uses), conversations=len({one.conversation for one in uses}),
        thanked=sum(one.thanked for one in uses), worked=worked,
        score=round((worked + 1) / (len(uses) + 2) * math.log1p(len(uses)), 4),
        sources=tuple((one.conversation, one.turn) for one in best),
    )  # fmt: skip


def _named(drafts: Sequence[Draft]) -> list[Draft]:
    """`utter_<intent>` for an intent's best answer in each language, `utter_ask_…_<slot>` for what is asked.

    Questions for the same slot are variations of one response; further answers get a number.
    """
    taken: set[tuple[str, str]] = set()
    named: list[Draft] = []
    for draft in drafts:
        base = _base_name(draft)
        numbers = (base if number == 1 else f"{base}_{number}" for number in range(1, len(drafts) + 2))
        name = next(one for one in numbers if draft.slot or (one, draft.language) not in taken)
        taken.add((name, draft.language))
        named.append(replace(draft, name=name))
    return named


def _base_name(draft: Draft) -> str:
    if draft.slot:
        return f"utter_ask_{draft.intent}_{draft.slot}" if draft.intent else f"utter_ask_{draft.slot}"
    if draft.intent:
        return f"utter_{draft.intent}_confirm" if draft.kind == "question" else f"utter_{draft.intent}"
    joint = "" if draft.language == "zh" else "_"
    return f"utter_{joint.join(word.text for word in words(draft.text, draft.language)[:3]) or 'say'}"
