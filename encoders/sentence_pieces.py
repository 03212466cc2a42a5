"""XLM-RoBERTa's tokenizer as SentencePiece runs it: a fifth of a tokenizer.json's memory, half of its time to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from encoders.errors import ArtifactError

FILE = "sentencepiece.bpe.model"
BOS, EOS, UNKNOWN = 0, 2, 3
_SHIFT = 1
"""XLM-RoBERTa numbers pieces one higher than the file, which knows no padding."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's ids, `<s>` and `</s>` included, and for each the (start, end) of its characters."""

    ids: list[int]
    offsets: Sequence[tuple[int, int]]


class SentencePieces:
    """The tokenizer in one `sentencepiece.bpe.model`; `<s>` and the like in a text are words as any other."""

    def __init__(self, data: bytes, *, max_length: int) -> None:
        """Take over the file's bytes.

        Raises:
            ArtifactError: when they are no SentencePiece model.
        """
        from sentencepiece import SentencePieceProcessor

        try:
            self._pieces: Any = SentencePieceProcessor(model_proto=data)
        except RuntimeError as error:
            raise ArtifactError(f"{FILE} is no SentencePiece model: {error}") from error
        self._most = max_length - 2

    def ids(self, text: str) -> list[int]:
        """The ids of the text's first `max_length` pieces."""
        return [BOS, *map(_shifted, self._pieces.encode(text)[: self._most]), EOS]

    def encode(self, text: str) -> Encoded:
        """The same with what each stands for."""
        found = self._pieces.encode(text, return_type="proto").pieces[: self._most]
        ids = [BOS, *(_shifted(piece.id) for piece in found), EOS]
        spans = [(piece.begin, piece.end) for piece in found]
        if not text.isascii():  # SentencePiece counts bytes
            place = [at for at, character in enumerate(text) for _ in character.encode("utf-8", "replace")]
            spans = [(place[begin], place[end - 1] + 1) if begin < end else (0, 0) for begin, end in spans]
        return Encoded(ids, [(0, 0), *spans, (0, 0)])


def _shifted(number: int) -> int:
    return number + _SHIFT if number else UNKNOWN


def written(pieces: Sequence[tuple[str, float]], character_map: bytes) -> bytes:
    """The file for a vocabulary in XLM-RoBERTa's order, special tokens first and `<mask>` last.

    Args:
        pieces: with their scores. character_map: SentencePiece's compiled normalisation rules.
    """
    from sentencepiece import sentencepiece_model_pb2 as proto

    model = proto.ModelProto()
    kinds = proto.ModelProto.SentencePiece
    specials = (("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL))
    for piece, kind in specials:
        model.pieces.add(piece=piece, score=0.0, type=kind)
    for piece, score in pieces[UNKNOWN + 1 : -1]:
        model.pieces.add(piece=piece, score=score, type=kinds.NORMAL)
    trained = model.trainer_spec
    trained.model_type = proto.TrainerSpec.UNIGRAM
    trained.unk_id, trained.bos_id, trained.eos_id, trained.pad_id = 0, 1, 2, -1
    trained.vocab_size = len(model.pieces)
    model.normalizer_spec.precompiled_charsmap = character_map
    return bytes(model.SerializeToString())


def compiled(rules: Sequence[tuple[str, str]]) -> bytes:
    """Normalisation rules (what stands there, what it becomes) as SentencePiece stores them."""
    from sentencepiece import SentencePieceNormalizer, set_min_log_level
    from sentencepiece import sentencepiece_model_pb2 as proto

    set_min_log_level(2)  # it would say that it compiles
    spec = proto.NormalizerSpec()
    spec.ParseFromString(SentencePieceNormalizer(norm_map=list(rules)).serialized_normalizer_spec())
    return bytes(spec.precompiled_charsmap)


def serving_tokenizer(folder: Path, samples: Sequence[str]) -> Path:
    """The file that a model folder's texts are cut with in a server.

    `sentencepiece.bpe.model` where it cuts the samples as tokenizer.json does: other models than XLM-RoBERTa number its
    pieces in other ways.
    """
    whole, pieces = folder / "tokenizer.json", folder / FILE
    if not pieces.is_file():
        return whole
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(whole))
    found = SentencePieces(pieces.read_bytes(), max_length=512)
    same = all(tokenizer.encode(text).ids == found.ids(text) for text in samples)
    return pieces if same else whole
