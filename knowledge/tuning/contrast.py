"""Pulling questions towards the passages that answer them, away from those that do not.

In-batch and hard negatives under a softmax (Karpukhin et al., "Dense Passage Retrieval", 2020), AdamW with warm-up
and linear decay. A multilingual encoder's word table, most of its weights, stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from encoders.encoder import batches
from encoders.progress import Progress, progress
from encoders.tokens import Kind, Tokens
from encoders.torch_encoder import TorchEncoder
from knowledge.tuning.pairs import Pair

LARGE_VOCABULARY = 100_000
TEMPERATURE = 0.05
BATCH = 16
LEARNING_RATE = 3e-5
WARM_UP = 0.1
BATCH_TOKENS = 2048


@dataclass(frozen=True, slots=True)
class TorchVectors:
    """A torch encoder in the place of an `encoders.encoder.Encoder`, to index with weights that are not exported."""

    module: TorchEncoder
    tokens: Tokens
    name: str = "being tuned"
    id: str = ""

    def encode(
        self, texts: Sequence[str], *, kind: Kind = "query", progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        vectors = np.zeros((len(texts), int(self.module.bert.config.hidden_size)), np.float32)
        rows = self.tokens.ids(texts, kind=kind) if texts else []
        self.module.eval()
        with torch.inference_mode():
            for batch in batches([len(row) for row in rows], tokens=BATCH_TOKENS):
                vectors[batch] = forward(self.module, self.tokens, [rows[index] for index in batch]).numpy()
                if progress is not None:
                    progress(len(batch))
        return vectors


def forward(module: TorchEncoder, tokens: Tokens, rows: Sequence[list[int]]) -> torch.Tensor:
    """Unit vectors of token rows."""
    ids, mask = tokens.padded(list(rows))
    vectors: torch.Tensor = module(torch.from_numpy(ids), torch.from_numpy(mask))
    return vectors


def contrast(
    module: TorchEncoder,
    tokens: Tokens,
    pairs: Sequence[Pair],
    bodies: Sequence[str],
    *,
    epochs: int,
    seed: int,
) -> None:
    """Adapt `module` in place."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    if module.bert.config.vocab_size > LARGE_VOCABULARY:
        module.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    trained = [weight for weight in module.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.01)
    steps = epochs * math.ceil(len(pairs) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: pace(step, steps))
    asked = tokens.ids([pair.question for pair in pairs])
    passages = tokens.ids(bodies, kind="document")
    module.train()
    with progress("Tuning", steps) as done:
        for _ in range(epochs):
            order = random.permutation(len(pairs))
            for start in range(0, len(order), BATCH):
                chosen = order[start : start + BATCH].tolist()
                loss = _loss(module, tokens, _Batch.of(chosen, pairs, random), asked, passages)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                optimizer.step()
                schedule.step()
                done(1, f"loss {float(loss.detach()):.3f}")
    module.eval()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Questions by number, the passages they are compared with, and which of these may not count as wrong."""

    questions: list[int]
    passages: list[int]
    masked: Any

    @classmethod
    def of(cls, chosen: list[int], pairs: Sequence[Pair], random: np.random.Generator) -> _Batch:
        ones = [pairs[place] for place in chosen]
        hard = [int(random.choice(one.hard)) for one in ones if one.hard]
        passages = [one.right for one in ones] + hard
        masked = np.array([[place in one.allowed for place in passages] for one in ones])
        masked[np.arange(len(ones)), np.arange(len(ones))] = False
        return cls(chosen, passages, torch.from_numpy(masked))


def _loss(
    module: TorchEncoder,
    tokens: Tokens,
    batch: _Batch,
    asked: Sequence[list[int]],
    passages: Sequence[list[int]],
) -> torch.Tensor:
    questions = forward(module, tokens, [asked[place] for place in batch.questions])
    bodies = forward(module, tokens, [passages[place] for place in batch.passages])
    scores = (questions @ bodies.T / TEMPERATURE).masked_fill(batch.masked, -1e4)
    return functional.cross_entropy(scores, torch.arange(len(questions)))


def pace(step: int, steps: int) -> float:
    """The share of the learning rate at a step: rising, then falling to nothing."""
    warm = max(1, int(WARM_UP * steps))
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
