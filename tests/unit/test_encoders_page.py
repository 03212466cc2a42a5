"""Pages and plots: whatever people wrote stays text, and nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from encoders.page import Html, bullets, fold, meter, page, section, table, tiles
from encoders.plots import Axes, Series, nice_ceiling, plot, thinned

_VOID = {"meta", "br"}


class _Reader(HTMLParser):
    """Collects the tags and the text, and checks that every tag is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(content: str) -> _Reader:
    reader = _Reader()
    reader.feed(content)
    reader.close()
    assert reader.open == []
    return reader


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_what_people_wrote_never_becomes_markup(text: str) -> None:
    axes = Axes(x=text, y=text, mark=(0.5, 0.5), mark_name=text)
    lines = [Series(name=text, xs=[0.0, 1.0], ys=[0.0, 1.0], points=True)] * 2
    with_text = page(
        text, tiles([(text, text, text)]), table((text,), [(text,), (meter(0.5, text),)]), lead=text
    ) + section(text, bullets([text]), fold(text, text), plot(text, lines, axes))
    plain = page(
        "a", tiles([("a", "a", "a")]), table(("a",), [("a",), (meter(0.5, "a"),)]), lead="a"
    ) + section("a", bullets(["a"]), fold("a", "a"), plot("a", lines, axes))

    found, expected = _read(with_text), _read(plain)
    assert [tag for tag in found.tags if tag != "p"] == [tag for tag in expected.tags if tag != "p"]
    assert text in found.text


def test_a_page_loads_nothing_from_elsewhere() -> None:
    curve = plot("c", [Series(name="s", xs=[0, 1], ys=[0, 1])], Axes(x="x", y="y", diagonal=True))
    content = page("t", section("s", curve))

    assert not re.search(r"(?:https?:)?//|<script|@import|url\(|\bsrc=|<link", content)
    assert "default-src 'none'" in content


def test_markup_stays_markup_and_empty_parts_leave_nothing() -> None:
    assert table(("a",), [(Html("<b>x</b>"),)]).count("<b>x</b>") == 1
    assert section("empty", Html(""), table(("a",), [])) == ""


def test_a_line_is_thinned_evenly_and_keeps_its_ends() -> None:
    rows = [(float(x), float(x * x)) for x in range(1001)]
    kept = thinned(rows, 11)
    assert len(kept) == 11
    assert kept[0] == rows[0]
    assert kept[-1] == rows[-1]
    assert thinned(rows[:5], 11) == rows[:5]


def test_a_range_ends_at_a_round_number_above() -> None:
    assert [nice_ceiling(value) for value in (0.0, 0.013, 0.2, 0.21, 7.0)] == [1.0, 0.02, 0.2, 0.25, 10.0]
