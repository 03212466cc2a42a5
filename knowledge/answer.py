"""An answer in the article's own words: the sentences of a passage that answer, with where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from encoders.text import detect_language
from knowledge.documents import Passage
from knowledge.sentences import sentences
from knowledge.tokens import words

MOST_SENTENCES = 4
MOST_CHARACTERS = 500
_ENDS = tuple(".!?…。！？；")
"""A piece that ends otherwise is a heading or an item: what follows begins a line."""
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
    """What to say, and its sources. `foreign`: the article is in another language than the customer's."""

    text: str
    citations: tuple[Source, ...]
    foreign: bool = False


def extract_answer(question: str, passage: Passage, *, language: str) -> Answer:
    """The passage's sentences around the one that shares most with the question, framed in `language`.

    A passage is short enough to be read whole; only a long one is cut, and then its sentences stay in order.
    """
    chosen = _chosen(sentences(passage.text), set(words(question)))
    foreign = bool(passage.language) and passage.language != language
    title = passage.title.split(" › ")[0]
    frame = (_FOREIGN if foreign else _FRAME).get(language, _FRAME["en"]).format(title=title)
    source = Source(title=title, url=passage.url, document_id=passage.document_id, passage_id=passage.id)
    return Answer(text=frame + _joined(chosen), citations=(source,), foreign=foreign)


def _chosen(every: list[str], asked: set[str]) -> list[str]:
    """At most `MOST_SENTENCES` neighbours that share most words with the question, in the passage's order."""
    if sum(map(len, every)) <= MOST_CHARACTERS:
        return every
    shared = [len(asked & set(words(sentence))) for sentence in every]
    start = max(range(len(every)), key=lambda place: (sum(shared[place : place + 3]), -place))
    chosen: list[str] = []
    for sentence in every[start : start + MOST_SENTENCES]:
        if chosen and sum(map(len, chosen)) + len(sentence) > MOST_CHARACTERS:
            break
        chosen.append(sentence)
    return chosen


def _joined(chosen: list[str]) -> str:
    """Sentences as running text; items of lists and rows of tables on lines of their own."""
    text = ""
    for sentence in chosen:
        listed = sentence.lstrip().startswith(("-", "•")) or sentence.lstrip()[:2].rstrip(".").isdigit()
        space = (
            "\n"
            if listed or text[-1:] not in _ENDS
            else ""
            if detect_language(text[-8:] or "a") == "zh"
            else " "
        )
        text += (space if text else "") + sentence
    return text
