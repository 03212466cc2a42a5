"""The head: calibration and the in-scope probability, on vectors made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from encoders.logistic import fit_logistic
from intents.head import NEIGHBOURS, load_head, nearest, nearest_in_classes, save_head, unit
from intents.training.fit import fit_head, fit_temperature, stratified_folds


def _clusters(count: int, each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(count, 32))
    rows = np.repeat(centres, each, axis=0) + 0.4 * random.normal(size=(count * each, 32))
    return unit(rows.astype(np.float32)), np.repeat(np.arange(count), each)


def test_classes_are_told_apart_and_strangers_are_out_of_scope(tmp_path: Path) -> None:
    rows, targets = _clusters(8, 30)
    strangers = unit(np.random.default_rng(5).normal(size=(80, 32)).astype(np.float32))
    fitted = fit_head(
        rows, targets, [f"i{n}" for n in range(8)], strangers[:60], stratified_folds(targets, 5, 0)
    )
    save_head(fitted.head, tmp_path)
    head = load_head(tmp_path)
    probabilities, inside = head(rows)
    _, outside = head(strangers[60:])
    assert (probabilities.argmax(axis=1) == targets).mean() > 0.97
    assert np.allclose(probabilities.sum(axis=1), 1.0)
    assert np.median(inside) > 0.8
    assert np.median(outside) < 0.3


def test_without_out_of_scope_rows_left_out_classes_stand_in() -> None:
    rows, targets = _clusters(8, 30)
    strangers = unit(np.random.default_rng(5).normal(size=(40, 32)).astype(np.float32))
    empty = np.zeros((0, 32), np.float32)
    head = fit_head(rows, targets, [f"i{n}" for n in range(8)], empty, stratified_folds(targets, 5, 0)).head
    assert np.median(head(rows)[1]) > np.median(head(strangers)[1]) + 0.3


def test_temperature_undoes_overconfidence() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(3, size=4000)
    honest = random.normal(size=(4000, 3))
    honest[np.arange(4000), truth] += 1.0
    assert (
        abs(fit_temperature((honest * 3).astype(np.float32), truth) / fit_temperature(honest, truth) - 3)
        < 0.1
    )


def test_no_row_is_its_own_neighbour() -> None:
    rows = unit(np.eye(3, dtype=np.float32))
    assert nearest(rows, rows, 1).tolist() == [1.0, 1.0, 1.0]
    assert nearest(rows, rows, 1, same=True).tolist() == [0.0, 0.0, 0.0]


def test_neighbours_are_found_in_the_nearest_classes() -> None:
    rows, targets = _clusters(20, 150)
    means = unit(np.stack([rows[targets == target].mean(axis=0) for target in range(20)]))
    queries = _clusters(20, 5, seed=0)[0] + np.float32(0.05)
    found = nearest_in_classes(queries, queries @ means.T, rows, np.bincount(targets))
    assert np.allclose(found, nearest(queries, rows, NEIGHBOURS))
    strangers = unit(np.random.default_rng(5).normal(size=(50, 32)).astype(np.float32))
    near = nearest_in_classes(strangers, strangers @ means.T, rows, np.bincount(targets))
    assert (near <= nearest(strangers, rows, NEIGHBOURS) + 1e-6).all()
    assert np.allclose(near, nearest(strangers, rows, NEIGHBOURS), atol=0.1)


def test_logistic_regression_finds_the_weights_it_was_made_with() -> None:
    random = np.random.default_rng(1)
    signals = random.normal(size=(20000, 2))
    p = 1 / (1 + np.exp(-(0.5 + 2 * signals[:, 0] - signals[:, 1])))
    model = fit_logistic(signals, (random.random(20000) < p).astype(float), ridge=0.1)
    weights = model.weights / model.scale
    assert np.allclose(weights, [2, -1], atol=0.12)
