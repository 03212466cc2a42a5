"""Lookup tables that ask for it are found with slips of the pen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.entities import EntityExtractor
from intents.fuzzy import distance
from intents.nlu_yaml import format_nlu_yaml, parse_nlu_yaml

NLU = """
version: "3.1"
nlu:
  - lookup: card
    metadata: {fuzzy: true}
    examples: |
      - emblem
      - justice bank
      - visa
  - lookup: city
    examples: |
      - Rotterdam
  - synonym: Justice
    examples: |
      - justice bank
"""


@pytest.fixture(scope="module")
def extractor() -> EntityExtractor:
    return EntityExtractor.from_training_data(parse_nlu_yaml(NLU, "nlu.yml"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pay my emblm card", [("emblm", "emblem")]),
        ("pay my Embelm", [("Embelm", "emblem")]),
        ("the jsutice bnak one", [("jsutice bnak", "Justice")]),
        ("pay my emblem", [("emblem", "emblem")]),
        ("visas and problems", [("visas", "visa")]),
        ("fly to Roterdam", []),
        ("a tremble", []),
        ("", []),
    ],
)
def test_slips_are_forgiven_where_it_was_asked_for(
    extractor: EntityExtractor, text: str, found: list[tuple[str, str]]
) -> None:
    assert [(text[one.start : one.end], one.value) for one in extractor.extract(text)] == found


def test_what_is_found_exactly_needs_no_guess(extractor: EntityExtractor) -> None:
    text = "emblem, not emblm"
    assert [text[one.start : one.end] for one in extractor.extract(text)] == ["emblem"]


def test_a_guess_says_how_sure_it_is(extractor: EntityExtractor) -> None:
    (one,) = extractor.extract("emblm")
    assert one.extractor == "fuzzy"
    assert one.confidence == pytest.approx(1 - 1 / 6, abs=0.001)


def test_it_is_kept_in_files(extractor: EntityExtractor, tmp_path: Path) -> None:
    extractor.save(tmp_path / "entities.json")
    assert EntityExtractor.load(tmp_path / "entities.json").extract("emblm") == extractor.extract("emblm")
    data = parse_nlu_yaml(NLU, "nlu.yml")
    assert parse_nlu_yaml(format_nlu_yaml(data), "nlu.yml").fuzzy == data.fuzzy == {"card"}


@given(st.text("abc", max_size=7), st.text("abc", max_size=7), st.integers(0, 7))
def test_the_distance_is_symmetric_and_bounded(one: str, other: str, most: int) -> None:
    whole = distance(one, other, 20)
    assert distance(one, other, most) == distance(other, one, most) == min(whole, most + 1)
    assert (whole == 0) is (one == other)
    assert whole <= max(len(one), len(other))
