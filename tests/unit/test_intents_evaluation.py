"""The measures, against values worked out by hand and properties that always hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders.errors import InputError
from intents.evaluation.calibration import expected_calibration_error, reliability
from intents.evaluation.curves import Aim, area_under_error, coverage_curve, operating_point
from intents.evaluation.evaluate import measured
from intents.evaluation.figures import confusions, figures, intent_table, interval
from intents.evaluation.report import evaluation_page, write_report
from intents.evaluation.scored import Scored
from intents.examples import OUT_OF_SCOPE, Example

_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", OUT_OF_SCOPE]),
        st.sampled_from(["a", "b"]),
        st.floats(0.01, 1),
        st.floats(0.01, 1),
    ),
    min_size=1,
    max_size=40,
)


def _scored(*rows: tuple[str, str, float, float]) -> Scored:
    """Rows of wanted, given, confidence and in_scope."""
    return Scored(
        examples=tuple(
            Example(text=f"text {number}", intent=row[0], source=f"t.csv:{number + 2}")
            for number, row in enumerate(rows)
        ),
        given=tuple(row[1] for row in rows),
        confidence=np.array([row[2] for row in rows]),
        in_scope=np.array([row[3] for row in rows]),
    )


HAND = _scored(
    ("a", "a", 0.9, 1.0),
    ("a", "b", 0.6, 0.9),
    ("b", "b", 0.8, 0.95),
    (OUT_OF_SCOPE, "a", 0.7, 0.2),
)


def test_figures_by_hand() -> None:
    found = figures(HAND)
    assert (found["examples"], found["in_scope"]) == (4, 3)
    assert found["accuracy"] == round(2 / 3, 4)
    assert found["macro_f1"] == round(2 / 3, 4)
    assert found["out_of_scope_auroc"] == 1.0
    assert found["false_accepts_at_95_recall"] == 0.0
    assert found["out_of_scope_recall"] == found["in_scope_recall"] == 1.0


def test_intents_and_confusions_by_hand() -> None:
    rows = intent_table(HAND)
    assert set(rows) == {"a", "b"}
    assert (rows["a"]["recall"], rows["a"]["precision"]) == (0.5, 1.0)
    assert (rows["b"]["recall"], rows["b"]["precision"]) == (1.0, 0.5)
    assert confusions(HAND) == [
        {"wanted": "a", "given": "b", "count": 1, "examples": ["text 1"], "sources": ["t.csv:3"]}
    ]


def test_the_curve_by_hand() -> None:
    curve = coverage_curve(HAND)
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert np.allclose(curve.error, [0, 0, 1 / 3, 0.5])
    assert np.isclose(area_under_error(curve), (0 + 0 + 1 / 3 + 1 / 2) / 4)


@given(_ROWS)
def test_the_curve_ends_with_everything_answered(rows: list[tuple[str, str, float, float]]) -> None:
    scored = _scored(*rows)
    curve = coverage_curve(scored)
    assert curve.coverage[-1] == 1
    assert np.isclose(curve.error[-1], 1 - scored.right.mean())
    assert (np.diff(curve.coverage) > 0).all()
    assert (np.diff(curve.thresholds) < 0).all()


@given(_ROWS, st.floats(0.05, 1))
def test_a_wanted_precision_is_kept_with_the_most_coverage(
    rows: list[tuple[str, str, float, float]], precision: float
) -> None:
    scored = _scored(*rows)
    point = operating_point(coverage_curve(scored), Aim(precision=precision))
    if point["threshold"] is None:
        assert all(scored.right[scored.answer >= bar].mean() < precision for bar in scored.answer)
    else:
        assert 1 - point["error"] >= precision - 1e-4
        wider = [bar for bar in scored.answer if (scored.answer >= bar).mean() > point["coverage"] + 1e-4]
        assert all(scored.right[scored.answer >= bar].mean() < precision for bar in wider)


def test_costs_give_the_threshold_that_probabilities_mean() -> None:
    point = operating_point(coverage_curve(HAND), Aim(wrong=10, handover=2))
    assert point["threshold"] == 0.8
    assert (point["coverage"], point["error"]) == (0.25, 0.0)
    assert point["cost_per_text"] == 1.5
    cheap = operating_point(coverage_curve(HAND), Aim(wrong=2, handover=5))
    assert (cheap["threshold"], cheap["coverage"]) == (0.0, 1.0)


@pytest.mark.parametrize("aim", [{"precision": 1.2}, {"precision": 0.0}, {"wrong": -1.0}, {"handover": 0.0}])
def test_an_aim_that_makes_no_sense_is_refused(aim: dict[str, float]) -> None:
    with pytest.raises(InputError):
        Aim(**aim)


def test_calibration_error_is_the_gap() -> None:
    stated = np.full(3000, 0.9)
    right = np.zeros(3000)
    right[::5] = 1  # one in five, in every bin
    assert np.isclose(expected_calibration_error(stated, right), 0.7, atol=0.01)
    rows = reliability(stated, right)
    assert len(rows) == 15
    assert sum(row["texts"] for row in rows) == 3000
    assert all(row["error"] > 0 for row in rows)


@given(st.integers(1, 400), st.data())
def test_the_interval_of_a_share_holds_the_share(count: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, count))
    low, high = interval(right, count)
    assert 0 <= low <= round(right / count, 4) <= high <= 1


@given(_ROWS)
def test_every_report_is_json_and_a_page(rows: list[tuple[str, str, float, float]]) -> None:
    report = measured(_scored(*rows))
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert "<svg" in evaluation_page(report, title="t")


def test_a_text_cannot_break_the_page(tmp_path: Path) -> None:
    rows = _scored(("a", "b", 0.5, 0.5), ("b", "b", 0.5, 0.5))
    nasty = Example(text="<script>alert(1)</script>", intent="a", source="<b>.csv:1")
    scored = Scored(
        examples=(nasty, rows.examples[1]),
        given=rows.given,
        confidence=rows.confidence,
        in_scope=rows.in_scope,
    )
    report = measured(scored)
    write_report(report, tmp_path, evaluation_page(report, title="<i>"))
    content = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in content
    assert "&lt;script&gt;" in content
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report
