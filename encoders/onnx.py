"""Writing an encoder as an ONNX graph, pooling and norm inside, with int8 weights. Needs torch."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.artifacts import building
from encoders.bert_graph import is_plain_bert, write_graph
from encoders.encoder import CONFIG, ENCODER, GRAPH, encoder_id, open_session
from encoders.errors import KefuError
from encoders.model_folder import ModelFolder, read_model_folder
from encoders.quantise import quantise_graph, shrink_tables, silent
from encoders.sentence_pieces import serving_tokenizer
from encoders.tokens import Tokens

if TYPE_CHECKING:
    from encoders.torch_encoder import TorchEncoder

MIN_FIDELITY = 0.97
"""The least mean cosine between int8 and float vectors; below it the float graph is kept."""

OPSET = 18
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
    folder: Path,
    out: Path,
    *,
    name: str = "",
    module: TorchEncoder | None = None,
    quantise: bool = True,
    original: Path | None = None,
) -> None:
    """Write the encoder in the model folder `folder` to `out`, for `encoders.encoder.Encoder.load`.

    With `module` (a tuned one) its weights are written, and `folder` gives tokenizer, pooling, prompts.
    Weights become int8, one scale per output channel, where the vectors stay close enough to the float
    ones; the mean cosine found is the `fidelity` in encoder.json. The embedding table, most of a multilingual
    model, is int8 in any case: a row of it is one scale away from what it was.

    Args:
        original: `folder` as it was exported. An int8 graph then gives the vectors of that encoder too, and what
            tuning left as it was is computed once for both.

    Raises:
        KefuError: when what training needs is not installed, or `out` holds something else.
        ArtifactError: when `folder` holds no model.
    """
    require_training()
    from encoders.torch_encoder import load_torch_encoder

    described = read_model_folder(folder, name=name)
    modules = [module or load_torch_encoder(folder, name=name)[0]]
    if quantise and original is not None and is_plain_bert(modules[0]):
        modules.append(load_torch_encoder(folder, name=name)[0])
    with building(out, kind=ENCODER) as draft:
        tokenizer = serving_tokenizer(folder, _SAMPLES)
        shutil.copyfile(tokenizer, draft / tokenizer.name)
        tokens = described.tokens()
        fidelity = _write_int8(modules, draft / GRAPH, tokens) if quantise else None
        if fidelity is None:
            modules = modules[:1]
            _write(modules, draft / GRAPH, int8=False)
        config = {
            **_described(described, modules[0], tokenizer.name),
            "quantised": fidelity is not None,
            "fidelity": fidelity,
            "original": encoder_id(original) if original is not None and len(modules) > 1 else None,
        }
        text = json.dumps(config, indent=2, ensure_ascii=False)
        (draft / CONFIG).write_text(text + "\n", encoding="utf-8")


def _described(folder: ModelFolder, module: TorchEncoder, tokenizer: str) -> dict[str, Any]:
    """What encoder.json says of any encoder, however it is written."""
    return {
        "name": folder.name,
        "dimension": int(module.bert.config.hidden_size),
        "max_length": folder.max_length,
        "pad_id": folder.pad_id,
        "tokenizer": tokenizer,
        "prompts": dict(folder.prompts),
    }


def require_training() -> None:
    """Refuse where what training needs is missing.

    Raises:
        KefuError: naming the package.
    """
    try:
        import onnx
        import torch
        import transformers
    except ImportError as error:
        raise KefuError(
            f"Exporting an encoder needs {error.name}, which is not installed. Run pip install 'kefu[train]'"
        ) from None
    del onnx, torch, transformers


def _write_int8(modules: Sequence[TorchEncoder], path: Path, tokens: Tokens) -> float | None:
    """Write the int8 graph and return its fidelity; None when it is too low."""
    from encoders.torch_encoder import encode

    rows = [tokens.padded([row]) for row in tokens.ids(_SAMPLES)]
    exact = encode(modules[0], tokens, _SAMPLES)
    for reduce_range in (False, True):  # 8 bits where the processor multiplies them exactly
        _write(modules, path, int8=True, reduce_range=reduce_range)
        session = open_session(path)
        found = [
            session.run(["vectors"], {"input_ids": ids, "attention_mask": mask})[0] for ids, mask in rows
        ]
        fidelity = float(np.mean(np.sum(exact * np.concatenate(found), axis=1)))
        if fidelity >= MIN_FIDELITY:
            return round(fidelity, 4)
    return None


def _write(modules: Sequence[TorchEncoder], path: Path, *, int8: bool, reduce_range: bool = False) -> None:
    if is_plain_bert(modules[0]):
        write_graph(modules, path, int8=int8, reduce_range=reduce_range)
        return
    with tempfile.TemporaryDirectory(dir=path.parent) as place:
        exact = Path(place, "float.onnx")
        _export(modules[0], exact)
        if int8:
            quantise_graph(exact, path, reduce_range=reduce_range)
        else:
            shrink_tables(exact, path)


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
                module, (ids, ids), path, dynamo=False, opset_version=OPSET,
                input_names=list(names[:2]), output_names=[names[2]], dynamic_axes=axes,
            )  # fmt: skip
    finally:
        module.train(was_training)
