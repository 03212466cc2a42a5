"""Fitting a tagger: a conditional random field over what words look like and the encoder's frozen states.

Its weights are found by Adam on the negative log-likelihood of whole texts, with features and states dropped at
random so that no single word decides.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from encoders.encoder import Vectors
from encoders.progress import Progress
from intents.tagging.chain import NEVER, Chain
from intents.tagging.labels import Label, count, edges, follows
from intents.tagging.surface import features
from intents.tagging.tagger import Tagger
from intents.tagging.units import Unit

EPOCHS, LEAST_STEPS, MOST_EPOCHS = 8, 300, 40
BATCH, LARGE_BATCH, MANY = 32, 64, 1000
"""Texts in a step; the larger number from MANY texts on."""
RATE, STATES_RATE = 0.02, 0.002
DROPPED, STATES_DROPPED = 0.3, 0.1
RIDGE = 2e-5
SEEN = 2
"""How often a feature must be seen to have weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Texts to learn from.

    Attributes:
        units: each text's. tags: one for each unit. states: (units, d) of each text, d may be 0.
    """

    units: Sequence[Sequence[Unit]]
    tags: Sequence[Sequence[int]]
    states: Sequence[Vectors]

    def rows(self, chosen: Sequence[int]) -> Lesson:
        """Only these texts."""
        return Lesson(
            units=[self.units[row] for row in chosen],
            tags=[self.tags[row] for row in chosen],
            states=[self.states[row] for row in chosen],
        )


def steps_of(lesson: Lesson) -> int:
    """How many steps `fit_tagger` makes, for a bar."""
    per_epoch = math.ceil(len(lesson.units) / _batch(len(lesson.units)))
    return per_epoch * min(MOST_EPOCHS, max(EPOCHS, math.ceil(LEAST_STEPS / per_epoch)))


def fit_tagger(
    lesson: Lesson, labels: Sequence[Label], *, seed: int = 0, progress: Progress | None = None
) -> Tagger:
    """A tagger that tells all of the labels, for a lesson of at least one text, each of at least one unit.

    `progress` is called with the number of steps done since the last call.
    """
    torch.manual_seed(seed)
    known, bags = _vocabulary(lesson)
    model = _Field(len(known), lesson.states[0].shape[1], count(labels))
    groups = [
        {"params": [model.weights], "lr": RATE, "weight_decay": RIDGE},
        {"params": [model.begin, model.end, model.steps], "lr": RATE},
        {"params": [model.states], "lr": STATES_RATE},
    ]
    optimizer = torch.optim.Adam(groups, fused=True)
    rates, total = (RATE, RATE, STATES_RATE), steps_of(lesson)
    random = np.random.default_rng(seed)
    done = 0
    while done < total:
        for batch in _batches([len(one) for one in bags], random)[: total - done]:
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * max(0.02, 1 - done / total)
            optimizer.zero_grad()
            loss = model.loss([bags[row] for row in batch], lesson.rows(batch))
            loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
            optimizer.step()
            done += 1
            if progress is not None:
                progress(1)
    return _tagger(model, known, labels)


class _Field(torch.nn.Module):  # type: ignore[misc, unused-ignore]
    """The weights while they are learnt; feature 0 is none."""

    def __init__(self, known: int, width: int, tags: int) -> None:
        super().__init__()
        self.weights = torch.nn.Parameter(torch.zeros(known + 1, tags))
        self.states = torch.nn.Parameter(torch.zeros(width, tags))
        self.begin, self.end = (torch.nn.Parameter(torch.zeros(tags)) for _ in range(2))
        self.steps = torch.nn.Parameter(torch.zeros(tags, tags))
        first, last = edges(tags)
        limits = [torch.from_numpy(np.where(one, 0.0, NEVER)).float() for one in (first, last, follows(tags))]
        self.limits = limits

    def loss(self, bags: Sequence[Sequence[Sequence[int]]], lesson: Lesson) -> torch.Tensor:
        """The mean negative log-likelihood of texts, whose units have these features."""
        lengths = [len(one) for one in bags]
        scores = pad_sequence(self._scores(bags, lesson.states).split(lengths), batch_first=True)
        tags = pad_sequence([torch.tensor(one) for one in lesson.tags], batch_first=True)
        present = torch.arange(scores.shape[1])[None] < torch.tensor(lengths)[:, None]
        surprise = self._partition(scores, present) - self._score(scores, tags, present)
        loss: torch.Tensor = surprise.mean()
        return loss

    def _scores(self, bags: Sequence[Sequence[Sequence[int]]], states: Sequence[Vectors]) -> torch.Tensor:
        flat = [number for text in bags for unit in text for number in unit]
        ends = np.cumsum([0, *(len(unit) for text in bags for unit in text)][:-1])
        numbers = torch.tensor(flat)
        numbers = numbers * (torch.rand(len(flat)) > DROPPED)
        kept = functional.embedding_bag(numbers, self.weights, torch.tensor(ends), mode="sum", padding_idx=0)
        seen = torch.from_numpy(np.concatenate(states).astype(np.float32))
        return kept / (1 - DROPPED) + functional.dropout(seen, STATES_DROPPED) @ self.states

    def _partition(self, scores: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """log Σ exp over all sequences, (n,)."""
        begin, end, steps = self.bounded()
        total = begin + scores[:, 0]
        for place in range(1, scores.shape[1]):
            further = torch.logsumexp(total[:, :, None] + steps, dim=1) + scores[:, place]
            total = torch.where(present[:, place, None], further, total)
        return torch.logsumexp(total + end, dim=1)

    def _score(self, scores: torch.Tensor, tags: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """Of the right sequences, (n,)."""
        begin, end, steps = self.bounded()
        own = (scores.gather(2, tags[:, :, None]).squeeze(2) * present).sum(dim=1)
        moves = (steps[tags[:, :-1], tags[:, 1:]] * present[:, 1:]).sum(dim=1)
        last = tags.gather(1, present.sum(dim=1, keepdim=True) - 1).squeeze(1)
        total: torch.Tensor = own + moves + begin[tags[:, 0]] + end[last]
        return total

    def bounded(self) -> list[torch.Tensor]:
        """Begin, end and steps, with what cannot be forbidden."""
        return [
            one + limit for one, limit in zip((self.begin, self.end, self.steps), self.limits, strict=True)
        ]


def _vocabulary(lesson: Lesson) -> tuple[list[int], list[list[list[int]]]]:
    """The features that get weights, sorted, and their places (from 1) in each unit of each text."""
    found = [features(one) for one in lesson.units]
    times = Counter(number for text in found for unit in text for number in unit)
    known = sorted(number for number, seen in times.items() if seen >= SEEN)
    place = {number: at for at, number in enumerate(known, start=1)}
    return known, [
        [[place[number] for number in unit if number in place] or [0] for unit in text] for text in found
    ]


def _batch(texts: int) -> int:
    return LARGE_BATCH if texts >= MANY else BATCH


def _batches(lengths: Sequence[int], random: np.random.Generator) -> list[list[int]]:
    """All rows in a new order, texts of like length together."""
    size, order = _batch(len(lengths)), random.permutation(len(lengths))
    pools = [order[at : at + 20 * size] for at in range(0, len(order), 20 * size)]
    sorted_pools = [sorted(map(int, pool), key=lambda row: lengths[row]) for pool in pools]
    made = [pool[at : at + size] for pool in sorted_pools for at in range(0, len(pool), size)]
    return [made[at] for at in random.permutation(len(made))]


def _tagger(model: _Field, known: Sequence[int], labels: Sequence[Label]) -> Tagger:
    begin, end, steps = (_array(one) for one in model.bounded())
    return Tagger(
        labels=tuple(labels),
        features=np.array(known, np.uint32),
        weights=_array(model.weights)[1:],
        states=_array(model.states),
        chain=Chain(begin=begin, end=end, steps=steps),
        entities=frozenset(label.entity for label in labels),
    )


def _array(tensor: Any) -> Vectors:
    return np.asarray(tensor.detach().numpy(), np.float32)
