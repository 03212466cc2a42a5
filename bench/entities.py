"""Trained entities against a CRF: `python -m bench.entities --data FOLDER [--only NAME]… [--most N]`.

MultiDoGo's customers' turns (finance, software): both learn from the training split and are asked about the test
split; the figure is F1 over exact spans and types. The baseline is CRFsuite with the features, tags and penalties
that Rasa's CRFEntityExtractor has. FOLDER holds `multidogo/<domain>/{train,test}.tsv`; its tokens have no spaces, its
tags are bare types, so that neighbours of one type are one span.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from encoders.encoder import Encoder, batches, serving_encoder
from encoders.resolve import ENGLISH
from intents.examples import AnnotatedEntity, Example, TrainingData
from intents.training.entities import train_entities

Spans = frozenset[tuple[str, int, int]]
DOMAINS = ("finance", "software")


def read_turns(path: Path) -> list[Example]:
    """The turns of a split, with the places of their slots; those whose tags do not fit their tokens are left out."""
    lines = path.read_text(encoding="utf-8").split("\n")
    names = lines[0].split("\t")
    rows = (dict(zip(names, line.split("\t"), strict=False)) for line in lines[1:] if line)
    found = (_turn(row) for row in rows)
    return [one for one in found if one is not None]


def _turn(row: Mapping[str, str]) -> Example | None:
    tokens, tags = row.get("utterance", "").split(), row.get("slot-labels", "").split()
    if not tokens or len(tokens) != len(tags):
        return None
    text, entities, end = " ".join(tokens), list[AnnotatedEntity](), -1
    for tag, run in groupby(zip(tags, tokens, strict=True), key=lambda pair: pair[0]):
        value = " ".join(token for _, token in run)
        start, end = end + 1, end + 1 + len(value)
        if tag != "O":
            entities.append(AnnotatedEntity(entity=tag, value=value, start=start, end=end))
    return Example(text=text, intent=row["intent"], entities=tuple(entities))


def ours(train: Sequence[Example], test: Sequence[Example]) -> list[Spans]:
    """What `kefu train` makes of the examples."""
    folder = serving_encoder(ENGLISH)
    trained = train_entities(TrainingData(examples=tuple(train)), folder)
    for name, report in trained.reports.items():
        print(f"  {name}, {report.examples} marked examples, {report.way}: {report.why}")
    encoder, finder = Encoder.load(folder), trained.finder
    spans: dict[int, Spans] = {}
    for batch in batches([len(one.text) for one in test], tokens=1024):
        pieces = encoder.read([test[row].text for row in batch], states=True).pieces
        for row, seen in zip(batch, pieces, strict=True):
            found = finder.find(test[row].text, seen)
            spans[row] = frozenset((one.entity, one.start, one.end) for one in found)
    return [spans[row] for row in range(len(test))]


def baseline(train: Sequence[Example], test: Sequence[Example]) -> list[Spans]:
    """CRFsuite with what Rasa's CRFEntityExtractor gives it by default: BILOU tags, L1 and L2 of 0.1, 50 iterations."""
    from sklearn_crfsuite import CRF

    model = CRF(algorithm="lbfgs", c1=0.1, c2=0.1, max_iterations=50, all_possible_transitions=True)
    model.fit([_features(one.text.split()) for one in train], [_bilou(one) for one in train])
    tags = model.predict([_features(one.text.split()) for one in test])
    return [_spans(one.text, found) for one, found in zip(test, tags, strict=True)]


_LOOKS: Mapping[str, Callable[[str], Any]] = {
    "low": str.lower, "title": str.istitle, "upper": str.isupper, "digit": str.isdigit, "prefix5": lambda t: t[:5],
    "prefix2": lambda t: t[:2], "suffix5": lambda t: t[-5:], "suffix3": lambda t: t[-3:], "suffix2": lambda t: t[-2:],
}  # fmt: skip
_BESIDE = ("low", "title", "upper")


def _features(tokens: Sequence[str]) -> list[dict[str, Any]]:
    def of(place: int) -> dict[str, Any]:
        found: dict[str, Any] = {"bias": "bias", "BOS": place == 0, "EOS": place == len(tokens) - 1}
        for step, names in ((-1, _BESIDE), (0, tuple(_LOOKS)), (1, _BESIDE)):
            if 0 <= place + step < len(tokens):
                found |= {f"{step}:{name}": str(_LOOKS[name](tokens[place + step])) for name in names}
        return found

    return [of(place) for place in range(len(tokens))]


def _bilou(example: Example) -> list[str]:
    tags = ["O"] * len(example.text.split())
    for one in example.entities:
        first = example.text[: one.start].count(" ")
        last = first + one.value.count(" ")
        tags[first : last + 1] = [f"I-{one.entity}"] * (last - first + 1)
        tags[first], tags[last] = f"B-{one.entity}", f"L-{one.entity}"
        if first == last:
            tags[first] = f"U-{one.entity}"
    return tags


def _spans(text: str, tags: Sequence[str]) -> Spans:
    """What the tags mark; a span also ends where its type does."""
    found, start, end, kind = set[tuple[str, int, int]](), 0, -1, ""
    for token, tag in [*zip(text.split(), tags, strict=True), ("", "O")]:
        part, _, name = tag.partition("-")
        if kind and (part in "OBU" or name != kind):
            found.add((kind, start, end))
            kind = ""
        if part != "O" and not kind:
            kind, start = name, end + 1
        end += 1 + len(token)
    return frozenset(found)


def f1(true: Sequence[Spans], found: Sequence[Spans]) -> float:
    """Of exact spans and types, over all turns, in per cent."""
    right = sum(len(one & other) for one, other in zip(true, found, strict=True))
    return 200 * right / max(1, sum(map(len, true)) + sum(map(len, found)))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds multidogo/")
    parser.add_argument("--only", action="append", choices=DOMAINS)
    parser.add_argument(
        "--most", type=int, help="kefu learns from this many turns; the baseline always from all"
    )
    options = parser.parse_args(arguments)
    if not (options.data / "multidogo").is_dir():
        print(
            f"Skipped: there is no folder multidogo in {options.data} (docs/benchmarks.md says where it is from)."
        )
        return
    for domain in options.only or DOMAINS:
        train, test = (
            read_turns(options.data / "multidogo" / domain / f"{part}.tsv") for part in ("train", "test")
        )
        true = [frozenset((e.entity, e.start, e.end) for e in one.entities) for one in test]
        for name, method in (("baseline CRF", baseline), ("kefu", ours)):
            started = time.process_time()
            some = train[: options.most] if method is ours else train
            figure = f1(true, method(some, test))
            seconds = time.process_time() - started
            print(
                f"{domain}: {name} F1 {figure:.1f}, {len(some)} turns learnt from, {seconds:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(main())
