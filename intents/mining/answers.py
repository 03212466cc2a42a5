"""What agents answered to the problem turns of an intent, and the evidence that it worked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from encoders.text import HAN, detect_language
from intents.mining.problem_turns import ProblemTurn
from intents.mining.vectors import Vectors, unit
from intents.transcripts.conversation import Conversation, Turn

SHORTEST, LONGEST = 20, 600
"""Characters of an answer that may become a template; of Chinese, half as many."""

_PER_PROBLEM = 3
_THANKED = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|great|perfect|worked|works|legend|lovely|awesome|brilliant|solved)\b|"
    r"谢|感谢|太好了|靠谱|搞定|解决了|好了|可以了",
    re.I,
)
_UNHAPPY = re.compile(
    r"\b(?:not? (?:help|work)\w*|useless|still (?:not|doesn'?t|no)|doesn'?t (?:help|work)|didn'?t (?:help|work)|ridiculous)\b|"
    r"没用|不行|还是(?:没|不)|不管用",
    re.I,
)
_ASKS = re.compile(
    r"[?？吗呢]$|^(?:please )?(?:provide|enter|tell me|send me|give me)\b|^(?:麻烦|请)?(?:您)?(?:提供|发|告诉|说)",
    re.I,
)
_ASKS_FOR = re.compile(
    r"\b(?:(?:order|case|phone|account|customer|card) (?:number|no\.?)|e-?mail|postcode|your name|photos?|which one)\b.*\?|"
    r"\border\??$|(?:please )?provide your|订单号.*(?:[?？吗]|发|给|提供)|请提供|麻烦.*发",
    re.I | re.S,
)  # fmt: skip
_OWN_NAME = re.compile(r"[^.!?。！？~～]*\{agent_name(?:_\d+)?\}[^.!?。！？~～]*[.!?。！？~～]*\s*")
_LONG, _LONG_CHINESE = 70, 30  # characters of a sentence that says more than who speaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An agent's turn that followed a problem turn, with the evidence for it.

    Attributes:
        turn: its index in the conversation.
        problem: the index of the problem turn that it followed, or -1 where none was before it.
        thanked: the customer thanked, or said that it worked, before they stated another problem.
        worked: thanked, or the conversation was resolved; and neither did the customer say that it was no use, nor
            state the same problem again later.
        reply: what the customer said right after it.
        score: centrality among the intent's answers (cosine to their mean, -1 to 1), +0.3 when it worked, -0.3
            when it asks back; it ranks and means nothing by itself.
    """

    text: str
    language: str
    conversation: str
    turn: int
    problem: int = -1
    thanked: bool = False
    worked: bool = False
    asks_back: bool = False
    reply: str = ""
    score: float = 0.0


def agents_turns(conversations: Mapping[str, Conversation], problems: Sequence[ProblemTurn]) -> list[Answer]:
    """All turns of agents and bots that say something, with the problem turn that each belongs to.

    `worked` is not known yet where the same problem may come again: `intents.mining.responses` looks.
    """
    of: defaultdict[str, list[int]] = defaultdict(list)
    for index, problem in enumerate(problems):
        of[problem.id].append(index)
    return [
        answer
        for conversation in conversations.values()
        for answer in _of_conversation(
            conversation, [(i, problems[i].turns[-1]) for i in of[conversation.id]]
        )
    ]


def _of_conversation(conversation: Conversation, problems: Sequence[tuple[int, int]]) -> Iterable[Answer]:
    """`problems`: (index among the problem turns, its last turn), in order."""
    resolved = str(conversation.metadata.get("status", "")).lower() in {"resolved", "solved", "closed"}
    bounds = [(-1, -1), *problems, (-1, len(conversation.turns))]
    for (problem, start), (_, end) in pairwise(bounds):
        span = list(enumerate(conversation.turns))[start + 1 : end]
        for place, (index, turn) in enumerate(span):
            text = without_own_name(" ".join(turn.text.split()))
            if turn.speaker != "customer" and text:
                yield _answer(
                    text, conversation.id, index, problem, [one for _, one in span[place + 1 :]], resolved
                )


def without_own_name(text: str) -> str:
    """The answer without the sentence in which an agent says who they are, if it says anything else.

    A sentence that goes on for long says more than a name, and stays.
    """
    kept = _OWN_NAME.sub(lambda match: match[0] if _is_long(match[0]) else "", text).strip()
    return kept if re.search(r"[^\W_]", kept) else text


def _is_long(sentence: str) -> bool:
    return len(sentence) > (_LONG_CHINESE if HAN.search(sentence) else _LONG)


def _answer(
    text: str, conversation: str, turn: int, problem: int, later: Sequence[Turn], resolved: bool
) -> Answer:
    replies = [one.text for one in later if one.speaker == "customer"]
    thanked = any(_THANKED.search(reply) for reply in replies)
    unhappy = any(_UNHAPPY.search(reply) for reply in replies)
    return Answer(
        text=text, language=detect_language(text), conversation=conversation, turn=turn, problem=problem,
        thanked=thanked, worked=(thanked or resolved) and not unhappy,
        asks_back=bool(_ASKS.search(text)), reply=replies[0] if replies else "",
    )  # fmt: skip


def may_answer(answers: Iterable[Answer]) -> list[Answer]:
    """Of one problem's answers those that may be one, at most three: they do not only ask for an order number, and
    are neither too short nor too long for a template."""
    fitting = [one for one in answers if not _ASKS_FOR.search(one.text) and _fits(one.text)]
    return fitting[:_PER_PROBLEM]


def rank_answers(answers: Sequence[Answer], vectors: Vectors) -> list[Answer]:
    """The answers of one intent with their scores, best first; `vectors` (n, d) are of unit length."""
    if not answers:
        return []
    centrality = vectors @ unit(vectors.mean(axis=0, keepdims=True))[0]
    scores = [
        float(near) + 0.3 * answer.worked - 0.3 * answer.asks_back
        for near, answer in zip(centrality, answers, strict=True)
    ]
    order = np.lexsort((np.arange(len(scores)), -np.round(scores, 5)))
    return [replace(answers[index], score=round(scores[index], 3)) for index in order]


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
    return SHORTEST / han <= len(text) <= LONGEST / han
