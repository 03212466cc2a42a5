"""Putting intents and passages on one scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calibration import Calibration, fit_calibration
from bot.dialog.decision import Candidate
from bot.evaluation.outcomes import HeldOut, Kind
from encoders.errors import ArtifactError

Row = tuple[HeldOut, tuple[Candidate, ...]]


def row(kind: Kind, intent_p: float, passage_p: float, *, right: bool) -> Row:
    """A message whose right answer is the intent `a` or the document `d`, or something else."""
    answers = {"intent": "a" if right else "b", "question": "d" if right else "e"}.get(kind)
    message = HeldOut(text="?", kind=kind, language="en", answers=frozenset([answers] if answers else []))
    candidates = (
        Candidate(kind="intent", name="a", p=intent_p),
        Candidate(kind="passage", name="d#0", p=passage_p),
    )
    return message, candidates


def messages(each: int, *, overstated: float) -> list[Row]:
    """Messages whose best candidate is right less often by `overstated` than its probability says."""
    random = np.random.default_rng(0)
    rows = []
    for p in random.uniform(0.2, 1.0, each):
        right = bool(random.random() < p - overstated)
        rows += [row("intent", p, 0.1, right=right), row("question", 0.1, p, right=right)]
        rows.append(row("unanswerable", 0.12, 0.1, right=False))
    return rows


def test_what_is_overstated_is_lowered_and_what_is_certain_stays() -> None:
    calibration = fit_calibration(messages(800, overstated=0.15))
    assert calibration(0.12, 0.1) < 0.05
    assert calibration(0.5, 0.1) < 0.45
    assert calibration(0.999, 0.1) > 0.8


def test_where_the_other_side_is_near_a_message_is_less_likely_one_that_nothing_answers() -> None:
    random = np.random.default_rng(1)
    rows = []
    for p in random.uniform(0.3, 0.9, 400):
        rows.append(row("unanswerable", p, 0.02, right=False))
        right = bool(random.random() < p)
        rows += [row("intent", p, 0.25, right=right), row("question", 0.25, p, right=right)]
    calibration = fit_calibration(rows)
    assert calibration(0.6, 0.25) > 0.4
    assert calibration(0.6, 0.02) < 0.2


def test_candidates_keep_their_order_within_a_side() -> None:
    _, candidates = row("intent", 0.6, 0.5, right=True)
    more = (*candidates, Candidate(kind="intent", name="b", p=0.2))
    applied = Calibration(a=1.3, b=0.7, c=0.2, d=0.3).apply(more)
    assert [one.name for one in applied] == ["a", "d#0", "b"]
    assert applied[0].p > applied[2].p


def test_few_messages_change_nothing() -> None:
    assert fit_calibration(messages(50, overstated=0.3)) == Calibration()


def test_an_article_best_for_an_intents_example_teaches_nothing() -> None:
    known = messages(400, overstated=0.1)
    unlabelled = [row("intent", 0.2, 0.95, right=True)] * 500
    assert fit_calibration(known + unlabelled) == fit_calibration(known)


@given(
    p=st.floats(0, 1),
    q=st.floats(0, 1),
    a=st.floats(0, 4),
    b=st.floats(0, 4),
    c=st.floats(-4, 4),
)
def test_probabilities_stay_probabilities_in_their_order(
    p: float, q: float, a: float, b: float, c: float
) -> None:
    calibration = Calibration(a=a, b=b, c=c)
    low, high = sorted((p, q))
    assert 0.0 <= calibration(low) <= calibration(high) <= 1.0


def test_the_default_changes_nothing() -> None:
    assert Calibration()(0.37) == pytest.approx(0.37)


def test_saved_and_read_again(tmp_path: Path) -> None:
    calibration = Calibration(a=1.2, b=0.7, c=-0.3)
    calibration.save(tmp_path / "calibration.json")
    assert Calibration.load(tmp_path / "calibration.json") == calibration


@pytest.mark.parametrize("content", ["", "[]", '{"a": "much"}', '{"z": 1}'])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(ArtifactError, match=r"calibration\.json"):
        Calibration.load(tmp_path / "calibration.json")
