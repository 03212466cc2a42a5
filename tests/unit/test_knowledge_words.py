"""Counting the words of many texts, and adding their weights up for a query."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from knowledge import sums
from knowledge.counted import counted, query_tokens, tokens
from knowledge.hashes import hash_of
from knowledge.lexical import LexicalIndex
from knowledge.sums import Sums

TEXTS = [
    "Returning an oven within thirty days, or the oven door",
    "what can I do",
    "",
    "礼品卡可以退吗？Gift cards 1,200.50",
    "the oven door does not close",
]
WORDS = ("oven", "door", "gift", "card", "refund", "parcel", "kettle", "scale")


def test_each_text_has_its_own_tokens_as_often_as_they_stand_in_it() -> None:
    found = counted(TEXTS)
    assert np.all(np.diff(found.tokens.astype(object)) > 0)
    ends = np.cumsum(found.sizes)
    for text, begin, end in zip(TEXTS, ends - found.sizes, ends, strict=True):
        got = dict(zip(found.tokens[found.token[begin:end]].tolist(), found.times[begin:end], strict=True))
        assert got == {hash_of(token): times for token, times in Counter(tokens(text)).items()}


def test_no_token_is_known_that_no_text_has() -> None:
    index = LexicalIndex.build(["the oven is on"])
    assert index.known(query_tokens("oven")).all()
    assert not index.known(query_tokens("is")).any()
    assert LexicalIndex.build(["is on"]).known(query_tokens("is")).all()


def test_texts_without_any_word_are_indexed() -> None:
    index = LexicalIndex.build(["", "?"])
    assert not index.scores("oven").any()


@pytest.fixture
def index() -> LexicalIndex:
    random = np.random.default_rng(3)
    share = np.linspace(0.05, 0.9, len(WORDS))
    return LexicalIndex.build(
        [" ".join(np.array(WORDS)[random.random(len(WORDS)) < share]) for _ in range(500)]
    )


def test_scores_are_the_same_however_many_tokens_are_only_looked_up(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, every = query_tokens("the kettle and the scale, oven card"), np.arange(500)
    all_added = index.sums(asked).of(every)
    for most in (1, 300, 2000):
        monkeypatch.setattr(sums, "MOST_POSTINGS", most)
        assert index.sums(asked).of(every) == pytest.approx(all_added, abs=1e-5)


def test_the_best_texts_are_found_though_common_tokens_are_only_looked_up(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, every = query_tokens("oven door scale"), np.arange(500)
    scores = index.sums(asked).of(every)
    monkeypatch.setattr(sums, "MOST_POSTINGS", 400)
    found = index.sums(asked).largest(10)
    assert np.sort(scores[found]) == pytest.approx(np.sort(scores)[-10:])


def test_texts_that_may_not_be_found_are_not(index: LexicalIndex) -> None:
    asked = query_tokens("oven door")
    best = index.sums(asked).largest(5)
    barred = np.zeros(500, bool)
    barred[best] = True
    assert not set(best) & set(index.sums(asked).largest(5, barred=barred))


def test_a_query_of_unknown_words_scores_nothing() -> None:
    none = Sums([], 3)
    assert not none.of(np.arange(3)).any()
    assert len(none.largest(2)) == 0
