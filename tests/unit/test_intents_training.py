"""What training is made of, on vectors made here: names, lights, the in-scope probability, the choice."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.errors import InputError
from intents.head import SIGNALS, unit
from intents.training.fit import calibrate, make_head, stratified_folds
from intents.training.light import Sample, fit_light
from intents.training.names import meaningful, spoken
from intents.training.options import TrainingOptions
from intents.training.out_of_scope import BEYOND, fit_in_scope
from intents.training.rows import Rows, trial_folds


def _clusters(
    count: int, each: int, *, seed: int = 0, noise: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres, rows around them, and the rows' numbers."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(count, 32)).astype(np.float32)
    rows = np.repeat(centres, each, axis=0) + noise * random.normal(size=(count * each, 32))
    return unit(centres), unit(rows.astype(np.float32)), np.repeat(np.arange(count), each)


def _sample(rows: np.ndarray, targets: np.ndarray, names: np.ndarray | None = None) -> Sample:
    empty = rows[:0]
    named = empty if names is None else names
    return Sample(vectors=rows, targets=targets, outside=empty, names=named, mean=rows.mean(axis=0))


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("card_arrival", "card arrival"),
        ("faq/ask_OpeningTimes", "faq ask opening times"),
        ("Refund_not_showing_up?", "refund not showing up"),
        ("查询订单", "查询订单"),
        ("intent_12", "intent"),
    ],
)
def test_a_name_is_read_as_words(label: str, words: str) -> None:
    assert spoken(label) == words


def test_names_count_where_they_lie_with_their_examples() -> None:
    centres, rows, targets = _clusters(12, 6)
    assert meaningful(centres, rows, targets)
    assert not meaningful(centres[::-1], rows, targets)


def test_a_name_helps_where_examples_are_few() -> None:
    centres, rows, targets = _clusters(40, 12, seed=3, noise=1.2)
    few = np.flatnonzero(np.tile(np.arange(12) < 2, 40))
    rest = np.setdiff1d(np.arange(len(rows)), few)

    def accuracy(names: np.ndarray | None) -> float:
        sample = _sample(rows[few], targets[few], names).centred()
        logits = fit_light(sample, 40).logits(unit(rows[rest] - rows[few].mean(axis=0)))
        return float((logits.argmax(axis=1) == targets[rest]).mean())

    assert accuracy(centres) > accuracy(None)


def test_prototypes_that_tuning_has_learnt_are_the_weights() -> None:
    centres, rows, targets = _clusters(6, 8)
    sample = _sample(rows, targets)
    learnt = Sample(
        vectors=rows,
        targets=targets,
        outside=rows[:0],
        names=rows[:0],
        mean=sample.mean,
        prototypes=(10 * centres).astype(np.float32),
    )
    light = fit_light(learnt.centred(), 6)
    assert np.array_equal(light.weights, 10 * centres)
    folds = stratified_folds(targets, 4, 0)
    head = make_head(learnt, list("abcdef"), calibrate([(learnt, fold) for fold in folds], 6))
    assert (head(rows)[0].argmax(axis=1) == targets).mean() > 0.9


def test_without_real_strangers_few_examples_are_doubted() -> None:
    random = np.random.default_rng(0)
    inside = random.normal(1.0, 0.3, size=(2000, len(SIGNALS)))
    strange = random.normal(0.3, 0.3, size=(500, len(SIGNALS)))
    model = fit_in_scope(inside, [strange], real=False, share=0.8)
    assert abs((model(inside) < 0.5).mean() - BEYOND) < 0.01
    assert (model(strange) < 0.5).mean() > 0.5


def test_a_few_known_strangers_tell_what_is_like_them() -> None:
    """What is as near to the inside as examples are, but nearer to a known stranger, is one of its kind."""
    random = np.random.default_rng(0)
    inside = random.normal(1.0, 0.3, size=(2000, len(SIGNALS)))
    strange = random.normal(0.5, 0.3, size=(100, len(SIGNALS)))
    like_strangers = inside.copy()
    like_strangers[:, SIGNALS.index("outside_gap")] -= 1.8
    models = [fit_in_scope(inside, [strange], real=False, share=0.8, known=known) for known in (False, True)]
    rejected = [(model(like_strangers) < 0.5).mean() for model in models]
    assert abs((models[1](inside) < 0.5).mean() - BEYOND) < 0.01, "no more of the inside is doubted"
    assert rejected[0] < 0.1
    assert rejected[1] > 0.5


def test_with_real_strangers_the_probability_holds_where_four_messages_in_five_are_in_scope() -> None:
    random = np.random.default_rng(0)

    def drawn(centre: float, count: int) -> np.ndarray:
        return random.normal(centre, 0.3, size=(count, len(SIGNALS)))

    model = fit_in_scope(drawn(1.0, 3000), [drawn(0.7, 300)], real=True, share=0.8)
    scores = np.concatenate([model(drawn(1.0, 8000)), model(drawn(0.7, 2000))])
    inside = np.arange(10000) < 8000
    doubtful = (scores > 0.3) & (scores < 0.7)
    assert abs(scores.mean() - 0.8) < 0.02
    assert abs(inside[doubtful].mean() - scores[doubtful].mean()) < 0.1


def test_every_class_is_shown_in_every_trial() -> None:
    targets = np.array([0] * 9 + [1] * 5 + [2])
    rows = Rows(texts=["x"] * 15, targets=targets, labels=("a", "b", "c"), outside=())
    for shown, held in trial_folds(rows, TrainingOptions()):
        assert set(targets[shown]) == {0, 1, 2}
        assert not set(shown) & set(held)


def test_an_unknown_recipe_is_refused() -> None:
    with pytest.raises(InputError, match="auto, finetune, fast"):
        TrainingOptions(recipe="slow")
