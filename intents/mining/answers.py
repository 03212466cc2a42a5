"""What agents answered to the turns of a cluster, and the best of it as drafts of templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.text import detect_language
from intents.mining.problem_turns import ProblemTurn
from intents.mining.vectors import Vectors, unit
from intents.transcripts.conversation import Conversation

_SHORTEST, _LONGEST = 20, 600
_THANKED = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|great|perfect|worked|legend|lovely|awesome)\b|谢|感谢|太好了|靠谱|搞定",
    re.I,
)
_ASKS_FOR = re.compile(
    r"\b(?:(?:order|case|phone|account|customer|card) (?:number|no\.?)|e-?mail|postcode|your name|photos?|which one)\b.*\?|"
    r"\border\??$|(?:please )?provide your|订单号.*(?:[?？吗]|发|给|提供)|请提供|麻烦.*发",
    re.I | re.S,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An agent's turn that followed a problem turn, with the evidence for it.

    Attributes:
        thanked: the customer thanked, or said that it worked, before they stated another problem.
        score: centrality among the cluster's answers (cosine to their mean, -1 to 1), +0.3 when
            thanked, -0.3 when it asks back; it ranks and means nothing by itself.
    """

    text: str
    language: str
    conversation: str
    turn: int
    thanked: bool
    asks_back: bool
    score: float = 0.0


def following_answers(conversation: Conversation, problem: ProblemTurn, *, until: int) -> list[Answer]:
    """The agents' and the bot's turns after the problem and before turn `until` that may answer it.

    The turns that only ask for an order number, or are too short or too long for a template, are left out.
    """
    start = problem.turns[-1] + 1
    turns = list(enumerate(conversation.turns))[start:until]
    found: list[Answer] = []
    for index, turn in turns:
        text = " ".join(turn.text.split())
        if turn.speaker == "customer" or _ASKS_FOR.search(text) or not _fits(text):
            continue
        after = (later.text for place, later in turns if place > index and later.speaker == "customer")
        found.append(
            Answer(
                text=text, language=detect_language(text), conversation=conversation.id, turn=index,
                thanked=any(_THANKED.search(text) for text in after), asks_back=text.endswith(("?", "？")),
            )
        )  # fmt: skip
    return found[:3]


def rank_answers(answers: Sequence[Answer], vectors: Vectors) -> list[Answer]:
    """The answers of one cluster with their scores, best first; `vectors` (n, d) are of unit length."""
    if not answers:
        return []
    centrality = vectors @ unit(vectors.mean(axis=0, keepdims=True))[0]
    scores = [
        float(near) + 0.3 * answer.thanked - 0.3 * answer.asks_back
        for near, answer in zip(centrality, answers, strict=True)
    ]
    order = np.lexsort((np.arange(len(scores)), -np.round(scores, 5)))
    return [replace(answers[index], score=round(scores[index], 3)) for index in order]


def draft_response(ranked: Iterable[Answer]) -> list[Mapping[str, object]]:
    """Rasa response variations: the best answer of each language, the Chinese one under its condition.

    Each says in its metadata which turn it is from, so that a person's words can be found again.
    """
    best: dict[str, Answer] = {}
    for answer in ranked:
        best.setdefault(answer.language, answer)
    variations: list[Mapping[str, object]] = []
    for language in sorted(best):
        answer = best[language]
        variation: dict[str, object] = {"text": answer.text}
        if language != "en":
            variation["condition"] = [{"type": "slot", "name": "language", "value": language}]
        variation["metadata"] = {"conversation": answer.conversation, "turn": answer.turn}
        variations.append(variation)
    return variations


def context_of(conversation: Conversation, problem: ProblemTurn) -> str:
    """What the other side said next, at most two turns: it names the topic even where the customer does not."""
    said: list[str] = []
    for turn in conversation.turns[problem.turns[-1] + 1 :]:
        if turn.speaker == "customer" and len(said) > 1:
            break
        if turn.speaker != "customer":
            said.append(turn.text)
    return " ".join(said[:2])


def _fits(text: str) -> bool:
    han = 2 if detect_language(text) == "zh" else 1
    return _SHORTEST / han <= len(text) <= _LONGEST / han
