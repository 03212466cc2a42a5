"""How well a passage answers a question, both read together: onnxruntime and tokenizers alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.artifacts import open_artifact
from encoders.encoder import open_session
from encoders.errors import ArtifactError
from encoders.text import normalise

CROSS_ENCODER = "cross-encoder"
GRAPH, TOKENIZER, CONFIG = "cross_encoder.onnx", "tokenizer.json", "cross_encoder.json"
MAX_LENGTH = 192
"""Question and passage are read no further than this many tokens: attention's cost grows with their square."""

Ids = NDArray[np.int64]


class PairTokens:
    """Cuts a question and a passage into one row of ids, the same way in training and in serving."""

    def __init__(self, file: Path, *, pad_id: int, max_length: int = MAX_LENGTH) -> None:
        """`file` is a tokenizer.json.

        Raises:
            ArtifactError: when it cannot be read.
        """
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_str(file.read_text(encoding="utf-8"))
        except Exception as error:  # tokenizers raises bare Exception
            raise ArtifactError(f"{file} is no tokenizer: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)
        self.pad_id = pad_id

    def padded(self, pairs: Sequence[tuple[str, str]]) -> tuple[Ids, Ids, Ids]:
        """(input ids, attention mask, which of the two each token is of), all (n, longest row)."""
        # One at a time: the tokenizer's own batches would take every core of a server.
        rows = [self._tokenizer.encode(normalise(one), normalise(other)) for one, other in pairs]
        shape = len(rows), max(len(row.ids) for row in rows)
        ids, mask, types = (
            np.full(shape, self.pad_id, np.int64),
            np.zeros(shape, np.int64),
            np.zeros(shape, np.int64),
        )
        for place, row in enumerate(rows):
            length = len(row.ids)
            ids[place, :length], mask[place, :length], types[place, :length] = row.ids, 1, row.type_ids
        return ids, mask, types


class CrossEncoder:
    """Pairs → scores. Immutable and safe to use from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `encoders.cross_onnx.export_cross_encoder` wrote.

        Raises:
            ArtifactError: when it is missing or damaged.
        """
        open_artifact(folder, kind=CROSS_ENCODER)
        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            self.name: str = config["name"]
            self._tokens = PairTokens(folder / TOKENIZER, pad_id=config["pad_id"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder / CONFIG} cannot be used: {error!r}") from error
        self._session = open_session(folder / GRAPH)

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float64]:
        """A score for each passage (n,), larger where it answers rather; only differences mean anything."""
        return np.array([self._score((question, one)) for one in passages], float)

    def _score(self, pair: tuple[str, str]) -> float:
        """One at a time: on one core a batch is no faster, and rows would pay for each other's padding."""
        ids, mask, types = self._tokens.padded([pair])
        feeds: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        return float(self._session.run(None, feeds)[0][0])
