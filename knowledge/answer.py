"""An answer in the article's own words: the sentences of a passage that answer, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from encoders.text import detect_language
from knowledge.documents import Passage
from knowledge.sentences import sentences
from knowledge.tokens import words

MOST_SENTENCES = 4
MOST_CHARACTERS = 500
SHORT = 350
"""A passage of fewer characters is quoted from its beginning."""
_ENDS = tuple(".!?…。！？；")
"""A piece that ends otherwise is a heading or an item: it stands on a line of its own."""
_ITEM = re.compile(r"\s*(?:[-•*]|\d{1,2}[.)、])\s*")
_ASKS_AMOUNT = re.compile(
    r"\b(?:how (?:long|much|many|often|soon|late|old|far|big)|when|what time|which day|until)\b"
    r"|多久|多少|几[天个次小周月年点]|什么时候|何时|多长|多大"
)
_AMOUNT = re.compile(
    r"\d|[一二三四五六七八九十百千半两]\s*(?:天|个|小时|分钟|周|月|年|点|元|次)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|daily|weekly|free|never|always)\b"
)
_FRAME = {"en": "From “{title}”: ", "zh": "摘自《{title}》："}
_FOREIGN = {
    "en": "I only have this in another language. From “{title}”: ",
    "zh": "这篇帮助文章暂时没有中文版，原文如下。摘自《{title}》：",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an answer was quoted from."""

    title: str
    url: str
    document_id: str
    passage_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say, and its sources.

    Attributes:
        quotes: the sentences in the passage's own words, in its order.
        foreign: the article is in another language than the customer's.
        generated_by: the language model that worded it; empty where the words are the article's.
    """

    text: str
    citations: tuple[Source, ...]
    quotes: tuple[str, ...] = ()
    foreign: bool = False
    generated_by: str = ""


def extract_answer(question: str, passage: Passage, *, language: str) -> Answer:
    """The passage's sentences from the one that answers on, framed in `language`.

    They stay neighbours and in order; a short passage is quoted from its beginning.
    """
    quotes = _chosen(sentences(passage.text), question)
    foreign = bool(passage.language) and passage.language != language
    title = passage.title.split(" › ")[0]
    frame = (_FOREIGN if foreign else _FRAME).get(language, _FRAME["en"]).format(title=title)
    source = Source(title=title, url=passage.url, document_id=passage.document_id, passage_id=passage.id)
    return Answer(text=frame + _joined(quotes), citations=(source,), quotes=tuple(quotes), foreign=foreign)


def _chosen(every: list[str], question: str) -> list[str]:
    """At most `MOST_SENTENCES` neighbours from the sentence that answers on; all of what is short."""
    if sum(map(len, every)) <= MOST_CHARACTERS:
        return every[_start(every, question) :] if sum(map(len, every)) > SHORT else every
    chosen: list[str] = []
    for sentence in every[_start(every, question) :][:MOST_SENTENCES]:
        if chosen and sum(map(len, chosen)) + len(sentence) > MOST_CHARACTERS:
            break
        chosen.append(sentence)
    return chosen


def _start(every: Sequence[str], question: str) -> int:
    """Where the answer begins: at the best sentence, or at what introduces it when it is an item of a list.

    Nothing before it is left out where that shares as many words with the question.
    """
    asked = set(words(question))
    amount = bool(_ASKS_AMOUNT.search(question.lower()))
    scores = [_score(sentence, asked, amount=amount) for sentence in every]
    best = max(range(len(every)), key=lambda place: (scores[place], -place))
    start = best
    while start > 0 and (
        _is_item(every[start]) or _is_heading(every[start - 1]) or scores[start - 1] >= scores[best]
    ):
        start -= 1
    lead = every[start:best]
    return start if len(lead) < MOST_SENTENCES and sum(map(len, lead)) <= MOST_CHARACTERS / 2 else best


def _score(sentence: str, asked: set[str], *, amount: bool) -> float:
    """How much a sentence answers: shared words, an amount where one is asked for; items and headings only help."""
    shared = float(len(asked & set(words(sentence))))
    if amount and _AMOUNT.search(sentence.lower()):
        shared += 1.0
    if _is_item(sentence) or _is_heading(sentence):
        shared *= 0.6
    return shared


def _is_item(sentence: str) -> bool:
    return bool(_ITEM.match(sentence))


def _is_heading(sentence: str) -> bool:
    return not sentence.endswith((*_ENDS, ":", "：")) and not _is_item(sentence)


def _joined(chosen: Sequence[str]) -> str:
    """Sentences as running text; headings, items of lists and rows of tables on lines of their own."""
    text = ""
    for sentence in chosen:
        alone = _is_item(sentence) or not sentence.endswith(_ENDS) or text[-1:] not in _ENDS
        space = "\n" if alone else "" if detect_language(text[-8:] or "a") == "zh" else " "
        text += (space if text else "") + sentence
    return text
