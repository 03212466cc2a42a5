"""Sentence vectors with onnxruntime and tokenizers alone: what the server runs."""

from __future__ import annotations

import hashlib
import json
import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.artifacts import open_artifact, read_manifest, sha256
from encoders.cache import cache_folder, only_one
from encoders.errors import ArtifactError
from encoders.places import Place
from encoders.progress import Progress
from encoders.tokens import Kind, Tokens

ENCODER = "encoder"
GRAPH, TOKENIZER, CONFIG = "encoder.onnx", "tokenizer.json", "encoder.json"
VECTORS, ORIGINAL, STATES = "vectors", "original_vectors", "states"
"""What a graph gives: the encoder's vectors, those of the encoder that it was tuned from where it can, and its
tokens' states half-way up, which are the same for both."""

Vectors = NDArray[np.float32]

BATCH_TOKENS = 256
"""Padded tokens in one batch of bulk work: what stays in a core's cache. Larger batches are slower."""

_LAYOUT = 7  # raise it when export_encoder writes something else, so that cached encoders are made again

_loaded: weakref.WeakValueDictionary[tuple[str, int], Encoder] = weakref.WeakValueDictionary()
_loading = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceStates:
    """The tokens of a text as an encoder sees them.

    Attributes:
        places: for each token the (start, end) of its characters in the text; (0, 0) where it has none.
        states: (tokens, d).
    """

    places: Sequence[Place]
    states: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """What one pass makes of texts.

    Attributes:
        vectors: (n, d), as `Encoder.encode` gives them.
        original: (n, d), those of the encoder that it was tuned from; where it was not asked for, `vectors`.
        pieces: each text's tokens; empty where they were not asked for.
    """

    vectors: Vectors
    original: Vectors
    pieces: tuple[PieceStates, ...] = ()


class Encoder:
    """Texts → unit vectors. Immutable and safe to use from several threads at once.

    Attributes:
        original: the encoder that this one was tuned from, where its vectors come out of the same graph.
        has_states: whether its graph gives the tokens' states.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Open a folder that `encoders.onnx.export_encoder` wrote; prefer `load`, which shares.

        Bulk work runs `threads` batches at once; a single batch always runs on the calling thread.

        Raises:
            ArtifactError: when it is missing or damaged.
        """
        open_artifact(folder, kind=ENCODER)
        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            self.name: str = config["name"]
            self.dimension: int = config["dimension"]
            self.max_length: int = config["max_length"]
            self._tokens = Tokens(
                folder / config.get("tokenizer", TOKENIZER),
                max_length=self.max_length, pad_id=config["pad_id"], prompts=config["prompts"],
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder / CONFIG} cannot be used: {error!r}") from error
        self.id = encoder_id(folder)
        self.threads = threads
        self._session = open_session(folder / GRAPH)
        self._output = VECTORS
        self.has_states = any(one.name == STATES for one in self._session.get_outputs())
        self.original: Encoder | None = None
        if config.get("original"):
            self.original = copy(self)
            self.original.id, self.original._output = config["original"], ORIGINAL

    @staticmethod
    def load(folder: Path, *, threads: int = 1) -> Encoder:
        """The encoder in `folder`; folders with equal content share one, for as long as it is in use.

        So do a tuned encoder and the original in its graph, where the tuned one was loaded first.

        Raises:
            ArtifactError: when the folder is missing or damaged.
        """
        with _loading:
            known = _loaded.get((encoder_id(folder), threads))
            if known is not None:
                return known
            encoder = Encoder(folder, threads=threads)
            _loaded[encoder.id, threads] = encoder
            if encoder.original is not None:
                _loaded.setdefault((encoder.original.id, threads), encoder.original)
            return encoder

    def encode(
        self,
        texts: Sequence[str],
        *,
        kind: Kind = "query",
        progress: Progress | None = None,
    ) -> Vectors:
        """Vectors (n, dimension), rows in the texts' order and of L2 norm 1; an empty text has one too.

        The text is normalised and gets the prompt that the model wants for its `kind`. `progress` is
        called with the number of texts done since the last call.
        """
        vectors = np.empty((len(texts), self.dimension), np.float32)
        if not texts:
            return vectors
        rows = self._tokens.ids(texts, kind=kind)

        def run(batch: list[int]) -> list[int]:
            (vectors[batch],) = self._run([rows[index] for index in batch], [self._output])
            return batch

        for batch in _map(run, batches([len(row) for row in rows]), self.threads):
            if progress is not None:
                progress(len(batch))
        return vectors

    def batches(self, texts: Sequence[str], *, kind: Kind = "query") -> list[list[int]]:
        """The indices of the texts that `encode` runs together, batch by batch."""
        return batches([len(row) for row in self._tokens.ids(texts, kind=kind)])

    def read(self, texts: Sequence[str], *, original: bool = False, states: bool = False) -> Encoded:
        """The texts' vectors as queries, and in the same pass what else is asked for; for a few texts at a time.

        Raises:
            ValueError: where the graph does not give it.
        """
        if (original and self.original is None) or (states and not self.has_states):
            raise ValueError(f"The graph of {self.name} does not give what was asked for.")
        wanted = [self._output, *([ORIGINAL] if original else []), *([STATES] if states else [])]
        if not states:
            found = self._run(self._tokens.ids(texts), wanted)
            return Encoded(vectors=found[0], original=found[-1])
        pieces = self._tokens.pieces(texts)
        found = self._run([one.ids for one in pieces], wanted)
        kept = (
            PieceStates(places=one.places, states=row[: len(one.ids)])
            for one, row in zip(pieces, found[-1], strict=True)
        )
        return Encoded(vectors=found[0], original=found[-2], pieces=tuple(kept))

    def _run(self, rows: list[list[int]], outputs: list[str]) -> list[Vectors]:
        ids, mask = self._tokens.padded(rows)
        found: list[Vectors] = self._session.run(outputs, {"input_ids": ids, "attention_mask": mask})
        return found


def _map(run: Any, batches: list[list[int]], threads: int) -> Iterator[list[int]]:
    if threads == 1 or len(batches) == 1:
        yield from map(run, batches)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="encode") as pool:
        yield from pool.map(run, batches)


def batches(lengths: Sequence[int], *, tokens: int = BATCH_TOKENS) -> list[list[int]]:
    """Indices of rows, sorted by length and cut so that no batch pads to more than `tokens` tokens.

    Longest first: memory peaks at once, and the time left can be told early. A row that is longer than
    `tokens` is a batch of its own.
    """
    result: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if result and (len(result[-1]) + 1) * lengths[result[-1][0]] <= tokens:
            result[-1].append(index)
        else:
            result.append([index])
    return result


def encoder_id(folder: Path) -> str:
    """A short hash of the graph, the tokenizer and what else decides the vectors; "" without a manifest.

    It is taken from the manifest's hashes: reading it costs nothing.
    """
    manifest = read_manifest(folder, kind=ENCODER)
    if manifest is None:
        return ""
    try:
        files = manifest["files"]
        hashes = [files[name]["sha256"] for name in sorted({CONFIG, GRAPH, *files})]
    except (KeyError, TypeError):
        return ""
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]


def open_session(graph: Path) -> Any:
    """An onnxruntime session that computes on the calling thread only.

    Raises:
        ArtifactError: when onnxruntime cannot load the graph.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no class of their own
        raise ArtifactError(f"{graph} cannot be loaded: {error}") from error


def serving_encoder(name: str) -> Path:
    """The encoder `name`, resolved and exported to int8 in the user's cache, once per weights.

    Safe to call from several processes at once. Opening the folder with `Encoder.load` checks it.

    Raises:
        KefuError: when the encoder is nowhere to be found, or training's packages are missing.
    """
    from encoders.onnx import export_encoder
    from encoders.resolve import resolve_encoder

    source = resolve_encoder(name)
    folder = cache_folder() / f"{Path(name).name}-{weights_key(source)}-int8-{_LAYOUT}"
    with only_one(folder):
        try:
            open_artifact(folder, kind=ENCODER, verify=False)
        except ArtifactError:
            export_encoder(source, folder, name=name)
    return folder


def weights_key(source: Path) -> str:
    """A short hash of the model folder's files that decide its vectors."""
    files = sorted(path for path in source.rglob("*") if path.suffix in {".json", ".model", ".safetensors"})
    return hashlib.sha256("".join(f"{path.name} {sha256(path)}\n" for path in files).encode()).hexdigest()[
        :12
    ]
