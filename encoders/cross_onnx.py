"""Writing a cross-encoder as an ONNX graph with int8 weights. Needs torch."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.artifacts import building
from encoders.cross_encoder import CONFIG, CROSS_ENCODER, GRAPH, TOKENIZER, PairTokens
from encoders.encoder import open_session
from encoders.onnx import OPSET, require_training
from encoders.quantise import quantise_graph, shrink_tables, silent

if TYPE_CHECKING:
    from encoders.torch_cross_encoder import TorchCrossEncoder

MIN_FIDELITY = 0.97
"""The least correlation of scores between int8 and float; below it the float graph is kept."""
_NAMES = ("input_ids", "attention_mask", "token_type_ids")
_QUESTIONS = (
    "Can I return opened headphones?",
    "who pays the postage",
    "多久能收到退款？",
    "do you ship to Norway",
)
_PASSAGES = (
    "Opened headphones can be returned within 30 days if nothing is missing.",
    "We pay the postage for returns of faulty goods; otherwise it is 4.90 euros.",
    "退款会在收到退货后的五个工作日内原路退回。",
    "We deliver to all countries of the European Union, Norway and Switzerland.",
)


def export_cross_encoder(folder: Path, module: TorchCrossEncoder, out: Path, *, name: str) -> None:
    """Write the cross-encoder for `encoders.cross_encoder.CrossEncoder`; `folder` gives the tokenizer.

    Raises:
        KefuError: when what training needs is not installed, or `out` holds something else.
    """
    require_training()
    pad_id = int(module.model.config.pad_token_id or 0)
    with building(out, kind=CROSS_ENCODER) as draft:
        shutil.copyfile(folder / "tokenizer.json", draft / TOKENIZER)
        tokens = PairTokens(draft / TOKENIZER, pad_id=pad_id)
        with tempfile.TemporaryDirectory(dir=out.parent) as place:
            exact = Path(place, "float.onnx")
            _export(module, exact)
            fidelity = _write_int8(exact, draft / GRAPH, tokens)
            if fidelity is None:
                shrink_tables(exact, draft / GRAPH)
        config = {"name": name, "pad_id": pad_id, "quantised": fidelity is not None, "fidelity": fidelity}
        (draft / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _export(module: TorchCrossEncoder, path: Path) -> None:
    import torch

    was_training = module.training
    module.eval()
    ids = torch.ones(2, 4, dtype=torch.int64)
    axes = {name: {0: "batch", 1: "length"} for name in _NAMES} | {"scores": {0: "batch"}}
    try:
        # The TorchScript exporter, as for encoders.
        with torch.inference_mode(), silent():
            torch.onnx.export(
                module, (ids, ids, ids * 0), path, dynamo=False, opset_version=OPSET,
                input_names=list(_NAMES), output_names=["scores"], dynamic_axes=axes,
            )  # fmt: skip
    finally:
        module.train(was_training)


def _write_int8(exact: Path, path: Path, tokens: PairTokens) -> float | None:
    """Write the int8 graph and return its fidelity; None when it is too low."""
    scores = _scores(exact, tokens)
    for reduce_range in (False, True):  # 8 bits where the processor multiplies them exactly
        quantise_graph(exact, path, reduce_range=reduce_range)
        fidelity = float(np.corrcoef(scores, _scores(path, tokens))[0, 1])
        if fidelity >= MIN_FIDELITY:
            return round(fidelity, 4)
    return None


def _scores(graph: Path, tokens: PairTokens) -> Any:
    session = open_session(graph)
    pairs = [(question, passage) for question in _QUESTIONS for passage in _PASSAGES]
    feeds = (dict(zip(_NAMES, tokens.padded([pair]), strict=True)) for pair in pairs)
    return np.concatenate([session.run(None, one)[0] for one in feeds])
