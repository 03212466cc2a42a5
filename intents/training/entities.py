"""Which entities a project's examples can teach, and whether what they teach is better than looking values up."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from encoders.encoder import Encoder, Vectors, batches
from encoders.logistic import Floats
from encoders.progress import Progress, progress
from intents.entities import MAX_CHARACTERS, EntityExtractor
from intents.examples import Example, TrainingData
from intents.tagging.finder import EntityFinder
from intents.tagging.labels import Label, spans_in, tags_of
from intents.tagging.merge import with_trained
from intents.tagging.tagger import Tagger, unit_states
from intents.tagging.units import Unit, units
from intents.training.fit import stratified_folds
from intents.training.light import Indexes
from intents.training.options import EntityReport
from intents.training.tagging import Lesson, fit_tagger, steps_of

ENOUGH = 10
"""Marked examples of an entity from which on it is tried."""
MOST_PLAIN = 20_000
"""Examples without any entity that are learnt from."""
FOLDS = 3
ENOUGH_HELD = 300
"""Held-out examples with entities from which on one more fold is not worth its time."""

Way = tuple[bool, bool]
"""Whether a model tells an entity, and whether the values of its examples are looked up."""
LOOKED_UP: Way = (False, True)
WAYS: Mapping[str, Way] = {
    "looked up": LOOKED_UP,
    "trained and looked up": (True, True),
    "trained": (True, False),
}

Found = frozenset[tuple[str, int, int, str | None, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedEntities:
    """What finds entities, and why this."""

    finder: EntityFinder
    reports: Mapping[str, EntityReport]


def train_entities(data: TrainingData, encoder: Path, *, seed: int = 0) -> TrainedEntities:
    """Fit a tagger where held-out examples are read better with it, entity by entity.

    `encoder` is the folder of the frozen encoder whose states it looks at.
    """
    times = Counter(one.entity for example in data.examples for one in example.entities)
    tried = frozenset(name for name, seen in times.items() if seen >= ENOUGH)
    reports = {
        name: EntityReport(
            examples=seen, f1={}, way="looked up", why=f"{ENOUGH} marked examples are needed to train it."
        )
        for name, seen in sorted(times.items())
        if name not in tried
    }
    if not tried:
        rules = EntityExtractor.from_training_data(data)
        return TrainedEntities(finder=EntityFinder(rules=rules), reports=reports)
    course = _Course(data, tried, encoder, seed)
    errors, f1 = course.held_out()
    chosen = {name: _chosen(errors[name]) for name in sorted(tried)}
    reports |= {name: _report(times[name], f1[name], chosen[name]) for name in chosen}
    told = frozenset(name for name, way in chosen.items() if WAYS[way][0])
    without = frozenset(name for name, way in chosen.items() if not WAYS[way][1])
    rules = EntityExtractor.from_training_data(data, without=without)
    tagger = course.on_all().only(told) if told else None
    return TrainedEntities(finder=EntityFinder(rules=rules, tagger=tagger), reports=reports)


class _Course:
    """The examples as they are learnt from."""

    def __init__(self, data: TrainingData, tried: frozenset[str], encoder: Path, seed: int) -> None:
        self._data = data
        self._tried = tried
        self._seed = seed
        self._examples = _examples(data, seed)
        self._labels = sorted(
            {
                Label(one.entity, one.role, one.group)
                for example in self._examples
                for one in example.entities
                if one.entity in tried
            },
            key=lambda label: tuple(part or "" for part in label),
        )
        self._lesson = self._read(Encoder.load(encoder))

    def _read(self, encoder: Encoder) -> Lesson:
        numbers = {label: number for number, label in enumerate(self._labels)}
        found = [units(example.text[:MAX_CHARACTERS]) for example in self._examples]
        tags = [
            tags_of(spans_in(one, example.entities, numbers), len(one))
            for one, example in zip(found, self._examples, strict=True)
        ]
        return Lesson(units=found, tags=tags, states=_states(encoder, self._examples, found))

    def on_all(self) -> Tagger:
        """A tagger fitted on every example."""
        with progress("Learning entities", steps_of(self._lesson)) as step:
            return fit_tagger(self._lesson, self._labels, seed=self._seed, progress=step)

    def held_out(self) -> tuple[dict[str, dict[str, Floats]], dict[str, dict[str, float]]]:
        """For each entity and way of finding it: the errors (n,), held-out example by example, and the F1."""
        folds = self._folds()
        counts: dict[str, dict[str, list[tuple[int, int, int]]]] = {
            name: {way: [] for way in WAYS} for name in self._tried
        }
        lessons = [self._lesson.rows(shown.tolist()) for shown, _ in folds]
        with progress("Trying entities", sum(map(steps_of, lessons))) as step:
            for (shown, held), lesson in zip(folds, lessons, strict=True):
                self._try(lesson, shown, held, counts, step)
        errors = {
            name: {way: np.array([g + f - 2 * t for t, g, f in rows], float) for way, rows in ways.items()}
            for name, ways in counts.items()
        }
        f1 = {
            name: {way: _f1(np.array(rows).sum(axis=0)) for way, rows in ways.items()}
            for name, ways in counts.items()
        }
        return errors, f1

    def _try(
        self, lesson: Lesson, shown: Indexes, held: Indexes,
        counts: dict[str, dict[str, list[tuple[int, int, int]]]], step: Progress,
    ) -> None:  # fmt: skip
        tagger = fit_tagger(lesson, self._labels, seed=self._seed, progress=step)
        data = replace(self._data, examples=tuple(self._examples[row] for row in shown))
        looked = EntityExtractor.from_training_data(data)
        bare = EntityExtractor.from_training_data(data, without=self._tried)
        for row in map(int, held):
            text = self._examples[row].text
            tagged = tagger.tag_units(text, self._lesson.units[row], self._lesson.states[row])
            known = looked.extract(text)
            found = {
                "looked up": known,
                "trained and looked up": with_trained(known, tagged, looked.value_of),
                "trained": with_trained(bare.extract(text), tagged, bare.value_of),
            }
            gold = _marked(self._examples[row])
            for way, entities in found.items():
                mine = frozenset((one.entity, one.start, one.end, one.role, one.group) for one in entities)
                for name in self._tried:
                    counts[name][way].append(_hits(gold, mine, name))

    def _folds(self) -> list[tuple[Indexes, Indexes]]:
        """Folds that hold each entity in equal parts, no more than are needed for enough held-out examples."""
        times = Counter(one.entity for example in self._examples for one in example.entities)
        rarest = [
            min((one.entity for one in example.entities), key=lambda name: times[name], default="")
            for example in self._examples
        ]
        number = {name: at for at, name in enumerate(sorted(set(rarest)))}
        folds = stratified_folds(np.array([number[name] for name in rarest]), FOLDS, self._seed)
        held = np.cumsum([sum(bool(rarest[row]) for row in fold[1]) for fold in folds])
        return folds[: int(np.searchsorted(held, ENOUGH_HELD)) + 1]


def _examples(data: TrainingData, seed: int) -> list[Example]:
    """Each text once: those with entities, and enough of those without."""
    once = {example.text: example for example in data.examples if not example.entities}
    once |= {example.text: example for example in data.examples if example.entities}
    some = [example for example in once.values() if example.text.strip() and units(example.text)]
    marked = [example for example in some if example.entities]
    plain = [example for example in some if not example.entities]
    if len(plain) > MOST_PLAIN:
        kept = np.random.default_rng(seed).choice(len(plain), MOST_PLAIN, replace=False)
        plain = [plain[row] for row in np.sort(kept)]
    return marked + plain


def _states(encoder: Encoder, examples: Sequence[Example], found: Sequence[Sequence[Unit]]) -> list[Vectors]:
    """(units, d) of each example; d is 0 for an encoder that gives no states."""
    if not encoder.has_states:
        return [np.zeros((len(one), 0), np.float16) for one in found]

    def read(batch: list[int]) -> list[Vectors]:
        pieces = encoder.read([examples[row].text for row in batch], states=True).pieces
        return [
            unit_states(found[row], one).astype(np.float16) for row, one in zip(batch, pieces, strict=True)
        ]

    states: dict[int, Vectors] = {}
    parts = batches([len(example.text) for example in examples], tokens=1024)
    with (
        progress("Reading entities", len(examples)) as step,
        ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="read") as pool,
    ):
        for batch, some in zip(parts, pool.map(read, parts), strict=True):
            states.update(zip(batch, some, strict=True))
            step(len(batch))
    return [states[row] for row in range(len(examples))]


def _marked(example: Example) -> Found:
    return frozenset((one.entity, one.start, one.end, one.role, one.group) for one in example.entities)


def _hits(gold: Found, mine: Found, name: str) -> tuple[int, int, int]:
    """Found rightly, there, and found, of one entity."""
    right = sum(one[0] == name for one in gold & mine)
    return right, sum(one[0] == name for one in gold), sum(one[0] == name for one in mine)


def _f1(sums: Sequence[int]) -> float:
    right, there, found = sums
    return round(2 * float(right) / max(float(there + found), 1.0), 4)


def _chosen(errors: Mapping[str, Floats]) -> str:
    """Looking up, unless a later way makes fewer errors than the best before, by more than chance would have it."""
    best = "looked up"
    for way in WAYS:
        lead = errors[best] - errors[way]
        if lead.mean() > lead.std() / len(lead) ** 0.5:
            best = way
    return best


def _report(examples: int, f1: Mapping[str, float], way: str) -> EntityReport:
    figures = ", ".join(f"{name} {100 * value:.1f}" for name, value in f1.items())
    why = "" if way != "looked up" else "Training is not clearly better. "
    return EntityReport(examples=examples, f1=f1, way=way, why=f"{why}F1 on held-out examples: {figures}.")
