"""Entities by rules: values of examples, tables, synonyms and patterns, in every script and at their exact place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.entities import EntityExtractor
from intents.nlu_yaml import parse_nlu_yaml

NLU = r"""
version: "3.1"
nlu:
- intent: order
  examples: |
    - a [large]{"entity": "size", "group": "1"} margherita and a [small]{"entity": "size", "group": "2"} funghi
    - fly from [Berlin]{"entity": "city", "role": "from"} to [Rome]{"entity": "city", "role": "to"}
    - fly from [Rome]{"entity": "city", "role": "from"} to [New York City]{"entity": "city", "value": "NYC"}
    - 我要[大杯]{"entity": "size", "value": "large"}[拿铁](drink)
- lookup: product
  examples: |
    - espresso machine
    - headphones
    - ＰＳ５
- synonym: espresso machine
  examples: |
    - coffee maker
    - 咖啡机
- regex: order_number
  examples: |
    - [A-Z]{2}-?\d{6}
"""


@pytest.fixture(scope="module")
def extractor() -> EntityExtractor:
    return EntityExtractor.from_training_data(parse_nlu_yaml(NLU, "nlu.yml"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HEADPHONES!", [("product", "HEADPHONES", "headphones", "lookup")]),
        ("headphonesque", []),
        ("👍🏽headphones👍🏽", [("product", "headphones", "headphones", "lookup")]),
        ("my coffee  maker", []),
        ("my Coffee\u3000Maker", [("product", "Coffee\u3000Maker", "espresso machine", "lookup")]),
        ("咖啡机坏了", [("product", "咖啡机", "espresso machine", "lookup")]),
        ("ps5手柄", [("product", "ps5", "ＰＳ５", "lookup")]),
        ("wb-123456?", [("order_number", "wb-123456", "wb-123456", "regex")]),
        ("订单ＷＢ１２３４５６，谢谢", [("order_number", "ＷＢ１２３４５６", "WB123456", "regex")]),
        ("new york city", [("city", "new york city", "NYC", "examples")]),
        ("大杯拿铁", [("size", "大杯", "large", "examples"), ("drink", "拿铁", "拿铁", "examples")]),
    ],
)  # fmt: skip
def test_what_is_found_where_and_as_what(
    extractor: EntityExtractor, text: str, found: list[tuple[str, str, str, str]]
) -> None:
    entities = extractor.extract(text)
    assert [(one.entity, text[one.start : one.end], one.value, one.extractor) for one in entities] == found


def test_a_value_has_the_role_and_group_that_it_always_had(extractor: EntityExtractor) -> None:
    found = {one.value: (one.role, one.group) for one in extractor.extract("small Berlin, Rome")}
    assert found == {"small": (None, "2"), "Berlin": ("from", None), "Rome": (None, None)}


def test_values_of_examples_can_be_left_to_a_model() -> None:
    data = parse_nlu_yaml(NLU, "nlu.yml")
    extractor = EntityExtractor.from_training_data(data, without={"city", "product"})
    assert [one.value for one in extractor.extract("small headphones to Berlin")] == ["small", "headphones"]


def test_it_is_kept_in_files(extractor: EntityExtractor, tmp_path: Path) -> None:
    extractor.save(tmp_path / "entities.json")
    text = "large 咖啡机 to Berlin, WB123456"
    assert EntityExtractor.load(tmp_path / "entities.json").extract(text) == extractor.extract(text)


@given(st.text(max_size=40))
def test_places_are_in_the_text_and_of_one_entity_never_overlap(text: str) -> None:
    extractor = EntityExtractor(
        patterns={"word": [r"\w+", r"\w\w"], "digit": [r"\d"]}, phrases=[("a b", "pair", "x")], synonyms={}
    )
    ends: dict[str, int] = {}
    for one in extractor.extract(text):
        assert ends.get(one.entity, 0) <= one.start < one.end <= len(text)
        ends[one.entity] = one.end
