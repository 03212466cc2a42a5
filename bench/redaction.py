"""How much personal data redaction finds, by type and language: `python -m bench.redaction [FOLDER] [--half a|b]`.

The folder holds `en.jsonl` and `zh.jsonl`, one labelled line each:
{"text": …, "spans": [{"start": 0, "end": 4, "type": "name"}]}. A labelled value counts as found when all of its
letters and digits are replaced under its type; a replacement counts as right when more than half of its letters
and digits are labelled with its type. `--half` takes one half of the lines by the hash of their text: the rules
were improved on half a, and half b tells how good they are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intents.transcripts.personal.detect import find_personal_data

LINES = Path(__file__).parent.parent / "tests" / "data" / "redaction"
LANGUAGES = ("en", "zh")
TYPES = (
    "name",
    "phone",
    "email",
    "card",
    "iban",
    "id_number",
    "address",
    "plate",
    "order",
    "tracking",
    "url_token",
)
_TYPE_OF = {"order_number": "order", "tracking_number": "tracking", "url": "url_token"}


@dataclass(slots=True)
class Score:
    """Counts of one type: labelled and found, replaced and right."""

    labelled: int = 0
    found: int = 0
    replaced: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.replaced if self.replaced else 1.0


def measure(lines: Iterable[dict[str, Any]]) -> dict[str, Score]:
    """The score of each type over labelled lines."""
    scores = {name: Score() for name in TYPES}
    for line in lines:
        text = line["text"]
        true = [(span["start"], span["end"], span["type"]) for span in line["spans"]]
        found = [
            (span.start, span.end, _TYPE_OF.get(span.kind, span.kind)) for span in find_personal_data(text)
        ]
        for start, end, kind in true:
            covered = _places(found, kind)
            hit = all(place in covered for place in range(start, end) if text[place].isalnum())
            scores[kind].labelled += 1
            scores[kind].found += hit
            if not hit:
                scores[kind].wrong.append(f"missed {text[start:end]!r} in {text!r}")
        for start, end, kind in found:
            letters = [place for place in range(start, end) if text[place].isalnum()]
            hit = 2 * len(_places(true, kind) & set(letters)) > len(letters)
            scores[kind].replaced += 1
            scores[kind].right += hit
            if not hit:
                scores[kind].wrong.append(f"took {text[start:end]!r} in {text!r}")
    return scores


def read_lines(path: Path, half: str | None = None) -> Iterator[dict[str, Any]]:
    """The labelled lines of a file, or those of one half."""
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        first = hashlib.sha256(record["text"].encode("utf-8")).digest()[0] % 2 == 0
        if half is None or (half == "a") == first:
            yield record


def _places(spans: Iterable[tuple[int, int, str]], kind: str) -> set[int]:
    return {place for start, end, own in spans if own == kind for place in range(start, end)}


def main() -> None:
    """Print a row for each language and type; with --wrong, every mistake."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=LINES)
    parser.add_argument("--half", choices=["a", "b"])
    parser.add_argument(
        "--wrong", action="store_true", help="also print what was missed and what was taken wrongly"
    )
    options = parser.parse_args()
    for language in LANGUAGES:
        lines = list(read_lines(options.folder / f"{language}.jsonl", options.half))
        print(f"{language}: {len(lines)} lines")
        print("type        labelled  recall  precision")
        total: Counter[str] = Counter()
        for kind, score in measure(lines).items():
            print(f"{kind:10} {score.labelled:9d} {score.recall:7.1%} {score.precision:10.1%}")
            total.update(
                labelled=score.labelled, found=score.found, replaced=score.replaced, right=score.right
            )
            for mistake in score.wrong if options.wrong else ():
                print("   ", mistake)
        recall, precision = (
            total["found"] / max(1, total["labelled"]),
            total["right"] / max(1, total["replaced"]),
        )
        print(f"{'all':10} {total['labelled']:9d} {recall:7.1%} {precision:10.1%}\n")


if __name__ == "__main__":
    main()
