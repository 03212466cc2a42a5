"""Words, subjects and the parts of an index, without a model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from encoders.errors import InputError
from knowledge.counted import query_tokens
from knowledge.dense import EXACT, DenseIndex
from knowledge.documents import Passage
from knowledge.filters import Filter, check_validity
from knowledge.ingest import read_questions
from knowledge.lexical import LexicalIndex
from knowledge.passages import PassageFile, write_passages
from knowledge.subjects import Subjects, names_of
from knowledge.tokens import leans_on_context

TEXTS = [
    "returning an oven within thirty days",
    "the oven door does not close",
    "gift cards never expire",
    "礼品卡可以退吗",
]


def test_the_text_that_shares_the_telling_words_scores_best() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.scores("how do I return my oven").argmax() == 0
    assert index.scores("礼品卡").argmax() == 3
    assert not index.scores("zebra").any()


def test_a_typing_error_costs_a_word_but_not_the_text() -> None:
    assert LexicalIndex.build(TEXTS).scores("do gift crads expyre").argmax() == 2


def test_a_word_said_more_often_in_a_text_of_like_length_counts_more() -> None:
    scores = LexicalIndex.build(["alpha beta gamma", "alpha alpha gamma"]).scores("alpha")
    assert scores[1] > scores[0] > 0


def test_a_small_index_weighs_words_as_a_large_one_does() -> None:
    large = LexicalIndex.build(TEXTS)
    small = LexicalIndex.build([TEXTS[0]], like=large)
    asked = query_tokens("return the oven")
    first = np.zeros(1, np.int64)
    assert small.sums(asked).of(first) == pytest.approx(large.sums(asked).of(first))


def test_a_saved_index_gives_the_same_scores(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    loaded = LexicalIndex.load(tmp_path / "x", index.save(tmp_path / "x"))
    assert np.array_equal(loaded.scores("oven door"), index.scores("oven door"))


def _places() -> Subjects:
    return Subjects.build(
        [names_of(name, {}) for name in ("Acorn Guest House", "Leverton House", "The Nirala")]
    )


def test_the_place_named_last_is_what_the_conversation_is_about() -> None:
    turns = [
        "I recommend the Leverton House",
        "what about Acorn Guest House?",
        "the second one",
        "does it have parking?",
    ]
    scores = _places().scores(turns[::-1])
    assert scores.argmax() == 0
    assert scores[1] > scores[2]


def test_nothing_named_is_about_nothing() -> None:
    assert not _places().scores(["where is my parcel"]).any()
    assert not _places().scores([]).any()


def test_a_name_that_every_document_has_tells_nothing() -> None:
    subjects = Subjects.build([names_of("Hotels", {"product": f"Model X{n}"}) for n in range(5)])
    assert subjects.scores(["hotels"]).max() == pytest.approx(0.0, abs=1e-3)
    assert subjects.scores(["my model x3 is broken"]).argmax() == 3


def test_questions_and_addresses_are_no_names() -> None:
    assert names_of("Do you have parking?", {"url": "https://a.example", "updated": "2026-01-02"}) == ()
    assert names_of("Kestrel D7: descaling", {}) == ("kestrel d7: descaling", "kestrel d7")


@pytest.mark.parametrize("text", ["and for returns?", "what about Spain", "那退货呢", "how about that"])
def test_a_follow_up_leans_on_the_conversation(text: str) -> None:
    assert leans_on_context(text)


@pytest.mark.parametrize(
    "text", ["how long do refunds take", "退款多久到账", "And how do I descale my espresso machine at home?"]
)
def test_a_question_of_its_own_does_not(text: str) -> None:
    assert not leans_on_context(text)


@pytest.mark.integration
def test_many_vectors_are_found_nearly_as_well_as_by_comparing_all(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    centres = random.normal(size=(400, 16))
    rows = centres[random.integers(400, size=EXACT + 1000)] + 0.3 * random.normal(size=(EXACT + 1000, 16))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    DenseIndex.build(rows).save(tmp_path)
    index = DenseIndex.load(tmp_path)
    shared = [
        len(set(index.search(rows[one], 10).tolist()) & set(np.argsort(-rows @ rows[one])[:10].tolist()))
        for one in range(0, 2000, 100)
    ]
    assert np.mean(shared) >= 9
    assert index.cosines(rows[3], np.array([3]))[0] == pytest.approx(1.0, abs=1e-2)


def test_passages_are_read_one_at_a_time(tmp_path: Path) -> None:
    passages = [
        Passage(id=f"a#{n}", document_id="a", title="标题", text=f"text {n}\nsecond line") for n in range(3)
    ]
    write_passages(tmp_path, passages)
    file = PassageFile(tmp_path)
    assert len(file) == 3
    assert file[1] == passages[1]
    assert file[1:] == tuple(passages[1:])
    with pytest.raises(IndexError):
        file[3]


def test_the_turns_before_may_name_their_speakers(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        '{"question": "parking?", "document_ids": [], "context": ["a", {"speaker": "S", "text": "b"}]}\n'
    )
    assert read_questions([path])[0].context == ("a", "b")
    path.write_text('{"question": "parking?", "document_ids": [], "context": [1]}\n')
    with pytest.raises(InputError, match=r"questions.jsonl:1: .*context"):
        read_questions([path])


def test_a_document_fits_where_its_metadata_does_or_is_silent() -> None:
    fits = Filter(equal=(("channel", "WhatsApp"), ("product", "D7")))
    assert fits.admits({})
    assert fits.admits({"channel": ["web", "whatsapp"], "product": "d7"})
    assert not fits.admits({"channel": "web"})
    assert not fits.admits({"product": ["D8", "D9"]})


@pytest.mark.parametrize(("day", "holds"), [(1, False), (2, True), (20, True), (21, False)])
def test_a_document_holds_from_its_first_day_to_its_last(day: int, holds: bool) -> None:
    metadata = {"valid_from": "2026-12-02", "valid_until": date(2026, 12, 20)}
    assert Filter(on=date(2026, 12, day)).admits(metadata) is holds


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"offer: the field 'valid_until' is no day"):
        check_validity({"valid_until": "soon"}, "offer")


def test_only_the_vectors_that_count_are_found() -> None:
    rows = np.eye(8, dtype=np.float32)
    among = np.array([False, True] * 4)
    found = DenseIndex.build(rows).search(rows[2], 8, among=among)
    assert set(found.tolist()) == {1, 3, 5, 7}
