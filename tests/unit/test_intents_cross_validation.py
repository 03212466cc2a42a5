"""Folds, baselines, comparison and difference, with the real baselines on a handful of texts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders.errors import InputError
from intents.evaluation.baselines import linear_svm, naive_bayes, pieces
from intents.evaluation.compare import compared, comparison_page
from intents.evaluation.cross_validation import Plan, cross_validate, deal
from intents.evaluation.diff import difference, difference_page
from intents.evaluation.scored import Scored
from intents.evaluation.significance import difference_interval, mcnemar
from intents.examples import OUT_OF_SCOPE, Example, TrainingData

_SAID = {
    "track": ["where is my parcel", "track my order", "parcel not here yet", "where is it now", "我的包裹到哪了"],
    "refund": ["i want my money back", "refund please", "give me a refund", "money back", "我要退款"],
    "hours": ["when do you open", "opening hours today", "open on sunday", "what time do you open", "几点开门"],
    OUT_OF_SCOPE: ["write a poem about rain", "who won the match", "给我讲个笑话"],
}  # fmt: skip


def _data() -> TrainingData:
    rows = [(text, intent) for intent, texts in _SAID.items() for text in texts]
    return TrainingData(
        examples=tuple(
            Example(text=text, intent=intent, source=f"d.csv:{line}")
            for line, (text, intent) in enumerate(rows, 2)
        )
    )


def test_chinese_is_never_one_token() -> None:
    assert pieces("我的包裹呢") == ["我", "的", "包", "裹", "呢", "我的", "的包", "包裹", "裹呢"]
    assert pieces("ＷＢ订单 track it") == ["订", "单", "订单", "wb", "track", "it", "wb track", "track it"]


@given(st.text(alphabet="包裹退款几点开门", min_size=2, max_size=30))
def test_no_piece_of_chinese_is_longer_than_a_pair(text: str) -> None:
    assert max(map(len, pieces(text))) <= 2


@given(st.lists(st.sampled_from("abcd"), min_size=6, max_size=60), st.integers(2, 6))
def test_folds_hold_each_example_once_and_each_intent_evenly(intents: list[str], count: int) -> None:
    examples = [Example(text=str(number), intent=intent) for number, intent in enumerate(intents)]
    folds = deal(examples, count, seed=1)
    assert sorted(row for _, held in folds for row in held) == list(range(len(examples)))
    assert all(set(shown) & set(held) == set() for shown, held in folds)
    for intent in set(intents):
        sizes = [sum(intents[row] == intent for row in held) for _, held in folds]
        sizes += [0] * (count - len(sizes))
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("model", [naive_bayes, linear_svm])
def test_a_baseline_learns(model: object) -> None:
    inside = [one for one in _data().examples if one.intent != OUT_OF_SCOPE]
    given, _, scope = model(
        [one.text for one in inside], [one.intent for one in inside], ["my parcel please", "退款"]
    )  # type: ignore[operator]
    assert given == ("track", "refund")
    assert ((scope > 0) & (scope < 1)).all()


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    said: list[str] = []
    plan = Plan(folds=3, work=tmp_path, say=said.append)
    first = cross_validate(_data(), "naive-bayes", plan)
    assert not [line for line in said if "done before" in line]

    (tmp_path / "naive-bayes-2.json").write_text('{"key"')
    said.clear()
    again = cross_validate(_data(), "naive-bayes", plan)
    assert [("done before" in line) for line in said] == [True, False, True]
    assert again.scored.given == first.scored.given
    assert np.array_equal(again.scored.confidence, first.scored.confidence)

    data = _data()
    other = replace(data, examples=(replace(data.examples[0], intent="hours"), *data.examples[1:]))
    said.clear()
    cross_validate(other, "naive-bayes", plan)
    assert not [line for line in said if "done before" in line]


def test_finished_folds_hold_no_texts(tmp_path: Path) -> None:
    cross_validate(_data(), "svm", Plan(folds=3, work=tmp_path))
    kept = "".join(file.read_text(encoding="utf-8") for file in tmp_path.iterdir())
    assert "parcel" not in kept
    assert "包裹" not in kept


def test_what_cannot_be_dealt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--folds"):
        Plan(folds=1, work=tmp_path)
    few = TrainingData(examples=_data().examples[:7])
    with pytest.raises(InputError, match=r"d\.csv:2: 7 examples are too few for 5 folds"):
        cross_validate(few, "svm", Plan(work=tmp_path))


def test_recipes_are_compared_on_the_same_texts(tmp_path: Path) -> None:
    plan = Plan(folds=3, work=tmp_path)
    report = compared([cross_validate(_data(), name, plan) for name in ("naive-bayes", "svm")])

    accuracies = [of["accuracy"] for of in report["recipes"].values()]
    assert accuracies == sorted(accuracies, reverse=True)
    assert accuracies[0] > 1 / 3
    assert len(report["pairs"]) == 1
    assert "naive-bayes" in report["coverage_error"]
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert "TF-IDF, linear SVM" in comparison_page(report, title="t", lead="l")


def test_mcnemar_by_hand() -> None:
    first = np.array([True] * 10 + [False] * 6)
    second = np.array([True] * 10 + [True] * 6)
    assert np.isclose(mcnemar(first, second), 2 * 0.5**6)
    assert mcnemar(first, first) == 1.0
    assert mcnemar(first, second) == mcnemar(second, first)


def test_the_interval_of_a_difference_holds_it_and_shrinks() -> None:
    random = np.random.default_rng(3)
    first = random.random(2000) < 0.8
    second = first | (random.random(2000) < 0.3)
    gain = second.mean() - first.mean()
    low, high = difference_interval(first, second)
    wide_low, wide_high = difference_interval(first[:200], second[:200])
    assert 0 < low < gain < high
    assert wide_high - wide_low > high - low
    assert difference_interval(first, first) == (0.0, 0.0)


def _said(given: list[str], in_scope: list[float]) -> Scored:
    wanted = ["track", "refund", "hours", OUT_OF_SCOPE]
    return Scored(
        examples=tuple(Example(text=f"<b>{intent}", intent=intent, source="t.csv:2") for intent in wanted),
        given=tuple(given),
        confidence=np.full(4, 0.9),
        in_scope=np.array(in_scope),
    )


def test_a_difference_names_what_got_better_and_worse() -> None:
    old = _said(["track", "track", "hours", "track"], [0.9, 0.9, 0.9, 0.9])
    new = _said(["track", "refund", "hours", "track"], [0.9, 0.9, 0.2, 0.1])
    report = difference(old, new)

    assert {one["intent"] for one in report["better"]} == {"refund", OUT_OF_SCOPE}
    assert [(one["intent"], one["before"], one["after"]) for one in report["worse"]] == [
        ("hours", "hours", OUT_OF_SCOPE)
    ]
    assert report["difference"] == 0.25
    assert report["intents"] == {
        "hours": {"texts": 1, "before": 1, "after": 0},
        "refund": {"texts": 1, "before": 0, "after": 1},
        OUT_OF_SCOPE: {"texts": 1, "before": 0, "after": 1},
    }
    page = difference_page(report, title="t", names=("old", "new"))
    assert "&lt;b&gt;refund" in page
    assert "<b>refund" not in page


def test_a_model_does_not_differ_from_itself() -> None:
    same = _said(["track", "track", "hours", "track"], [0.9, 0.9, 0.9, 0.9])
    report = difference(same, same)
    assert report["better"] == report["worse"] == report["other"] == []
    assert report["mcnemar_p"] == 1.0
