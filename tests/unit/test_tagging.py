"""Tagging: units, places, tags and spans, the chain, and what counts of what is found."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders.encoder import PieceStates
from encoders.places import normalised_with_places
from encoders.text import normalise
from intents.builtin.extract import merged
from intents.entities import EXAMPLES
from intents.tagging.chain import NEVER, Chain
from intents.tagging.labels import Label, Span, count, edges, follows, spans_of, tags_of
from intents.tagging.merge import with_trained
from intents.tagging.tagger import Tagger, unit_states
from intents.tagging.units import units
from intents.understanding import Entity

TEXT = st.text(
    st.one_of(
        st.sampled_from("aé e\u0301ｆｕｌｌ１２３㎏①订单👍🏽 \u200d\u3000\tﬁ각\u1161ｶﾞ\u0e33ABC12.-"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


@given(TEXT)
def test_the_normal_form_with_places_is_the_normal_form(text: str) -> None:
    plain, places = normalised_with_places(text)
    assert plain == normalise(text)
    assert len(places) == len(plain)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(before <= after for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("text", "at", "written"),
    [
        ("ＡＢＣ１２３", 3, "１"),
        ("重５㎏", 2, "㎏"),
        ("cafe\u0301 bar", 3, "e\u0301"),
        ("👍🏽  好", 3, "好"),
        ("half \ud800 one", 5, "o"),
    ],
)
def test_a_place_is_where_it_was_written(text: str, at: int, written: str) -> None:
    _, places = normalised_with_places(text)
    assert text[slice(*places[at])] == written


@given(TEXT)
def test_units_are_in_order_and_leave_out_nothing_that_can_be_read(text: str) -> None:
    found = units(text)
    end = 0
    for unit in found:
        assert text[end : unit.start].strip().isalnum() is False
        assert text[unit.start : unit.end] == unit.text
        assert unit.start >= end
        assert unit.end > unit.start
        end = unit.end
    assert text[end:].strip().isalnum() is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Send 20kg to O'Brien", ["Send", "20", "kg", "to", "O", "'", "Brien"]),
        ("订单A12，约20斤", ["订", "单", "A", "12", "，", "约", "20", "斤"]),
        ("ｉＰｈｏｎｅ１５", ["ｉＰｈｏｎｅ", "１５"]),
        ("👍🏽好", ["👍🏽", "好"]),
        ("cafe\u0301s", ["cafe\u0301s"]),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert [unit.text for unit in units(text)] == expected


def test_states_of_a_unit_are_those_of_its_pieces() -> None:
    found = units("北京 ok")
    rows = np.array([[0, 0, 0, 9], [1, 2, 3, 4], [4, 3, 2, 1], [1, 0, 0, 0]], np.float32)
    pieces = PieceStates(places=[(0, 0), (0, 2), (3, 5), (0, 0)], states=rows)
    states = unit_states(found, pieces)
    assert np.allclose(states[0], states[1])  # one piece that both characters share
    assert np.allclose(states[0], -states[2])
    assert not unit_states(units("beyond"), replace(pieces, places=[(9, 12)] * 4)).any()


SPANS = st.lists(st.tuples(st.integers(0, 11), st.integers(1, 4), st.integers(0, 2)), max_size=6)


@given(SPANS)
def test_spans_become_tags_and_spans_again(drawn: list[tuple[int, int, int]]) -> None:
    spans, end = [], 0
    for first, length, label in sorted(drawn):
        if first >= end and first + length <= 12:
            spans.append(Span(first, first + length - 1, label))
            end = first + length
    tags = tags_of(spans, 12)
    assert spans_of(tags) == spans
    allowed, (first_tags, last_tags) = follows(13), edges(13)
    assert first_tags[tags[0]]
    assert last_tags[tags[-1]]
    assert all(allowed[one, other] for one, other in pairwise(tags))


def test_of_marked_spans_that_overlap_the_first_counts() -> None:
    assert spans_of(tags_of([Span(0, 1, 0), Span(1, 2, 1)], 4)) == [Span(0, 1, 0)]


def _chain(random: np.random.Generator, tags: int) -> Chain:
    first, last = edges(tags)
    steps = random.normal(size=(tags, tags)) + np.where(follows(tags), 0, NEVER)
    begin, end = (random.normal(size=tags) + np.where(one, 0, NEVER) for one in (first, last))
    return Chain(begin=begin, end=end, steps=steps)


@pytest.mark.parametrize("seed", range(5))
def test_the_chain_agrees_with_all_sequences_tried_in_turn(seed: int) -> None:
    random = np.random.default_rng(seed)
    chain, scores = _chain(random, 5), random.normal(size=(4, 5))
    sequences = list(product(range(5), repeat=4))
    totals = np.array(
        [
            chain.begin[one[0]]
            + sum(scores[place, tag] for place, tag in enumerate(one))
            + sum(chain.steps[a, b] for a, b in pairwise(one))
            + chain.end[one[-1]]
            for one in sequences
        ]
    )
    assert tuple(chain.best(scores)) == sequences[int(totals.argmax())]
    weights = np.exp(totals - totals.max())
    expected = np.zeros((4, 5))
    for one, weight in zip(sequences, weights / weights.sum(), strict=True):
        expected[range(4), one] += weight
    assert np.allclose(chain.marginals(scores), expected, atol=1e-6)


def test_a_chain_never_breaks_the_rules_of_tags() -> None:
    random = np.random.default_rng(1)
    chain = _chain(random, 9)
    for _ in range(50):
        tags = chain.best(random.normal(size=(7, 9)) * 10)
        assert tags_of(spans_of(tags), 7) == tags


def _tagger(entities: frozenset[str]) -> Tagger:
    """Marks whatever it is shown as a city, whose role is a destination four times in five."""
    labels = (Label("city", "destination"), Label("city", "departure"))
    tags = count(labels)
    first, last = edges(tags)
    begin = np.where(first, 0.0, NEVER)
    begin[4], begin[8], begin[0] = np.log(8.0), np.log(2.0), NEVER
    chain = Chain(begin=begin, end=np.where(last, 0.0, NEVER), steps=np.where(follows(tags), 0.0, NEVER))
    nothing = np.zeros((0, tags), np.float32)
    return Tagger(
        labels=labels, features=np.zeros(0, np.uint32), weights=nothing, states=nothing, chain=chain, entities=entities
    )  # fmt: skip


def test_confidence_is_of_the_entity_and_of_the_role() -> None:
    (found,) = _tagger(frozenset({"city"})).tag("  柏林 "[:3])
    assert (found.entity, found.role, found.start, found.end, found.value) == (
        "city",
        "destination",
        2,
        3,
        "柏",
    )
    assert found.extractor == "trained"
    assert found.role_confidence == pytest.approx(0.8 * found.confidence, abs=0.001)
    assert found.group_confidence is None


def test_entities_that_are_not_to_be_told_are_not() -> None:
    assert _tagger(frozenset()).tag("Berlin") == ()
    assert _tagger(frozenset({"city"})).tag(" \u200b ") == ()


def _entity(entity: str, start: int, end: int, extractor: str, role: str | None = None) -> Entity:
    return Entity(
        entity=entity, value="x" * (end - start), start=start, end=end, extractor=extractor, role=role
    )


def test_what_a_project_wrote_down_is_found_and_given_the_role() -> None:
    ruled = [_entity("city", 0, 6, "lookup"), _entity("number", 0, 6, "regex")]
    trained = [_entity("city", 0, 9, "trained", "to"), _entity("person", 10, 14, "trained")]
    found = with_trained(ruled, trained, lambda value: value.upper())
    assert [(one.entity, one.end, one.extractor, one.role, one.value) for one in found] == [
        ("city", 6, "lookup", "to", "xxxxxx"),
        ("number", 6, "regex", None, "xxxxxx"),
        ("person", 14, "trained", None, "XXXX"),
    ]


def test_values_of_examples_count_where_the_model_finds_nothing() -> None:
    ruled = [_entity("city", 0, 4, EXAMPLES), _entity("city", 20, 24, EXAMPLES)]
    trained = [_entity("person", 0, 9, "trained")]
    found = with_trained(ruled, trained, str)
    assert [(one.entity, one.start) for one in found] == [("person", 0), ("city", 20)]


def test_a_built_in_value_keeps_its_place_and_gets_the_role() -> None:
    built_in = [replace(_entity("time", 5, 8, "built-in"), value="2026-12-01T00:00:00.000+01:00")]
    (found,) = merged([_entity("time", 2, 8, "trained", "arrival")], built_in)
    assert (found.value, found.start, found.role) == (built_in[0].value, 5, "arrival")
