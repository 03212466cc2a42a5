"""The audit finds what was planted, and little else."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intents.audit.audit import KINDS, findings
from intents.audit.confident import confident_joint, doubts, estimated_errors
from intents.audit.duplicates import exact_copies, folded, near_copies
from intents.audit.intents import overlapping, starved
from intents.audit.report import TITLES, audit_page
from intents.examples import OUT_OF_SCOPE, Example
from intents.head import Vectors, unit


def _examples(*rows: tuple[str, str]) -> list[Example]:
    return [
        Example(text=text, intent=intent, source=f"nlu.yml:{line}")
        for line, (text, intent) in enumerate(rows, 1)
    ]


def _clusters(intents: int, each: int) -> tuple[list[Example], Vectors]:
    """Examples whose vectors stand around a centre of their intent."""
    random = np.random.default_rng(7)
    centres = unit(random.normal(size=(intents, 24)).astype(np.float32))
    labels = np.repeat(np.arange(intents), each)
    vectors = unit(centres[labels] + 0.09 * random.normal(size=(len(labels), 24)).astype(np.float32))
    words = random.integers(10**6, size=len(labels))
    rows = [
        (f"w{word:06d} {word * 7919 % 10**6:06d}", f"intent_{label}")
        for word, label in zip(words, labels, strict=True)
    ]
    return _examples(*rows), vectors


def _relabelled(examples: list[Example], row: int, intent: str) -> None:
    examples[row] = Example(text=examples[row].text, intent=intent, source=examples[row].source)


def test_planted_wrong_labels_are_found_and_no_others() -> None:
    examples, vectors = _clusters(8, 25)
    planted = {3: "intent_5", 40: "intent_0", 77: "intent_1", 120: "intent_7", 199: "intent_2"}
    was = {row: examples[row].intent for row in planted}
    for row, intent in planted.items():
        _relabelled(examples, row, intent)

    report = findings(examples, vectors)

    found = {one["examples"][0]["source"]: one["likely"] for one in report["mislabelled"]}
    wanted = {f"nlu.yml:{row + 1}": was[row] for row in planted}
    assert found.items() <= wanted.items()
    assert len(found) >= 4
    assert abs(report["estimated_wrong_labels"] - len(planted)) <= 1
    assert all(one["p_likely"] > one["p_label"] for one in report["mislabelled"])


def test_clean_data_has_no_findings() -> None:
    report = findings(*_clusters(6, 20))
    assert {kind: report[kind] for kind in KINDS} == {kind: [] for kind in KINDS}
    assert report["accuracy_out_of_fold"] == 1.0
    assert "Nothing found" in audit_page(report, title="t", lead="l")


def test_the_confident_joint_by_hand() -> None:
    probabilities = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9]])
    labels = np.array([0, 0, 0, 1, 1])  # the bars are 0.6 and 0.8
    joint, confident = confident_joint(probabilities, labels)
    assert confident.tolist() == [0, 0, 1, -1, 1]
    assert joint.tolist() == [[2, 1], [0, 1]]
    assert [one.row for one in doubts(probabilities, labels)] == [2]
    assert estimated_errors(probabilities, labels) == 1


def test_copies_and_contradictions() -> None:
    examples = _examples(
        ("Where is my parcel?", "track"),
        ("where is  my parcel", "track"),
        ("where is my parcell", "track"),
        ("我的包裹到哪里了", "track"),
        ("我的包裹到哪里了？", "refund"),
        ("i want my money back", "refund"),
    )
    assert [one.rows for one in exact_copies(examples)] == [(0, 1), (3, 4)]
    assert [one.rows for one in near_copies(examples)] == [(0, 2)]

    base, vectors = _clusters(4, 10)
    base += [Example(text=base[0].text + "!", intent="intent_1", source="more.csv:2")]
    report = findings(base, np.vstack([vectors, vectors[:1]]))
    (one,) = report["contradictions"]
    assert [example["source"] for example in one["examples"]] == ["nlu.yml:1", "more.csv:2"]
    assert "intent_0 and intent_1" in one["fix"]
    assert report["mislabelled"] == []  # said once, as what it is


@given(st.text(max_size=60))
def test_a_text_is_its_own_copy_whatever_its_case_and_end(text: str) -> None:
    assert folded(text.upper().lower()) == folded(text.upper().lower() + " ?! ")


def test_starved_and_overlapping_intents() -> None:
    names = ["big", "other", "tiny", OUT_OF_SCOPE]
    labels = np.array([0] * 20 + [1] * 20 + [2] * 4 + [3] * 2)
    probabilities = np.eye(4)[labels]
    probabilities[:5] = np.eye(4)[1]  # five of `big` are taken for `other`
    (small,) = starved(labels, names, probabilities)
    assert (small.intent, small.examples, small.missing) == ("tiny", 4, 16)
    (pair,) = overlapping(labels, names, probabilities)
    assert (pair.first, pair.second, pair.rows) == ("big", "other", (0, 1, 2, 3, 4))
    assert pair.share == 5 / 40


def test_the_report_is_json_and_its_page_holds_no_markup_of_the_data() -> None:
    examples, vectors = _clusters(4, 8)
    examples[0] = Example(text="<img src=x onerror=alert(1)>", intent="intent_0", source="nlu.yml:1")
    examples[1] = Example(text="<img src=x onerror=alert(1)>", intent="intent_0", source="nlu.yml:2")
    report = findings(examples, vectors)
    assert json.loads(json.dumps(report)) == report
    page = audit_page(report, title="t", lead="l")
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert tuple(TITLES) == KINDS
