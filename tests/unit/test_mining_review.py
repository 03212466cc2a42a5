from __future__ import annotations

from pathlib import Path

import pytest

from encoders.errors import InputError
from intents.mining.review import (
    REVIEW,
    Decision,
    accepted,
    carried_over,
    mark_applied,
    read_review,
    write_review,
)

NLU = """\
version: "3.1"
nlu:
- intent: track_order
  examples:
  - text: where is my parcel
    metadata: {conversation: c1, turn: 0}
  - text: cancel it and tell me where it is
    metadata: {conversation: c2, turn: 3}
- intent: find_parcel
  examples:
  - text: I cannot find my parcel
    metadata: {conversation: c3, turn: 1}
- intent: 申请发票
  examples:
  - text: 开发票
    metadata: {conversation: c4, turn: 0}
"""
RESPONSES = """\
version: "3.1"
responses:
  utter_track_order:
  - text: It is on its way.
  utter_申请发票:
  - text: 已经开好了。
"""


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    (tmp_path / "responses.yml").write_text(RESPONSES, encoding="utf-8")
    return tmp_path


def decided(drafts: Path, text: str) -> list[Decision]:
    (drafts / REVIEW).write_text(f"intents:\n{text}", encoding="utf-8")
    return read_review(drafts)


def taken(drafts: Path, text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for example in accepted(drafts, decided(drafts, text)).examples:
        found.setdefault(example.intent, []).append(example.text)
    return found


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    decisions = [
        Decision(intent="track_order", name="track_order", about="3 turns, coherence 0.81, new"),
        Decision(
            intent="no", action="accept", name="refuse", split={"b": ("one: two", "c1:3")}, response=False
        ),
        Decision(intent="申请发票", action="drop", name="申请发票"),
    ]

    write_review(tmp_path, decisions)

    assert [(one.intent, one.action, one.name, one.split, one.response) for one in read_review(tmp_path)] == [
        (one.intent, one.action, one.name, one.split, one.response) for one in decisions
    ]
    assert "# 3 turns, coherence 0.81, new" in (tmp_path / REVIEW).read_text(encoding="utf-8")


def test_only_what_is_accepted_is_taken_with_its_answer(drafts: Path) -> None:
    decisions = decided(
        drafts, "- {intent: track_order, action: accept}\n- {intent: find_parcel, action: drop}\n"
    )

    chosen = accepted(drafts, decisions)

    assert [one.text for one in chosen.examples] == [
        "where is my parcel",
        "cancel it and tell me where it is",
    ]
    assert chosen.examples[1].metadata["example"] == {"conversation": "c2", "turn": 3}
    assert list(chosen.responses) == ["utter_track_order"]


def test_renaming_merging_and_splitting(drafts: Path) -> None:
    found = taken(
        drafts,
        "- {intent: track_order, action: accept, name: where_is_it, split: {cancel_order: [Cancel]}}\n"
        "- {intent: find_parcel, action: accept, name: where_is_it}\n"
        "- {intent: 申请发票, action: accept, split: {ask_invoice: ['c4:0']}, response: false}\n",
    )

    assert found == {
        "where_is_it": ["where is my parcel", "I cannot find my parcel"],
        "cancel_order": ["cancel it and tell me where it is"],
        "ask_invoice": ["开发票"],
    }


def test_a_renamed_intent_takes_its_answer_along(drafts: Path) -> None:
    decisions = decided(
        drafts,
        "- {intent: track_order, action: accept, name: where_is_it}\n"
        "- {intent: 申请发票, action: accept, response: false}\n",
    )

    assert list(accepted(drafts, decisions).responses) == ["utter_where_is_it"]


def test_applied_is_noted_and_not_taken_again(drafts: Path) -> None:
    decisions = decided(drafts, "- {intent: track_order, action: accept}\n- {intent: find_parcel}\n")

    mark_applied(drafts, decisions)

    assert [one.action for one in read_review(drafts)] == ["applied", "review"]
    assert accepted(drafts, read_review(drafts)).examples == ()


def test_decisions_survive_a_new_mining() -> None:
    old = [
        Decision(intent="a", action="accept", name="b"),
        Decision(intent="gone", action="drop"),
        Decision(intent="c"),
    ]
    new = [Decision(intent="a", name="a", about="9 turns"), Decision(intent="c", name="c", about="4 turns")]

    kept = carried_over(new, old)

    assert [(one.intent, one.action, one.name, one.about) for one in kept] == [
        ("a", "accept", "b", "9 turns"),
        ("c", "review", "c", "4 turns"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "- {intent: a, action: acept}\n",
            r"review\.yml:2: the action 'acept' is unknown: accept, drop or review",
        ),
        ("- {intent: a}\n- {intent: a}\n", r"review\.yml:3: the intent 'a' stands here a second time"),
        ("- {intent: a, nam: b}\n", r"review\.yml:2: 'nam' is unknown here\. Known: intent, action, name"),
        ("- {intent: a, name: 'b c'}\n", r"review\.yml:2: 'b c' cannot be the name of an intent"),
        ("- {intent: a, split: [b]}\n", r"review\.yml:2: 'split' must be a mapping"),
        ("- accept\n", r"review\.yml:2: an entry needs an 'intent'"),
        ("  - [\n", r"review\.yml:\d: is not YAML"),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_line(drafts: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decided(drafts, text)


def test_words_that_no_example_has_are_named(drafts: Path) -> None:
    with pytest.raises(InputError, match="track_order: no example has 'refund', which is to go to 'b'"):
        taken(drafts, "- {intent: track_order, action: accept, split: {b: [refund]}}\n")
    with pytest.raises(InputError, match="the drafts have no intent 'x'"):
        taken(drafts, "- {intent: x, action: accept}\n")
