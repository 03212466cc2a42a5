"""What a Rasa `config.yml` changes here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialog.decision import Candidate, Costs, decide
from bot.rasa_config import read_rasa_config, remarks
from bot.settings import load_settings
from encoders.errors import InputError

PETS = Path(__file__).parents[1] / "data" / "projects" / "pets"


def config(folder: Path, text: str):
    (folder / "config.yml").write_text(text)
    found = read_rasa_config(folder)
    assert found is not None
    return found


@pytest.mark.parametrize(("threshold", "begins"), [(0.3, 0.3), (0.5, 0.5), (0.7, 0.5), (0.9, 0.5)])
def test_the_fallback_threshold_is_where_answering_begins(
    tmp_path: Path, threshold: float, begins: float
) -> None:
    text = f"pipeline:\n- name: FallbackClassifier\n  threshold: {threshold}\n"
    costs = Costs(**config(tmp_path, text).costs)
    for p, kind in ((begins + 0.02, "answer"), (begins - 0.02, None)):
        best = Candidate(kind="intent", name="a", p=p)
        other = Candidate(kind="intent", name="b", p=0.0)
        decided = decide([best, other], costs, may_clarify=True).kind
        assert (decided == "answer") is (kind == "answer")


def test_without_a_fallback_the_likelier_than_not_is_answered(tmp_path: Path) -> None:
    costs = Costs(**config(tmp_path, "pipeline: [{name: DIETClassifier}]\n").costs)
    assert decide([Candidate(kind="intent", name="a", p=0.52)], costs, may_clarify=True).kind == "answer"


def test_it_asks_back_only_between_about_equally_likely_ones(tmp_path: Path) -> None:
    costs = Costs(**config(tmp_path, "pipeline: [{name: FallbackClassifier, threshold: 0.7}]\n").costs)

    def kind(first: float, second: float) -> str:
        both = [Candidate(kind="intent", name="a", p=first), Candidate(kind="intent", name="b", p=second)]
        return decide(both, costs, may_clarify=True).kind

    assert kind(0.5, 0.45) == "clarify"
    assert kind(0.65, 0.2) == "answer"


def test_max_history_is_that_of_the_memoization_policy(tmp_path: Path) -> None:
    assert config(tmp_path, "policies: [{name: MemoizationPolicy, max_history: 3}]\n").max_history == 3
    assert config(tmp_path, "policies: [{name: AugmentedMemoizationPolicy}]\n").max_history is None


def test_each_component_is_spoken_of_once() -> None:
    found = read_rasa_config(PETS)
    assert found is not None
    said = [text for _, text in remarks(found)]
    assert len(said) == len({text.partition(":")[0] for text in said}) == 8
    assert any("PetPolicy: kefu knows no such component" in text for text in said)
    assert all(f"{PETS / 'config.yml'}:" in where for where, _ in remarks(found))


def test_kefu_yml_comes_first(tmp_path: Path) -> None:
    config(tmp_path, "language: zh\npipeline: [{name: FallbackClassifier, threshold: 0.4}]\n")
    settings = load_settings(tmp_path)
    assert (settings.language, settings.languages) == ("zh", ("zh",))
    assert settings.costs.handover == pytest.approx(6.0)
    (tmp_path / "kefu.yml").write_text("costs: {wrong: 5}\n")
    assert load_settings(tmp_path).costs.wrong == 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pipeline: {name: x}\n", "must be a list"),
        ("pipeline: [{epochs: 3}]\n", "has a `name`"),
        ("pipeline: [{name: FallbackClassifier, threshold: 3}]\n", "between 0 and 1"),
        ("policies: [{name: MemoizationPolicy, max_history: all}]\n", "whole number"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        config(tmp_path, text)


def test_the_core_fallback_is_the_action_that_the_rule_policy_names(tmp_path: Path) -> None:
    assert config(tmp_path, "policies: [{name: RulePolicy}]\n").fallback is None
    named = "policies: [{name: RulePolicy, core_fallback_action_name: action_sorry%s}]\n"
    assert config(tmp_path, named % "").fallback == "action_sorry"
    assert config(tmp_path, named % ", enable_fallback_prediction: false").fallback is None
    with pytest.raises(InputError, match="core_fallback_action_name"):
        config(tmp_path, "policies: [{name: RulePolicy, core_fallback_action_name: 3}]\n")
