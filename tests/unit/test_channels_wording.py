"""Cutting, cleaning and citing."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wording import (
    clean,
    clean_json,
    numbered,
    render_citations,
    split_text,
    utf8_bytes,
    utf16_units,
)
from bot.messages import Button, Citation, Part

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
RETURNS = Citation(title="Returns", url="https://shop.example/returns", document_id="d", passage_id="p")


@given(text=st.text(max_size=300), limit=st.integers(4, 60))
def test_pieces_fit_and_nothing_but_spaces_is_lost(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(text=st.text(alphabet="a😀中é ", max_size=200), limit=st.integers(4, 40))
@pytest.mark.parametrize("size", [utf16_units, utf8_bytes])
def test_pieces_fit_in_the_platforms_own_unit(text: str, limit: int, size: object) -> None:
    encoding = "utf-16-le" if size is utf16_units else "utf-8"
    width = 2 if size is utf16_units else 1
    for piece in split_text(text, limit, size=size):  # type: ignore[arg-type]
        assert len(piece.encode(encoding)) // width <= limit


@given(st.lists(st.sampled_from([FAMILY, "e\u0301", "👍🏽", "🇩🇪", "❤️", "ab"]), max_size=40))
def test_what_reads_as_one_character_is_never_cut(letters: list[str]) -> None:
    pieces = split_text("".join(letters), 16)
    assert "".join(pieces) == "".join(letters)
    for piece in pieces:
        assert not unicodedata.combining(piece[0])
        assert piece[0] not in "\u200d\ufe0f🏽"
        assert piece[-1] != "\u200d"
        assert sum("🇦" <= character <= "🇿" for character in piece) % 2 == 0


def test_the_best_place_in_reach_is_taken() -> None:
    assert split_text("One two three. Four five six seven", 20) == ("One two three.", "Four five six seven")
    assert split_text("first line here\nsecond line here", 20) == ("first line here", "second line here")
    assert split_text("可以退货。请在七天内寄回商品", 9) == ("可以退货。", "请在七天内寄回商品")
    assert split_text("", 5) == ()


def test_clean_joins_pairs_and_replaces_halves() -> None:
    assert clean(json.loads('"\\ud83d\\ude00"')) == "😀"
    assert clean("a\ud83db\0c") == "a\ufffdbc"
    assert clean_json({"\ud800k": ["\0x", {"n": 1.5, "y": None}]}) == {
        "\ufffdk": ["x", {"n": 1.5, "y": None}]
    }


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=50))
def test_clean_text_is_utf8_and_stays_clean(text: str) -> None:
    assert clean(text).encode("utf-8")[:0] == b""
    assert clean(clean(text)) == clean(text)


def test_citations_are_lines_in_the_language_of_the_text() -> None:
    assert render_citations(Part(text="Within 30 days.", citations=(RETURNS,))) == (
        "Within 30 days.\nSource: Returns: https://shop.example/returns"
    )
    chinese = render_citations(Part(text="三十天内可以退货。", citations=(RETURNS,)))
    assert chinese.splitlines()[1].startswith("来源：")
    assert render_citations(Part(text="Plain.")) == "Plain."
    untitled = Citation(title="", url="https://x.example", document_id="", passage_id="")
    assert render_citations(Part(text="A", citations=(untitled,)), "en") == "A\nSource: https://x.example"


def test_choices_without_buttons_are_numbered() -> None:
    buttons = (Button(title="Yes", payload="/yes"), Button(title="No", payload="/no"))
    assert numbered("Sure?", buttons) == "Sure?\n1. Yes\n2. No"
