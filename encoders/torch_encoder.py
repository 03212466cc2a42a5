"""A BERT encoder as a torch module, for training and export. Never imported by the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from encoders.encoder import batches
from encoders.errors import ArtifactError
from encoders.model_folder import read_model_folder
from encoders.tokens import Tokens


class TorchEncoder(torch.nn.Module):  # type: ignore[misc, unused-ignore]
    """Token ids → sentence vectors: BERT, pooling, L2 norm."""

    def __init__(self, bert: Any, pooling: Literal["mean", "cls"]) -> None:
        super().__init__()
        self.bert = bert
        self.pooling = pooling

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Unit vectors (n, d) for ids and mask (n, length)."""
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_bias(attention_mask)
        ).last_hidden_state
        return self._pooled(states, attention_mask)

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.bert.encoder.layer)

    def lower(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, depth: int) -> torch.Tensor:
        """States (n, length, d) after the first `depth` layers."""
        states = self.bert.embeddings(input_ids=input_ids)
        return self._through(states, attention_mask, self.bert.encoder.layer[:depth])

    def upper(self, states: torch.Tensor, attention_mask: torch.Tensor, depth: int) -> torch.Tensor:
        """Unit vectors (n, d) from the states that `lower` gave for the same depth."""
        states = self._through(states, attention_mask, self.bert.encoder.layer[depth:])
        return self._pooled(states, attention_mask)

    @staticmethod
    def _through(states: torch.Tensor, attention_mask: torch.Tensor, layers: Any) -> torch.Tensor:
        bias = attention_bias(attention_mask)
        for layer in layers:
            found = layer(states, bias)
            states = found[0] if isinstance(found, tuple) else found  # transformers before 5 gives tuples
        return states

    def _pooled(self, states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        mask = attention_mask.to(torch.float32)
        if self.pooling == "cls":
            pooled = states[:, 0]
        else:
            pooled = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(pooled, dim=1)


def attention_bias(attention_mask: torch.Tensor) -> torch.Tensor:
    """A mask (n, length) as what is added to attention's scores (n, 1, 1, length)."""
    # Given in four dimensions, the mask is taken as it is: the exported graph stays simple.
    return (1.0 - attention_mask.to(torch.float32))[:, None, None, :] * -10000.0


def load_torch_encoder(folder: Path, *, name: str = "") -> tuple[TorchEncoder, Tokens]:
    """The model of a resolved folder in float32, in evaluation mode, and what cuts texts into its ids.

    Raises:
        ArtifactError: when the folder holds no model that transformers can load.
    """
    from transformers import AutoModel

    described = read_model_folder(folder, name=name)
    with quiet():
        try:
            bert = AutoModel.from_pretrained(
                folder, dtype=torch.float32, attn_implementation="sdpa", use_safetensors=True
            )
        except (OSError, ValueError, KeyError) as error:
            raise ArtifactError(f"{folder} cannot be loaded as a model: {error}") from error
    return TorchEncoder(bert, described.pooling).eval(), described.tokens()


def encode(module: TorchEncoder, tokens: Tokens, texts: Sequence[str]) -> Any:
    """Unit vectors (n, d) of texts as queries, in float, rows in the texts' order."""
    rows = tokens.ids(texts)
    found: dict[int, Any] = {}
    module.eval()
    with torch.inference_mode():
        for batch in batches([len(row) for row in rows], tokens=1024):
            ids, mask = (torch.from_numpy(one) for one in tokens.padded([rows[place] for place in batch]))
            found.update(zip(batch, module(ids, mask).numpy(), strict=True))
    return np.stack([found[place] for place in range(len(rows))])


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars and remarks (an unused pooler) off the terminal."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
