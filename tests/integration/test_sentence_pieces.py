"""The multilingual encoder's two tokenizers: what is trained with and what is served with cut texts alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoders.encoder import Encoder, serving_encoder
from encoders.errors import ArtifactError
from encoders.model_folder import read_model_folder
from encoders.resolve import MULTILINGUAL, resolve_encoder
from encoders.sentence_pieces import FILE, SentencePieces, serving_tokenizer
from encoders.text import normalise
from encoders.tokens import Tokens

pytestmark = [pytest.mark.integration, pytest.mark.model]
TEXTS = (
    "Where is my parcel?",
    "我的订单什么时候发货？ＡＢＣ　①",
    "café Cafe\u0301 naïve ㎏ ﬁne…",
    "🎧🎧 broken 😡 \u200b ok\tthen\n\nbye",
    "<s> </s> a <mask> b",
    "",
    "word " * 400,
)


@pytest.fixture(scope="module")
def both() -> tuple[Tokens, SentencePieces]:
    folder = resolve_encoder(MULTILINGUAL)
    described = read_model_folder(folder)
    pieces = SentencePieces((folder / FILE).read_bytes(), max_length=described.max_length)
    return described.tokens(), pieces


@pytest.mark.parametrize("text", [text for text in TEXTS if "<s>" not in text])
def test_texts_are_cut_alike(both: tuple[Tokens, SentencePieces], text: str) -> None:
    tokens, pieces = both
    assert tokens.ids([text]) == [pieces.ids(tokens.prompts["query"] + normalise(text))]


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_cut_alike(both: tuple[Tokens, SentencePieces], text: str) -> None:
    tokens, pieces = both
    if not any(special in text for special in ("<s>", "</s>", "<pad>", "<unk>", "<mask>")):
        assert tokens.ids([text]) == [pieces.ids(tokens.prompts["query"] + normalise(text))]


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_say_where_they_stood(both: tuple[Tokens, SentencePieces], text: str) -> None:
    _, pieces = both
    plain = normalise(text)
    encoded = pieces.encode(plain)
    assert encoded.ids == pieces.ids(plain)
    ends = [end for _, end in encoded.offsets[1:-1]]
    assert ends == sorted(ends)
    if len(encoded.ids) < 200:
        assert "".join(plain[start:end] for start, end in encoded.offsets).replace(" ", "") == plain.replace(
            " ", ""
        )


def test_special_tokens_cannot_be_written_by_a_customer(both: tuple[Tokens, SentencePieces]) -> None:
    assert 2 not in both[1].ids("a </s> b")[1:-1]


def test_the_server_takes_the_smaller_one() -> None:
    folder = serving_encoder(MULTILINGUAL)
    assert (folder / FILE).is_file()
    assert not (folder / "tokenizer.json").exists()
    assert Encoder.load(folder).encode(["hello", "你好"]).shape == (2, 384)


def test_a_model_that_numbers_its_pieces_otherwise_keeps_its_own(tmp_path: Path) -> None:
    source = resolve_encoder(MULTILINGUAL)
    english = resolve_encoder("sentence-transformers/all-MiniLM-L6-v2")
    (tmp_path / "tokenizer.json").write_bytes((english / "tokenizer.json").read_bytes())
    assert serving_tokenizer(tmp_path, ("hello",)).name == "tokenizer.json"
    (tmp_path / FILE).write_bytes((source / FILE).read_bytes())
    assert serving_tokenizer(tmp_path, ("hello",)).name == "tokenizer.json"


def test_a_damaged_file_is_named() -> None:
    with pytest.raises(ArtifactError, match=FILE):
        SentencePieces(b"no model", max_length=8)
