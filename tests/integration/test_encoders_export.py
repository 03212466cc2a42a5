"""Exported encoders: small, close to the float model, and the same for a text whatever stands beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from encoders.encoder import GRAPH, Encoder
from encoders.errors import ArtifactError
from encoders.onnx import export_encoder
from encoders.resolve import ENGLISH, resolve_encoder

pytestmark = pytest.mark.model
TEXTS = [
    "where is my parcel",
    "Where is my PARCEL?",
    "I want my money back for the kettle",
    "",
    "🎁🎁🎁",
    "我的包裹在哪里",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "a very long message " * 400,
]


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Encoder]:
    """MiniLM with int8 weights, and with float ones."""
    folder = tmp_path_factory.mktemp("encoders")
    source = resolve_encoder(ENGLISH)
    for name, quantise in (("int8", True), ("float", False)):
        export_encoder(source, folder / name, name=ENGLISH, quantise=quantise)
    return {name: Encoder(folder / name) for name in ("int8", "float")}


def test_vectors_are_of_unit_length_and_close_to_the_float_ones(encoders: dict[str, Encoder]) -> None:
    small, exact = (encoders[name].encode(TEXTS) for name in ("int8", "float"))
    assert np.allclose(np.linalg.norm(small, axis=1), 1.0, atol=1e-4)
    assert np.sum(small * exact, axis=1).min() > 0.95


def test_the_float_one_is_the_published_model(encoders: dict[str, Encoder]) -> None:
    from sentence_transformers import SentenceTransformer

    told = SentenceTransformer(str(resolve_encoder(ENGLISH)), device="cpu").encode(
        TEXTS[:3], normalize_embeddings=True
    )
    assert np.sum(told * encoders["float"].encode(TEXTS[:3]), axis=1).min() > 0.999


def test_a_vector_does_not_depend_on_what_stands_beside_the_text(encoders: dict[str, Encoder]) -> None:
    for encoder in encoders.values():
        together = encoder.encode(TEXTS)
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
        assert np.sum(together * alone, axis=1).min() > 0.999


def test_both_are_small(encoders: dict[str, Encoder], tmp_path_factory: pytest.TempPathFactory) -> None:
    source = (resolve_encoder(ENGLISH) / "model.safetensors").stat().st_size
    base = next(path for path in tmp_path_factory.getbasetemp().glob("encoders*"))
    assert (base / "int8" / GRAPH).stat().st_size < 0.3 * source
    assert (base / "float" / GRAPH).stat().st_size < 0.7 * source


def test_a_changed_file_is_refused(encoders: dict[str, Encoder], tmp_path: Path) -> None:
    export_encoder(resolve_encoder(ENGLISH), tmp_path / "e", name=ENGLISH)
    graph = tmp_path / "e" / GRAPH
    graph.write_bytes(graph.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtifactError, match="has changed"):
        Encoder(tmp_path / "e")
