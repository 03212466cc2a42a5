"""Writing an encoder as an ONNX graph, pooling and norm inside, with int8 weights. Needs torch."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.artifacts import building
from encoders.encoder import CONFIG, ENCODER, GRAPH, TOKENIZER, open_session
from encoders.errors import KefuError
from encoders.model_folder import ModelFolder, read_model_folder
from encoders.quantise import quantise_graph, shrink_tables, silent
from encoders.tokens import Tokens

if TYPE_CHECKING:
    from encoders.torch_encoder import TorchEncoder

MIN_FIDELITY = 0.97
"""The least mean cosine between int8 and float vectors; below it the float graph is kept."""

_OPSET = 18
_SAMPLES = (
    "Where is my order? It should have arrived on Monday.",
    "I'd like to return the headphones, they hurt my ears.",
    "hi",
    "Can I change the delivery address after paying, and does the invoice change with it?",
    "The screen of the laptop I bought last week has a dead pixel. I have tried restarting it and "
    "installing the newest drivers, but it stays. What are my options for a repair or a refund?",
    "which payment methods do you accept",
    "我的订单什么时候发货？",
    "发票抬头写错了，可以重新开吗？",
    "耳机左边没有声音，我想换一个新的，需要自己付运费吗？",
    "你好",
)


def export_encoder(
    folder: Path, out: Path, *, name: str = "", module: TorchEncoder | None = None, quantise: bool = True
) -> None:
    """Write the encoder in the model folder `folder` to `out`, for `encoders.encoder.Encoder.load`.

    With `module` (a tuned one) its weights are written, and `folder` gives tokenizer, pooling, prompts.
    Weights become int8, one scale per output channel, where the vectors stay close enough to the float
    ones; the mean cosine found is the `fidelity` in encoder.json. The embedding table, most of a multilingual
    model, is int8 in any case: a row of it is one scale away from what it was.

    Raises:
        KefuError: when what training needs is not installed, or `out` holds something else.
        ArtifactError: when `folder` holds no model.
    """
    _require_training()
    described = read_model_folder(folder, name=name)
    with building(out, kind=ENCODER) as draft:
        shutil.copyfile(folder / "tokenizer.json", draft / TOKENIZER)
        tokens = described.tokens()
        with tempfile.TemporaryDirectory(dir=out.parent) as place:
            exact = Path(place, "float.onnx")
            dimension = _write_float(described, module, exact)
            fidelity = _write_int8(exact, draft / GRAPH, tokens) if quantise else None
            if fidelity is None:
                shrink_tables(exact, draft / GRAPH)
        config = {
            "name": described.name,
            "dimension": dimension,
            "max_length": described.max_length,
            "pad_id": described.pad_id,
            "prompts": tokens.prompts,
            "quantised": fidelity is not None,
            "fidelity": fidelity,
        }
        text = json.dumps(config, indent=2, ensure_ascii=False)
        (draft / CONFIG).write_text(text + "\n", encoding="utf-8")


def _require_training() -> None:
    try:
        import onnx
        import torch
        import transformers
    except ImportError as error:
        raise KefuError(
            f"Exporting an encoder needs {error.name}, which is not installed. Run pip install 'kefu[train]'"
        ) from None
    del onnx, torch, transformers


def _write_float(described: ModelFolder, module: TorchEncoder | None, path: Path) -> int:
    """Write the float graph and return the vectors' dimension; a module loaded here is freed again."""
    from encoders.torch_encoder import load_torch_encoder

    if module is None:
        module, _ = load_torch_encoder(described.path, name=described.name)
    _export(module, path)
    return int(module.bert.config.hidden_size)


def _write_int8(exact: Path, path: Path, tokens: Tokens) -> float | None:
    """Write the int8 graph and return its fidelity; None when it is too low."""
    rows = tokens.ids(_SAMPLES)
    vectors = _vectors(exact, tokens, rows)
    for reduce_range in (False, True):  # 8 bits where the processor multiplies them exactly
        quantise_graph(exact, path, reduce_range=reduce_range)
        fidelity = float(np.mean(np.sum(vectors * _vectors(path, tokens, rows), axis=1)))
        if fidelity >= MIN_FIDELITY:
            return round(fidelity, 4)
    return None


def _export(module: TorchEncoder, path: Path) -> None:
    import torch

    was_training = module.training
    module.eval()
    ids = torch.ones(2, 4, dtype=torch.int64)
    names = ("input_ids", "attention_mask", "vectors")
    axes = {name: {0: "batch", 1: "length"} for name in names[:2]} | {names[2]: {0: "batch"}}
    try:
        # The TorchScript exporter: on these graphs it is five times faster than the newer one, whose
        # int8 graphs are no better, and it needs no onnxscript.
        with torch.inference_mode(), silent():
            torch.onnx.export(
                module, (ids, ids), path, dynamo=False, opset_version=_OPSET,
                input_names=list(names[:2]), output_names=[names[2]], dynamic_axes=axes,
            )  # fmt: skip
    finally:
        module.train(was_training)


def _vectors(graph: Path, tokens: Tokens, rows: list[list[int]]) -> Any:
    session = open_session(graph)
    feeds = (tokens.padded([row]) for row in rows)
    return np.concatenate(
        [session.run(None, {"input_ids": ids, "attention_mask": mask})[0] for ids, mask in feeds]
    )
