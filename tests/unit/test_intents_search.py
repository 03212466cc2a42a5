"""The search for what to fine-tune with, over a judge whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from encoders.errors import InputError
from encoders.logistic import Floats
from intents.examples import Example, TrainingData
from intents.training.options import TrainingOptions
from intents.training.search import Search, Searched, open_study, search_options

OPTIONS = TrainingOptions(recipe="finetune")


@dataclass
class Judging:
    """Takes ten seconds a candidate; what is right depends on the learning rate, and a little on the rows.

    `best_rate`: where accuracy peaks. `honest`: whether the peak is there on other rows too.
    """

    best_rate: float = 2e-4
    honest: bool = True
    now: float = 0.0
    asked: list[TrainingOptions] = field(default_factory=list)
    stop_after: int = 1000

    def __call__(self, options: TrainingOptions) -> Floats:
        if len(self.asked) == self.stop_after:
            raise KeyboardInterrupt
        self.asked.append(options)
        self.now += 10.0
        away = abs(np.log(options.learning_rate / self.best_rate))
        share = 0.9 - 0.1 * min(1.0, away)
        if options.seed != OPTIONS.seed and not self.honest:
            share = 0.6 if away < 1 else 0.8
        return (np.arange(1000) < 1000 * share).astype(float)


def _search(folder: Path, judge: Judging, seconds: float) -> tuple[Searched, list[str]]:
    said: list[str] = []
    search = Search(
        options=OPTIONS,
        study=open_study(folder, "key", 0),
        judge=judge,
        say=said.append,
        clock=lambda: judge.now,
    )
    return search.run(seconds), said


def test_a_better_rate_is_found_confirmed_and_taken(tmp_path: Path) -> None:
    judge = Judging()
    found, said = _search(tmp_path, judge, 400)

    assert judge.now <= 400
    assert found.options.learning_rate != OPTIONS.learning_rate
    assert found.options.seed == OPTIONS.seed
    assert found.gain is not None
    assert found.interval is not None
    assert 0 < found.interval[0] <= found.gain <= found.interval[1]
    assert "It is taken" in found.why
    assert sum(line.startswith("candidate") for line in said) == found.candidates > 20
    first, *_ = judge.asked
    assert first == OPTIONS  # the defaults are judged before all others
    assert [one.seed for one in judge.asked[-2:]] == [1, 1]  # other rows confirm


def test_a_gain_that_was_luck_is_not_taken(tmp_path: Path) -> None:
    found, _ = _search(tmp_path, Judging(honest=False), 400)
    assert found.gain is not None
    assert found.gain < 0
    assert found.options == OPTIONS
    assert "The defaults stay" in found.why


def test_defaults_that_are_best_stay(tmp_path: Path) -> None:
    found, _ = _search(tmp_path, Judging(best_rate=OPTIONS.learning_rate), 200)
    assert found.options == OPTIONS
    assert found.gain is None
    assert "The defaults were the best" in found.why


def test_without_time_the_defaults_are_judged_and_stay(tmp_path: Path) -> None:
    found, said = _search(tmp_path, Judging(), 1)
    assert (found.candidates, len(said)) == (1, 1)
    assert found.options == OPTIONS


def test_an_interrupted_search_goes_on(tmp_path: Path) -> None:
    first = Judging(stop_after=3)
    with pytest.raises(KeyboardInterrupt):
        _search(tmp_path, first, 400)

    second = Judging()
    found, said = _search(tmp_path, second, 100)
    judged = [line for line in said if line.startswith("candidate")]
    assert found.candidates == 3 + len(judged)
    assert second.asked[0] not in first.asked  # the one in hand is judged now, no other again
    assert OPTIONS not in second.asked[: len(judged)]


def test_what_cannot_be_searched_is_refused(tmp_path: Path) -> None:
    data = TrainingData(examples=(Example(text="a", intent="x"), Example(text="b", intent="y")))
    for options, minutes in ((TrainingOptions(recipe="fast"), 1.0), (TrainingOptions(), 0.0)):
        with pytest.raises(InputError, match="--search"):
            search_options(data, options, tmp_path / "search", minutes=minutes, say=print)
    assert not (tmp_path / "search").exists()
