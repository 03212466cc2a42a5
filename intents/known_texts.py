"""The texts that a model learned from, kept beside it so that it can explain itself.

Personal data in them is replaced by placeholders, also where a person wrote it into the training data, and of
the place where a text stands only the file's name and the line are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from encoders.errors import ArtifactError
from intents.examples import Example

FILE = "texts.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownText:
    """A training example as the model keeps it; `source` is `file:line`, or empty."""

    text: str
    intent: str
    source: str = ""


def save_known_texts(examples: Iterable[Example], folder: Path) -> None:
    """Write the examples, in their order, one JSON object a line."""
    from intents.transcripts.redact import Redaction

    with (folder / FILE).open("w", encoding="utf-8") as file:
        for one in examples:
            known = KnownText(
                text=Redaction().apply(one.text), intent=one.intent, source=Path(one.source).name
            )
            file.write(json.dumps(asdict(known), ensure_ascii=False) + "\n")


def read_known_texts(folder: Path) -> tuple[KnownText, ...]:
    """The inverse of `save_known_texts`; nothing where a model keeps no texts.

    Raises:
        ArtifactError: when the file holds something else.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        with path.open(encoding="utf-8") as file:
            return tuple(KnownText(**json.loads(line)) for line in file)
    except (ValueError, TypeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}). Train the model again.") from error
