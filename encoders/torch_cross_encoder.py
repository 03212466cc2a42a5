"""A cross-encoder as a torch module, for training and export. Never imported by the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from encoders.errors import ArtifactError
from encoders.torch_encoder import attention_bias, quiet


class TorchCrossEncoder(torch.nn.Module):  # type: ignore[misc, unused-ignore]
    """Ids of pairs → scores: BERT and a head of one number."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self._typed = (getattr(model.config, "type_vocab_size", 0) or 0) > 1

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Scores (n,) for ids, mask and types (n, length)."""
        # RoBERTa has a single type. The sum keeps the input in the exported graph, so that all have three.
        types = token_type_ids if self._typed else token_type_ids * 0
        found = self.model(
            input_ids=input_ids, attention_mask=attention_bias(attention_mask), token_type_ids=types
        )
        scores: torch.Tensor = found.logits[:, 0]
        return scores


def is_cross_encoder(folder: Path) -> bool:
    """Whether a model folder holds one; else it holds an encoder, which one may be trained from."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return any("SequenceClassification" in name for name in config.get("architectures") or ())


def load_torch_cross_encoder(folder: Path) -> TorchCrossEncoder:
    """The model of a resolved folder in float32, in evaluation mode; of an encoder, with a new head.

    Raises:
        ArtifactError: when transformers cannot load it, or its head gives more than one number.
    """
    from transformers import AutoModelForSequenceClassification

    options = {} if is_cross_encoder(folder) else {"num_labels": 1}
    with quiet():
        try:
            model = AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=torch.float32, attn_implementation="sdpa", use_safetensors=True, **options
            )
        except (OSError, ValueError, KeyError) as error:
            raise ArtifactError(f"{folder} cannot be loaded as a cross-encoder: {error}") from error
    if model.config.num_labels != 1:
        raise ArtifactError(
            f"{folder} tells {model.config.num_labels} classes apart: a reranker gives one score."
        )
    loaded = TorchCrossEncoder(model)
    loaded.eval()
    return loaded
