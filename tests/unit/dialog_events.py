"""Hypothesis strategies: any event at all."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from bot.dialog.events import EVENTS, Event

words = st.sampled_from(["greet", "utter_greet", "action_listen", "order_form", "city", "a b", "订单"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(words, json_values, max_size=3)
found = st.dictionaries(st.sampled_from(["entity", "role", "group", "value"]), json_values, max_size=4)
parse_data = st.fixed_dictionaries(
    {},
    optional={
        "intent": st.fixed_dictionaries({"name": json_values}) | json_values,
        "entities": st.lists(found, max_size=3) | json_values,
        "language": json_values,
        "metadata": json_values,
    },
)
_TUPLES = {"candidates", "chosen", "items"}
_OBJECTS = {"metadata", "runner_up"}
_FLAGS = {"is_interrupted", "kill_on_user_msg", "hide_rule_turn"}


def _value(kind: type[Event], name: str) -> st.SearchStrategy[Any]:
    if name in _TUPLES or (kind.name_ == "entities" and name == "entities"):
        return st.lists(objects, max_size=2).map(tuple)
    if name == "parse_data":
        return parse_data
    if name in _OBJECTS or name == "data":
        return objects
    if name in _FLAGS:
        return st.booleans()
    if name in {"timestamp", "confidence", "expected_cost"}:
        return st.floats(0, 2e9)
    return json_values if name in {"value", "entities", "item"} else words


def events(*kinds: type[Event]) -> st.SearchStrategy[Event]:
    """Events of the given kinds, of every known kind by default."""
    return st.sampled_from(kinds or tuple(EVENTS.values())).flatmap(
        lambda kind: st.builds(kind, **{item.name: _value(kind, item.name) for item in fields(kind)})
    )
