"""BERT as an ONNX graph made for one short text at a time: fused operators, int8 weights, a scale per token.

What torch exports is a graph of a hundred small operators a layer, which cost as much as its products where a text
has a dozen tokens. Here a layer has two dozen. Each token's row is divided by its largest magnitude before it is
quantised, as in ZeroQuant's token-wise quantisation (Yao et al., 2022): a text's vector does not depend on its
neighbours in the batch, as it does with onnxruntime's own dynamic quantisation, and one constant scale serves all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from encoders.encoder import ORIGINAL, STATES, VECTORS

if TYPE_CHECKING:
    from encoders.torch_encoder import TorchEncoder

Weights = NDArray[Any]

_OPSET, _IR = 18, 10
_FUSED = "com.microsoft"
_FAMILY = ("bert", "camembert", "roberta", "xlm-roberta")
_MOST = 127
"""The largest int8 weight; half of it where products of eight bits overflow."""


def is_plain_bert(module: TorchEncoder) -> bool:
    """Whether the encoder is built of what this graph is built of."""
    config = module.bert.config
    positions = getattr(config, "position_embedding_type", None) or "absolute"
    plain = positions == "absolute" and getattr(config, "hidden_act", None) == "gelu"
    return plain and config.model_type in _FAMILY and hasattr(module.bert, "embeddings")


def write_graph(
    modules: Sequence[TorchEncoder], path: Path, *, int8: bool, reduce_range: bool = False
) -> None:
    """Write an encoder as a graph, and the one that it was tuned from beside it where two are given.

    Layers with equal weights and equal input are computed once. The embedding table is int8 in any case: a row of
    it is one scale away from what it was. The tokens' states half-way up, which tuning leaves as they are, can be
    asked for too; who does not ask for them does not pay for them.

    Args:
        reduce_range: leave int8 weights 7 bits, for processors with AVX2 but without VNNI, which overflow on 8.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph(0 if not int8 else _MOST // 2 if reduce_range else _MOST)
    names = (VECTORS, ORIGINAL)[: len(modules)]
    for module, name in zip(modules, names, strict=True):
        graph.encode(module, name)
    inputs = ("input_ids", "attention_mask")
    width = int(modules[0].bert.config.hidden_size)
    shapes: dict[str, list[Any]] = {name: ["batch", width] for name in names}
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in inputs],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in (shapes | {STATES: ["batch", "length", width]}).items()
        ],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    onnx.save(helper.make_model(made, opset_imports=opsets, ir_version=_IR), path)


def half_way(depth: int) -> int:
    """The number of the layer, from 1, whose states are given: the last that tuning leaves as it is."""
    return max(1, depth // 2)


class _Graph:
    """Nodes and constants, and which of them have been made already."""

    def __init__(self, most: int) -> None:
        """`most`: the largest int8 weight, 0 for float weights."""
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._most = most
        self._made: dict[tuple[str, str], str] = {}
        self._mask = self._node("Cast", ["attention_mask"], to=6)  # int32
        self._present = self._node("Cast", ["attention_mask"], to=1)  # float
        self._last = self._constant(np.array([-1]))
        self._unit = self._constant(np.float32(1 / _MOST))
        self._zero = self._constant(np.uint8(_MOST + 1))

    def encode(self, module: TorchEncoder, output: str) -> None:
        """Add an encoder whose unit vectors (batch, d) are called `output`."""
        states = self._once(module.bert.embeddings, "input_ids", lambda: self._embedded(module.bert))
        for place, layer in enumerate(module.bert.encoder.layer, start=1):
            states = self._once(
                layer, states, lambda layer=layer, x=states: self._layer(module.bert, layer, x)
            )
            if output == VECTORS and place == half_way(module.depth):
                self._node("Identity", [states], output=STATES)
        if module.pooling == "cls":
            first = self._constant(np.array(0))
            pooled = self._node("Gather", [states, first], axis=1)
        else:  # a sum is as good as a mean: its norm is taken away next
            row = self._node("Unsqueeze", [self._present, self._constant(np.array([1]))])
            pooled = self._node(
                "Squeeze", [self._node("MatMul", [row, states]), self._constant(np.array([1]))]
            )
        self._node("LpNormalization", [pooled], output=output, axis=-1, p=2)

    def _once(self, part: Any, source: str, make: Any) -> str:
        """What `make` gives for these weights and this input, made the first time."""
        digest = hashlib.sha256()
        for value in part.state_dict().values():
            digest.update(np.ascontiguousarray(_array(value)).tobytes())
        key = (source, digest.hexdigest())
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _embedded(self, bert: Any) -> str:
        """States (batch, length, d) of the tokens."""
        parts, config = bert.embeddings, bert.config
        words = _array(parts.word_embeddings.weight)
        scales = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-8) / np.float32(_MOST)
        table = self._constant(np.rint(words / scales).astype(np.int8))
        rows = self._node("Cast", [self._node("Gather", [table, "input_ids"])], to=1)
        scale = self._node("Gather", [self._constant(scales), "input_ids"])
        rows = self._node("Mul", [rows, scale])
        begin = 0 if config.model_type == "bert" else config.pad_token_id + 1
        places = (
            _array(parts.position_embeddings.weight)[begin:] + _array(parts.token_type_embeddings.weight)[0]
        )
        length = self._node("Shape", ["input_ids"], start=1, end=2)
        limits = [self._constant(np.array([0])), length, self._constant(np.array([0]))]
        near = self._node("Slice", [self._constant(places), *limits])
        return self._node("LayerNormalization", [self._node("Add", [rows, near]), *self._norm(parts.LayerNorm)],
                          axis=-1, epsilon=config.layer_norm_eps)  # fmt: skip

    def _layer(self, bert: Any, layer: Any, states: str) -> str:
        config, attention = bert.config, layer.attention
        heads = [attention.self.query, attention.self.key, attention.self.value]
        weights = np.concatenate([_array(one.weight) for one in heads])
        bias = self._constant(np.concatenate([_array(one.bias) for one in heads]))
        product = self._product(states, weights)
        names = [f"{product}_{part}" for part in ("query", "key", "value")]
        parts = self._nodes("Split", [product], names, axis=-1, num_outputs=3)
        seen = self._node(
            "MultiHeadAttention", [*parts, bias, self._mask], _FUSED, num_heads=config.num_attention_heads
        )
        states = self._added(seen, attention.output, states, config.layer_norm_eps)
        wide = self._product(states, _array(layer.intermediate.dense.weight))
        bent = self._node("BiasGelu", [wide, self._constant(_array(layer.intermediate.dense.bias))], _FUSED)
        return self._added(bent, layer.output, states, config.layer_norm_eps)

    def _added(self, inner: str, part: Any, states: str, epsilon: float) -> str:
        """The norm of the states and of what a dense part makes of `inner`."""
        product = self._product(inner, _array(part.dense.weight))
        bias = self._constant(_array(part.dense.bias))
        inputs = [product, states, *self._norm(part.LayerNorm), bias]
        return self._node("SkipLayerNormalization", inputs, _FUSED, epsilon=epsilon)

    def _product(self, x: str, weights: Weights) -> str:
        """x times weights (out, in), without a bias."""
        if not self._most:
            return self._node("MatMul", [x, self._constant(weights.T)])
        scales = np.maximum(np.abs(weights).max(axis=1), 1e-8) / np.float32(self._most)
        small = np.rint(weights / scales[:, None]).astype(np.int8)
        row = self._node("ReduceMax", [self._node("Abs", [x]), self._last])
        # A row of zeros becomes no number, then any, and then zero again, times its largest.
        unit = self._node("QuantizeLinear", [self._node("Div", [x, row]), self._unit, self._zero])
        inputs = [unit, self._constant(small.T), self._unit, self._constant(scales), self._zero]
        return self._node("Mul", [self._node("MatMulIntegerToFloat", inputs, _FUSED), row])

    def _norm(self, norm: Any) -> list[str]:
        return [self._constant(_array(norm.weight)), self._constant(_array(norm.bias))]

    def _constant(self, value: Any) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(
            numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name)
        )
        return name

    def _node(
        self, kind: str, inputs: Sequence[str], domain: str = "", *, output: str = "", **more: Any
    ) -> str:
        """The name of what a new node gives."""
        return self._nodes(kind, inputs, (output or f"n{len(self.nodes)}",), domain, **more)[0]

    def _nodes(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **more: Any
    ) -> Sequence[str]:
        """The names of what a new node with several outputs gives."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, list(inputs), list(outputs), domain=domain, **more))
        return outputs


def _array(tensor: Any) -> Weights:
    """A tensor's numbers, (out, in) for the weights of a dense layer."""
    return np.asarray(tensor.detach().cpu().float().numpy())
