"""The states of texts half-way through BERT, where tuning begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from encoders.encoder import batches
from encoders.errors import InputError
from encoders.tokens import Tokens
from encoders.torch_encoder import TorchEncoder
from intents.training.device import autocast

MOST_KEPT = 1_500_000
"""Tokens whose states are kept (1.2 GB for 384 dimensions); beyond, texts go through all layers every time."""

Reading = list["State"]


class State:
    """One text: its token ids, or its states (length, d) after the frozen layers."""

    __slots__ = ("ids", "states")

    def __init__(self, ids: list[int], states: torch.Tensor | None = None) -> None:
        self.ids = ids
        self.states = states

    def __len__(self) -> int:
        return len(self.ids)


class States:
    """A BERT whose lower half is frozen, and texts that have passed through that half already."""

    def __init__(self, module: TorchEncoder, tokens: Tokens, device: torch.device) -> None:
        """Freezes the embeddings and the lower half of the layers.

        Raises:
            InputError: for a model that is not built as BERT is.
        """
        self.device = device
        self._module = module
        self._tokens = tokens
        if not hasattr(getattr(module.bert, "encoder", None), "layer"):
            remedy = "Give a BERT, RoBERTa or XLM-RoBERTa, or --recipe fast."
            raise InputError("--encoder", "this model cannot be tuned.", remedy=remedy)
        self._depth = module.depth // 2
        module.requires_grad_(False)
        for layer in module.bert.encoder.layer[self._depth :]:
            layer.requires_grad_(True)
        self.tunable = [one for one in module.parameters() if one.requires_grad]

    def read(self, texts: Sequence[str]) -> Reading:
        """The texts, ready for `forward` and `vectors`."""
        reading = [State(ids) for ids in self._tokens.ids(list(texts))]
        if sum(map(len, reading)) > MOST_KEPT:
            return reading
        self._module.eval()
        for batch in _batched(reading):
            states, _ = self._lower(batch)
            for place, one in enumerate(batch):
                one.states = states[place, : len(one)].to("cpu", torch.float16, copy=True)
        return reading

    def forward(self, batch: Sequence[State]) -> torch.Tensor:
        """Unit vectors (n, d) to learn from."""
        self._module.train()
        return self._upper(batch)

    def vectors(self, reading: Reading) -> torch.Tensor:
        """Unit vectors (n, d) as they are now."""
        self._module.eval()
        found: dict[int, torch.Tensor] = {}
        with torch.no_grad():
            for batch in _batched(reading):
                found.update(zip(map(id, batch), self._upper(batch), strict=True))
        return torch.stack([found[id(one)] for one in reading])

    def _upper(self, batch: Sequence[State]) -> torch.Tensor:
        states, mask = self._lower(batch) if batch[0].states is None else self._kept(batch)
        with autocast(self.device):
            return self._module.upper(states, mask, self._depth).float()

    def _lower(self, batch: Sequence[State]) -> tuple[torch.Tensor, torch.Tensor]:
        ids, mask = (
            torch.from_numpy(one).to(self.device) for one in self._tokens.padded([s.ids for s in batch])
        )
        with torch.no_grad(), autocast(self.device):
            return self._module.lower(ids, mask, self._depth).float(), mask

    def _kept(self, batch: Sequence[State]) -> tuple[torch.Tensor, torch.Tensor]:
        parts: list[Any] = [one.states for one in batch]
        states = torch.nn.utils.rnn.pad_sequence(parts, batch_first=True).float()
        mask = torch.zeros(states.shape[:2], dtype=torch.int64)
        for place, one in enumerate(batch):
            mask[place, : len(one)] = 1
        return states.to(self.device), mask.to(self.device)


def _batched(reading: Reading) -> list[list[State]]:
    return [
        [reading[place] for place in batch] for batch in batches([len(one) for one in reading], tokens=1024)
    ]
