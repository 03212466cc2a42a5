"""Passages on disk, read one at a time: an index of a million opens at once."""

from __future__ import annotations

import json
import mmap
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from knowledge.documents import Passage

_LINES, _PLACES = "passages.jsonl", "passages.npy"


class PassageFile(Sequence[Passage]):
    """The passages that `write_passages` wrote into a folder."""

    def __init__(self, folder: Path) -> None:
        """Map the file.

        Raises:
            OSError, ValueError: when it is missing, empty or damaged.
        """
        self._places: NDArray[np.int64] = np.load(folder / _PLACES, mmap_mode="r", allow_pickle=False)
        with (folder / _LINES).open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._places) - 1

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, place: int | slice) -> Passage | tuple[Passage, ...]:
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        if not 0 <= place < len(self):
            raise IndexError(place)
        line = self._lines[int(self._places[place]) : int(self._places[place + 1])]
        return Passage(**json.loads(line))


def write_passages(folder: Path, passages: Sequence[Passage]) -> None:
    """Write one JSON object a line, and where each line begins."""
    places = [0]
    names = [field.name for field in fields(Passage)]
    with (folder / _LINES).open("wb") as file:
        for passage in passages:
            record = {name: getattr(passage, name) for name in names}
            places.append(places[-1] + file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n"))
    np.save(folder / _PLACES, np.array(places, np.int64), allow_pickle=False)
