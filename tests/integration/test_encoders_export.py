"""Exported encoders: small, close to the float model, and the same for a text whatever stands beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def test_a_tuned_encoder_gives_the_originals_vectors_too(tmp_path: Path) -> None:
    import torch

    from encoders.torch_encoder import load_torch_encoder

    source = resolve_encoder(ENGLISH)
    module, _ = load_torch_encoder(source, name=ENGLISH)
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in module.bert.encoder.layer[-1].parameters():
            weights.add_(torch.randn_like(weights) * 0.02)
    export_encoder(source, tmp_path / "first", name=ENGLISH)
    export_encoder(source, tmp_path / "alone", name=ENGLISH, module=module)
    export_encoder(source, tmp_path / "both", name=ENGLISH, module=module, original=tmp_path / "first")
    both = Encoder.load(tmp_path / "both")
    assert both.original is Encoder.load(tmp_path / "first")
    read = both.read(TEXTS[:4], original=True, states=True)
    tuned, original = read.vectors, read.original
    first = Encoder.load(tmp_path / "first").read(TEXTS[:4], states=True)
    for mine, other, text in zip(read.pieces, first.pieces, TEXTS, strict=False):
        assert np.array_equal(mine.states, other.states)  # half-way up nothing was tuned
        assert len(mine.states) == len(mine.places)
        read_again = {text[place] for start, end in mine.places for place in range(start, end)}
        assert read_again >= {character for character in text if character.isalnum()}
    assert np.array_equal(tuned, Encoder(tmp_path / "alone").encode(TEXTS[:4]))
    assert np.array_equal(original, Encoder(tmp_path / "first").encode(TEXTS[:4]))
    assert np.array_equal(original, both.original.encode(TEXTS[:4]))
    sizes = {name: (tmp_path / name / GRAPH).stat().st_size for name in ("first", "both")}
    assert sizes["both"] < 1.2 * sizes["first"]


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small encoders of several kinds, with chance weights, as sentence-transformers keeps them."""
    import torch
    from transformers import AutoModel, BertConfig, DistilBertConfig, XLMRobertaConfig

    torch.manual_seed(0)
    size = {"vocab_size": 250, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    bert = {**size, "intermediate_size": 128}
    configs = {
        "plain": BertConfig(**bert),
        "shifted": XLMRobertaConfig(**bert, pad_token_id=1),
        "rectified": BertConfig(**bert, hidden_act="relu"),
        "distilled": DistilBertConfig(vocab_size=250, dim=64, n_layers=2, n_heads=4, hidden_dim=128),
    }
    return {
        name: _model_folder(tmp_path_factory.mktemp(name), AutoModel.from_config(config))
        for name, config in configs.items()
    }


def _model_folder(folder: Path, model: Any) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers

    model.save_pretrained(folder)
    words = {chr(code): code for code in range(1, 250)}
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0} | words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.parametrize("kind", ["plain", "shifted", "rectified", "distilled"])
def test_what_is_served_is_what_was_trained(kind: str, kinds: dict[str, Path], tmp_path: Path) -> None:
    from encoders.torch_encoder import encode, load_torch_encoder

    module, tokens = load_torch_encoder(kinds[kind])
    wanted = encode(module, tokens, TEXTS[:3])
    for quantise, least in ((False, 0.999), (True, 0.97)):
        export_encoder(kinds[kind], tmp_path / str(quantise), quantise=quantise)
        found = Encoder(tmp_path / str(quantise)).encode(TEXTS[:3])
        assert np.sum(found * wanted, axis=1).min() > least
