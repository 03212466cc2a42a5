"""Texts → token ids, the same way in training and in serving."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from encoders.errors import ArtifactError
from encoders.places import Place, normalised_with_places
from encoders.sentence_pieces import FILE as SENTENCE_PIECES
from encoders.sentence_pieces import SentencePieces
from encoders.text import normalise

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ids = NDArray[np.int64]
Kind = Literal["query", "document"]
"""What a text is: something somebody says or asks, or something that may answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A text's token ids, and what each stands for in the text as it was written.

    Attributes:
        ids: special tokens included, not padded.
        places: for each id the (start, end) of its characters; (0, 0) for special tokens and the prompt.
    """

    ids: list[int]
    places: list[Place]


class _Shared:
    """A tokenizer that several encoders use: a multilingual one takes much memory, and a while to load."""

    __slots__ = ("__weakref__", "ids", "tokenizer")

    def __init__(self, tokenizer: Tokenizer | SentencePieces) -> None:
        self.tokenizer = tokenizer
        self.ids: Callable[[str], list[int]] = (
            tokenizer.ids
            if isinstance(tokenizer, SentencePieces)
            else lambda text: tokenizer.encode(text).ids
        )


_loaded: weakref.WeakValueDictionary[tuple[str, int], _Shared] = weakref.WeakValueDictionary()
_loading = threading.Lock()


class Tokens:
    """Normalises a text, puts the prompt for its kind before it and cuts it into at most `max_length` ids."""

    def __init__(self, file: Path, *, max_length: int, pad_id: int, prompts: Mapping[Kind, str]) -> None:
        """`file` is a tokenizer.json or a sentencepiece.bpe.model.

        Raises:
            ArtifactError: when it cannot be read.
        """
        self.max_length = max_length
        self.pad_id = pad_id
        self.prompts = dict(prompts)
        self._shared = _load(file, max_length)

    def ids(self, texts: Sequence[str], *, kind: Kind = "query") -> list[list[int]]:
        """Each text's token ids, special tokens included, not padded."""
        prompt = self.prompts[kind]
        # One at a time: the tokenizer's own batches would take every core of a server.
        return [self._shared.ids(prompt + normalise(text)) for text in texts]

    def pieces(self, texts: Sequence[str], *, kind: Kind = "query") -> list[Pieces]:
        """The same, with their places."""
        prompt = self.prompts[kind]
        found = []
        for text in texts:
            plain, places = normalised_with_places(text)
            encoded = self._shared.tokenizer.encode(prompt + plain)
            offsets = ((start - len(prompt), end - len(prompt)) for start, end in encoded.offsets)
            found.append(Pieces(ids=encoded.ids, places=[_place(one, places) for one in offsets]))
        return found

    def padded(self, rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
        """(input ids, attention mask), both (n, longest row)."""
        shape = len(rows), max(map(len, rows))
        ids, mask = np.full(shape, self.pad_id, np.int64), np.zeros(shape, np.int64)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        return ids, mask


def _place(offset: Place, places: Sequence[Place]) -> Place:
    """Where characters of a normalised text were written."""
    start, end = max(offset[0], 0), offset[1]
    return (places[start][0], places[end - 1][1]) if start < end else (0, 0)


def _load(file: Path, max_length: int) -> _Shared:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{file} cannot be read: {error}") from error
    key = hashlib.sha256(data).hexdigest(), max_length
    with _loading:
        shared = _loaded.get(key)
        if shared is None:
            pieces = file.name == SENTENCE_PIECES
            tokenizer = (
                SentencePieces(data, max_length=max_length) if pieces else _tokenizer(data, file, max_length)
            )
            shared = _loaded[key] = _Shared(tokenizer)
    return shared


def _tokenizer(data: bytes, file: Path, max_length: int) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer: Tokenizer = Tokenizer.from_buffer(data)
    except Exception as error:  # tokenizers raises bare Exception
        raise ArtifactError(f"{file} is no tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return tokenizer
