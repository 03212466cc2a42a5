"""int8 weights and activations for an exported graph, each token's row scaled on its own.

onnxruntime's dynamic quantisation takes one scale for the whole batch: a text's vector then depends
on its neighbours (cosines down to .95 were measured) and one large value coarsens all others. Here
each row is divided by its largest magnitude first, as in ZeroQuant's token-wise quantisation (Yao et
al., 2022), so that a constant scale serves every row.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_DOMAIN = "kefu"

_SCALE_ROWS = """
<opset_import: ["" : 18], domain: "kefu">
ScaleRows (x) => (unit, row)
{
    last = Constant <value_ints = [-1]> ()
    size = Abs (x)
    largest = ReduceMax (size, last)
    floor = Constant <value = float {1e-8}> ()
    row = Max (largest, floor)
    unit = Div (x, row)
}
"""

# Has the outputs of ONNX's DynamicQuantizeLinear, for values known to lie between -1 and 1.
_QUANTIZE_UNIT = """
<opset_import: ["" : 18], domain: "kefu">
QuantizeUnit (unit) => (quantised, scale, zero)
{
    scale = Constant <value = float {0.007874016}> ()
    zero = Constant <value = uint8 {128}> ()
    quantised = QuantizeLinear (unit, scale, zero)
}
"""


def quantise_graph(source: Path, target: Path, *, reduce_range: bool) -> None:
    """Write the graph `source` with int8 weights, one scale per output channel, to `target`.

    `reduce_range` leaves the weights 7 bits: processors with AVX2 but without VNNI overflow on 8.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(dir=target.parent) as place, silent():
        scaled = Path(place, "scaled.onnx")
        model = onnx.load(source)
        _shrink_tables(model)
        _scale_rows(model)
        onnx.save(model, scaled)
        del model
        quantize_dynamic(
            scaled,
            target,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=reduce_range,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    model = onnx.load(target)
    for node in model.graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            node.op_type, node.domain = "QuantizeUnit", _DOMAIN
    _add_function(model, _QUANTIZE_UNIT)
    onnx.save(model, target)


def shrink_tables(source: Path, target: Path) -> None:
    """Write the graph `source` with its embedding tables as int8 and all else as it is to `target`."""
    import onnx

    model = onnx.load(source)
    _shrink_tables(model)
    onnx.save(model, target)


def _shrink_tables(model: Any) -> None:
    """Store each embedding table as int8 with one scale per row; only the rows looked up become float."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    tables = {table.name: table for table in model.graph.initializer if len(table.dims) == 2}
    nodes = []
    for node in model.graph.node:
        if node.op_type != "Gather" or node.input[0] not in tables:
            nodes.append(node)
            continue
        name, rows, found = node.input[0], node.input[1], node.output[0]
        values = numpy_helper.to_array(tables[name])
        scales = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-8) / np.float32(127)
        small = np.rint(values / scales).astype(np.int8)
        tables[name].CopyFrom(numpy_helper.from_array(small, name))
        model.graph.initializer.append(numpy_helper.from_array(scales, f"{name}_scales"))
        nodes += [
            helper.make_node("Gather", [name, rows], [f"{found}_int8"]),
            helper.make_node("Cast", [f"{found}_int8"], [f"{found}_float"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}_scales", rows], [f"{found}_scales"]),
            helper.make_node("Mul", [f"{found}_float", f"{found}_scales"], [found]),
        ]
    _replace_nodes(model, nodes)


def _scale_rows(model: Any) -> None:
    """Turn each x·W with constant W into (x / row)·W · row, row being the largest magnitude in x's row."""
    from onnx import helper

    constants = {weights.name for weights in model.graph.initializer}
    scaled: set[str] = set()
    nodes = []
    for node in model.graph.node:
        nodes.append(node)
        if node.op_type != "MatMul" or node.input[1] not in constants:
            continue
        x, product = node.input[0], node.output[0]
        unit, row = f"{x}_unit", f"{x}_row"
        if x not in scaled:
            scaled.add(x)
            nodes.insert(-1, helper.make_node("ScaleRows", [x], [unit, row], domain=_DOMAIN))
        node.input[0], node.output[0] = unit, f"{product}_unit"
        nodes.append(helper.make_node("Mul", [node.output[0], row], [product]))
    _replace_nodes(model, nodes)
    _add_function(model, _SCALE_ROWS)


def _replace_nodes(model: Any, nodes: list[Any]) -> None:
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _add_function(model: Any, text: str) -> None:
    from onnx import helper, parser

    model.functions.append(parser.parse_function(text))
    if all(opset.domain != _DOMAIN for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))


@contextmanager
def silent() -> Iterator[None]:
    """Keep the exporters' warnings and advice off the terminal."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
