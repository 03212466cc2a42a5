"""Teaching a cross-encoder which of a question's passages answers it.

A softmax over the right passage and hard wrong ones of the same question (Gao et al., "Rethink Training of BERT
Rerankers in Multi-Stage Retrieval Pipeline", 2021). A multilingual model's word table stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from encoders.cross_encoder import PairTokens
from encoders.progress import progress
from encoders.torch_cross_encoder import TorchCrossEncoder
from knowledge.tuning.contrast import LARGE_VOCABULARY, pace

WRONG = 3
"""Passages that a question's right one is set against."""
BATCH = 4
"""Questions."""
LEARNING_RATE = 5e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A question with passages, the first of which answers it."""

    question: str
    passages: tuple[str, ...]


def learn_groups(
    module: TorchCrossEncoder, tokens: PairTokens, groups: Sequence[Group], *, epochs: int, seed: int
) -> None:
    """Teach `module` in place."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    if module.model.config.vocab_size > LARGE_VOCABULARY:
        module.model.get_input_embeddings().weight.requires_grad_(False)
    trained = [weight for weight in module.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.01)
    steps = epochs * math.ceil(len(groups) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: pace(step, steps))
    module.train()
    with progress("Teaching the reranker", steps) as done:
        for _ in range(epochs):
            order = random.permutation(len(groups))
            for start in range(0, len(order), BATCH):
                loss = _loss(module, tokens, [groups[place] for place in order[start : start + BATCH]])
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                optimizer.step()
                schedule.step()
                done(1, f"loss {float(loss.detach()):.3f}")
    module.eval()


def _loss(module: TorchCrossEncoder, tokens: PairTokens, groups: Sequence[Group]) -> torch.Tensor:
    pairs = [(one.question, passage) for one in groups for passage in one.passages]
    scores = module(*map(torch.from_numpy, tokens.padded(pairs)))
    own = scores.split([len(one.passages) for one in groups])
    losses = [functional.cross_entropy(one[None], torch.zeros(1, dtype=torch.int64)) for one in own]
    return torch.stack(losses).mean()
