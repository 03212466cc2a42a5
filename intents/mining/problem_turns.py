"""The turns in which a customer states what they want, out of all that customers write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from encoders.text import HAN, detect_language
from intents.mining.cues import Cues, content, cues_of, is_helpless, values_out, without_closing
from intents.transcripts.conversation import Conversation

FRAGMENT = 3
"""A turn of less content than this is joined to its neighbour where it can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemTurn:
    """What a customer wants, in their words.

    Attributes:
        id: the conversation's, or the utterance's where there is no conversation.
        turn: the index (from 0) of the turn that says most of it; None for a bare utterance.
        turns: the indices of all turns that were joined into `text`.
        reason: why it was taken: `opening`, `another subject`, `request`, `question`, `trouble`, `alike` (it reads
            like the others of its history), `given`.
    """

    id: str
    turn: int | None
    turns: tuple[int, ...]
    text: str
    language: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Customer turns in a row that say one thing, or a bare utterance (no `turns`).

    Attributes:
        asked: the other side had just asked something.
        reason: why it is a problem turn by its words and its place, or "" where they say it is none.
    """

    id: str
    turns: tuple[int, ...]
    texts: tuple[str, ...]
    language: str
    asked: bool
    reason: str = ""

    @property
    def text(self) -> str:
        space = "，" if self.language == "zh" else " "
        return space.join(text.strip() for text in self.texts) if self.turns else self.texts[0]

    def as_problem(self) -> ProblemTurn:
        """The statement as a problem turn; the turn that says most stands for it."""
        sizes = [content(text, self.language) for text in self.texts]
        return ProblemTurn(
            id=self.id, turn=self.turns[sizes.index(max(sizes))] if self.turns else None, turns=self.turns,
            text=self.text, language=self.language, reason=self.reason,
        )  # fmt: skip


def problem_turns(conversation: Conversation) -> list[ProblemTurn]:
    """The problem turns of one (redacted) conversation by themselves, in order; none where nothing is stated.

    `intents.mining.evidence` weighs them against the rest of the history.
    """
    return [statement.as_problem() for statement in statements(conversation) if statement.reason]


def statements(conversation: Conversation) -> list[Statement]:
    """Everything that the customer of one (redacted) conversation says, in order, greetings and thanks aside."""
    found: list[Statement] = []
    for statement in _statements(conversation):
        first = not any(one.reason for one in found)
        found.append(replace(statement, reason=_reason(statement, first=first)))
    return found


def _statements(conversation: Conversation) -> Iterator[Statement]:
    """Blocks of customer turns between the other side's, cut where a turn stands on its own.

    Where the other side is missing altogether every turn is a block: we cannot know what was in between.
    """
    turns = list(enumerate(conversation.turns))
    one_sided = all(turn.speaker == "customer" for _, turn in turns)
    asked = False
    for (customer, _), block in groupby(turns, lambda t: (t[1].speaker == "customer", one_sided and t[0])):
        members = [(index, turn.text) for index, turn in block]
        if customer:
            for indices, texts in _joined(members):
                language = detect_language(" ".join(texts))
                yield Statement(
                    id=conversation.id, turns=indices, texts=texts, language=language, asked=asked
                )
        else:
            asked = bool(re.search(r"[?？]", members[-1][1]))


def _joined(block: list[tuple[int, str]]) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
    """The block's statements: fragments go with what follows, or else with what was before."""
    groups: list[list[tuple[int, str]]] = [[]]
    size = 0
    for index, text in block:
        language = detect_language(text)
        own = content(text, language)
        if size >= FRAGMENT and (own >= FRAGMENT or cues_of(language).another.search(text.lower())):
            groups.append([])
            size = 0
        if own or not _is_polite(text, language):
            groups[-1].append((index, text))
            size += own
    for group in groups:
        if group:
            indices, texts = zip(*group, strict=True)
            yield indices, texts


def _is_polite(text: str, language: str) -> bool:
    """Whether nothing but greetings, thanks and the like is left of it."""
    left = cues_of(language).polite.sub(" ", values_out(text.lower()))
    return not re.search(r"[^\W_]", left)


def _reason(statement: Statement, *, first: bool) -> str:
    """Why the statement is a problem turn, or "" when it is none."""
    text = without_closing(statement.text.lower().strip(), statement.language)
    cues = cues_of(statement.language)
    size = content(text, statement.language)
    if is_helpless(text, statement.language):
        return ""
    kind = _kind(text, cues)
    if cues.giving.search(text) and not (kind and size >= FRAGMENT + 1):
        return ""
    if first:
        return "opening" if size > FRAGMENT or (kind and size >= 1) else ""
    if cues.another.search(text) and kind and size >= 2:
        return "another subject"
    if _needs_context(text, cues, statement) or size < FRAGMENT:
        return ""
    return kind


def _kind(text: str, cues: Cues) -> str:
    if cues.request.search(text):
        return "request"
    if cues.trouble.search(text):
        return "trouble"
    return "question" if cues.question.search(text) else ""


def _needs_context(text: str, cues: Cues, statement: Statement) -> bool:
    """Whether it answers the other side, or goes on about what was said before."""
    opening = cues.polite.sub(" ", text).lstrip(" ,.!~，。！…") if not HAN.search(text) else text
    if cues.follows.search(opening):
        return True
    return statement.asked and not (cues.request.search(text) and cues.question.search(text))
