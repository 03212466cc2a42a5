"""Fitting the probability that a text is in scope at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.logistic import Floats, Logistic, balanced, fit_logistic
from intents.head import SIGNALS, Vectors, nearest, nearest_in_classes, signals
from intents.training.light import NO_CHANCE, Indexes, Light, Sample

ENOUGH_OUTSIDE = 50
"""From this many real out-of-scope rows on, left-out classes no longer stand in for them."""

BEYOND = 0.02
INSIDE_SHARE = 0.8
"""Of all messages, the share that is taken to be in scope where nothing else is known."""
LEAST_SLOPE = 0.5

_DIRECTION = np.array([name in ("energy", "neighbours", "best_logit") for name in SIGNALS], float)
"""What points inwards whatever lies outside."""
_GAP = np.array([name == "outside_gap" for name in SIGNALS], float)
"""What points inwards where some examples of the outside are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A centred sample, a fold of it, and a head that has seen the fold's `shown` rows alone."""

    sample: Sample
    shown: Indexes
    held: Indexes
    light: Light


def see_held(part: Part, temperature: float) -> Floats:
    """Signals (n, k) of the held-out rows."""
    known = part.sample.rows(part.shown)
    return _signals(part.sample.vectors[part.held], known, part.light, temperature)


def see_outside(part: Part, temperature: float) -> Floats:
    """Signals (m, k) of the out-of-scope rows, each looked up as if it were not known."""
    known = part.sample.rows(part.shown)
    return _signals(part.sample.outside, known, part.light, temperature, same=True)


def see_left_out(part: Part, temperature: float) -> list[Floats]:
    """Signals of examples whose classes the head is made to forget: they stand in for what is out of scope."""
    found = []
    for kept, left in _left_out_classes(part.sample.targets):
        rest = part.sample.rows(kept)
        forgotten = _forget(part.light, np.unique(part.sample.targets[left]))
        found.append(_signals(part.sample.vectors[left], rest, forgotten, temperature))
    return found


def _forget(light: Light, classes: Indexes) -> Light:
    bias, prototypes = light.bias.copy(), light.prototypes.copy()
    bias[classes], prototypes[classes] = NO_CHANCE, 0.0
    return replace(light, bias=bias, prototypes=prototypes)


def fit_in_scope(
    inside: Floats, strange: Sequence[Floats], *, real: bool, share: float, known: bool = False
) -> Logistic:
    """The in-scope probability, from signals inside (n, k) and of what is strange, real or standing in.

    With real out-of-scope rows every signal gets a weight, and the sides weigh as they are taken to come: `share`
    of the messages are in scope. Left-out classes are no more than a hint of what will come: along the sum of the
    three signals that need no counterexamples (each in units of its spread inside) they set how sharply the probability
    turns. It turns where a fiftieth of the examples lies beyond.

    Args:
        known: some out-of-scope examples are there, if few: a fourth signal says how much nearer the inside is.
    """
    found = np.concatenate([inside, *strange])
    flags = np.concatenate([np.ones(len(inside)), np.zeros(len(found) - len(inside))])
    sides = balanced(flags)
    if real:
        sides *= 2 * np.where(flags == 1, share, 1 - share)
        return fit_logistic(found, flags, row_weights=sides, ridge=2.0)
    mean, scale = inside.mean(axis=0), inside.std(axis=0) + 1e-9
    direction = _DIRECTION + _GAP if known else _DIRECTION
    line = ((found - mean) / scale) @ direction
    turn = fit_logistic(line[:, None], flags, row_weights=sides, ridge=2.0)
    slope = max(float(turn.weights[0] / turn.scale[0]), LEAST_SLOPE)
    bias = -slope * float(np.quantile(line[flags == 1], BEYOND))
    return Logistic(weights=slope * direction, bias=bias, mean=mean, scale=scale)


def _left_out_classes(targets: Indexes, groups: int = 5) -> list[tuple[Indexes, Indexes]]:
    classes = np.unique(targets)
    if len(classes) < 3:
        return []
    return [
        (np.flatnonzero(~np.isin(targets, group)), np.flatnonzero(np.isin(targets, group)))
        for group in (classes[start::groups] for start in range(min(groups, len(classes) - 1)))
        if len(group)
    ]


def _signals(
    queries: Vectors, known: Sample, light: Light, temperature: float, *, same: bool = False
) -> Floats:
    cosines = queries @ light.prototypes.T
    by_class = known.vectors[np.argsort(known.targets, kind="stable")]
    sizes = np.bincount(known.targets, minlength=len(light.prototypes))
    return signals(
        light.logits(queries) / np.float32(temperature),
        cosines,
        nearest_in_classes(queries, cosines, by_class, sizes),
        nearest(queries, known.outside, 1, same=same),
    )
