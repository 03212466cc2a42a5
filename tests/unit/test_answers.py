"""What is said with a citation."""

from __future__ import annotations

from bot.answers import cite, related
from bot.dialog.events import BotUttered, Shown
from bot.reader import Reading
from intents.understanding import Understanding
from knowledge.answer import extract_answer
from knowledge.documents import Passage, Retrieved


def _passage(number: int, p: float, *, document: str = "", language: str = "en") -> Passage:
    name = document or f"d{number}"
    return Passage(
        id=f"{name}#{number}",
        document_id=name,
        title=f"Title {name} › part",
        text="Text.",
        language=language,
        p=p,
    )


def _reading(*passages: Passage) -> Reading:
    understanding = Understanding(text="t", ranking=(), in_scope=0.0, language="en", model_id="m")
    return Reading(understanding=understanding, retrieved=Retrieved(passages=passages))


def test_other_likely_articles_of_the_language_are_buttons_below_a_citation() -> None:
    cited = _passage(0, 0.6)
    others = (
        _passage(1, 0.5, document="d0"),
        _passage(2, 0.4, language="zh"),
        _passage(3, 0.3),
        _passage(4, 0.3, document="d3"),
        _passage(5, 0.1),
    )
    also = related(_reading(cited, *others), cited, language="en")
    assert [one.id for one in also] == ["d3#3"]
    answer = extract_answer("q", cited, language="en")
    said, citations, buttons = cite(answer, also=also, now=1.0)
    assert isinstance(said, BotUttered)
    assert said.data["quick_replies"] == [{"title": "Title d3", "payload": '/cite{"passage": "d3#3"}'}]
    assert isinstance(citations, Shown)
    assert citations.what == "citations"
    assert isinstance(buttons, Shown)
    assert buttons.what == "buttons"


def test_without_other_articles_there_are_no_buttons() -> None:
    cited = _passage(0, 0.9)
    assert related(_reading(cited), cited, language="en") == related(None, cited, language="en") == ()
    said, *_ = cite(extract_answer("q", cited, language="en"), now=1.0)
    assert isinstance(said, BotUttered)
    assert not said.data
