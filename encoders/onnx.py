"""Writing an encoder as an ONNX graph, pooling and norm inside, with int8 weights. Needs torch."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.artifacts import building
from encoders.encoder import CONFIG, ENCODER, GRAPH, TOKENIZER, open_session
from encoders.errors import KefuError
from encoders.model_folder import read_model_folder
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
    ones; the mean cosine found is the `fidelity` in encoder.json.

    Raises:
        KefuError: when what training needs is not installed, or `out` holds something else.
        ArtifactError: when `folder` holds no model.
    """
    _require_training()
    from encoders.torch_encoder import load_torch_encoder

    described = read_model_folder(folder, name=name)
    loaded, tokens = load_torch_encoder(folder, name=name)
    with building(out, kind=ENCODER) as draft:
        shutil.copyfile(folder / "tokenizer.json", draft / TOKENIZER)
        dimension = int((module or loaded).bert.config.hidden_size)
        fidelity = _write_graph(module or loaded, tokens, draft / GRAPH, quantise=quantise)
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


def _write_graph(module: TorchEncoder, tokens: Tokens, path: Path, *, quantise: bool) -> float | None:
    """Write int8 and return its fidelity, or float and return None."""
    with tempfile.TemporaryDirectory(dir=path.parent) as place:
        exact = Path(place, "float.onnx")
        _export(module, exact)
        # The narrower range serves processors whose int8 products overflow (AVX2 without VNNI).
        for reduce_range in (False, True) if quantise else ():
            _quantise(exact, path, reduce_range=reduce_range)
            fidelity = _fidelity(exact, path, tokens)
            if fidelity >= MIN_FIDELITY:
                return round(fidelity, 4)
        exact.replace(path)
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
        with torch.inference_mode(), _quiet():
            torch.onnx.export(
                module, (ids, ids), path, dynamo=False, opset_version=_OPSET,
                input_names=list(names[:2]), output_names=[names[2]], dynamic_axes=axes,
            )  # fmt: skip
    finally:
        module.train(was_training)


def _quantise(source: Path, target: Path, *, reduce_range: bool) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet():
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            reduce_range=reduce_range,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )


def _fidelity(exact: Path, quantised: Path, tokens: Tokens) -> float:
    """The mean cosine between the two graphs' vectors of the sample texts."""
    rows = tokens.ids(_SAMPLES)
    return float(np.mean(np.sum(_vectors(exact, tokens, rows) * _vectors(quantised, tokens, rows), axis=1)))


def _vectors(graph: Path, tokens: Tokens, rows: list[list[int]]) -> Any:
    session = open_session(graph)
    feeds = (tokens.padded([row]) for row in rows)
    return np.concatenate(
        [session.run(None, {"input_ids": ids, "attention_mask": mask})[0] for ids, mask in feeds]
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' warnings and remarks off the terminal."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
