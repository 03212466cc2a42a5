"""A text in pieces, and the texts that a model keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders.errors import ArtifactError
from intents.examples import Example
from intents.known_texts import FILE, KnownText, read_known_texts, save_known_texts
from intents.segments import MOST, segments


def _cut(text: str) -> list[str]:
    return [text[one.start : one.end] for one in segments(text)]


def test_words_signs_and_chinese_words() -> None:
    assert _cut("Where's my WB-1234?") == ["Where's", "my", "WB-1234", "?"]
    assert _cut("我的包裹到哪里了？track一下") == [
        "我",
        "的",
        "包裹",
        "到",
        "哪里",
        "了",
        "？",
        "track",
        "一下",
    ]
    assert _cut("👍🏽 👨‍👩‍👧 ok") == ["👍🏽", "👨‍👩‍👧", "ok"]


@given(st.text(max_size=400))
def test_pieces_are_in_order_apart_and_leave_out_nothing_but_space(text: str) -> None:
    parts = segments(text)
    assert len(parts) <= MOST
    ends = [0, *(one.end for one in parts)]
    starts = [*(one.start for one in parts), len(text)]
    assert all(one.start < one.end for one in parts)
    assert all(text[end:start].isspace() or end == start for end, start in zip(ends, starts, strict=True))


def test_a_long_text_is_cut_into_few_pieces() -> None:
    assert len(segments("one two three " * 500)) <= MOST


def test_a_model_keeps_texts_without_personal_data(tmp_path: Path) -> None:
    examples = [
        Example(
            text="write to jane.roe@mail.example please", intent="contact", source="/home/jane/nlu.yml:12"
        ),
        Example(text="打电话给我 13800138000", intent="contact"),
    ]
    save_known_texts(examples, tmp_path)

    kept = read_known_texts(tmp_path)
    assert [one.intent for one in kept] == ["contact", "contact"]
    assert kept[0] == KnownText(text="write to {email} please", intent="contact", source="nlu.yml:12")
    assert "13800138000" not in kept[1].text


def test_texts_that_are_missing_or_damaged(tmp_path: Path) -> None:
    assert read_known_texts(tmp_path) == ()
    (tmp_path / FILE).write_text('{"text": "a"}\n')
    with pytest.raises(ArtifactError, match="cannot be read"):
        read_known_texts(tmp_path)
