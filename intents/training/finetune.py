"""Fine-tuning BERT for the intents at hand.

One plain recipe: cosine logits against learned class prototypes that begin at the class means (as in
"A Closer Look at Few-shot Classification", Chen et al., 2019), cross-entropy with label smoothing, AdamW with
warm-up and linear decay, the best epoch by the held-out part. The word table of multilingual encoders, most of
their weights, stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from encoders.progress import progress
from encoders.torch_encoder import TorchEncoder, load_torch_encoder
from intents.training.fit import Indexes
from intents.training.options import TrainingOptions

LARGE_VOCABULARY = 100_000
TEMPERATURE = 0.07
SMOOTHING = 0.05
WARM_UP = 0.1
PATIENCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts with class numbers (n,)."""

    texts: Sequence[str]
    targets: Indexes


def finetune(
    folder: Path, name: str, shown: Labelled, held: Labelled, options: TrainingOptions
) -> TorchEncoder:
    """The encoder in `folder`, tuned on `shown`; the epoch that does best on `held` is kept."""
    torch.manual_seed(options.seed)
    module, tokens = load_torch_encoder(folder, name=name)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    module.to(device)
    if module.bert.config.vocab_size > LARGE_VOCABULARY:
        module.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    tuning = _Tuning(module, tokens, device, shown, options)
    tuning.run(held)
    tuned: TorchEncoder = module.cpu().eval()
    return tuned


class _Tuning:
    """The state of one run."""

    def __init__(
        self,
        module: TorchEncoder,
        tokens: Any,
        device: torch.device,
        shown: Labelled,
        options: TrainingOptions,
    ) -> None:
        self._module = module
        self._device = device
        self._options = options
        self._rows = tokens.ids(list(shown.texts))
        self._tokens = tokens
        self._targets = torch.tensor(shown.targets, device=device)
        self._random = np.random.default_rng(options.seed)
        vectors = self._vectors(self._rows)
        self._mean = vectors.mean(dim=0)
        classes = int(self._targets.max()) + 1
        means = torch.stack([self._centred(vectors[self._targets == c]).mean(dim=0) for c in range(classes)])
        self._prototypes = torch.nn.Parameter(functional.normalize(means, dim=1))
        counts = torch.bincount(self._targets, minlength=classes).float()
        self._weights = (counts.mean() / counts).sqrt()
        self._optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in module.parameters() if p.requires_grad], "lr": options.learning_rate},
                {"params": [self._prototypes], "lr": options.learning_rate * 10, "weight_decay": 0.0},
            ]
        )

    def run(self, held: Labelled) -> None:
        """Tune until the epochs are over or the held-out part stops improving; the best weights stay."""
        rows = self._tokens.ids(list(held.texts))
        truth = torch.tensor(held.targets, device=self._device)
        per_epoch = math.ceil(len(self._rows) / self._options.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer, _decay(per_epoch * self._options.epochs)
        )
        best, kept, waited = -1.0, self._trained(), 0
        with progress("Fine-tuning", per_epoch * self._options.epochs) as step:
            for _ in range(self._options.epochs):
                for batch in self._batches():
                    loss = self._step(batch)
                    schedule.step()
                    step(1, f"loss {loss:.3f}  held-out {max(best, 0):.3f}")
                score = self._score(rows, truth)
                waited = 0 if score > best else waited + 1
                if score > best:
                    best, kept = score, self._trained()
                if waited > PATIENCE:
                    break
        self._module.load_state_dict(kept, strict=False)

    def _step(self, batch: list[int]) -> float:
        self._module.train()
        ids, mask = self._padded([self._rows[index] for index in batch])
        with _autocast(self._device):
            vectors = self._module(ids, mask)
        targets = self._targets[batch]
        loss = functional.cross_entropy(
            self._logits(vectors.float()), targets, weight=self._weights, label_smoothing=SMOOTHING
        )
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        torch.nn.utils.clip_grad_norm_(self._module.parameters(), 1.0)
        self._optimizer.step()
        return float(loss.detach())

    def _score(self, rows: list[list[int]], truth: torch.Tensor) -> float:
        """Accuracy, and between equals the smaller loss."""
        with torch.inference_mode():
            logits = self._logits(self._vectors(rows))
        right = (logits.argmax(dim=1) == truth).float().mean()
        return float(right) - 1e-3 * float(functional.cross_entropy(logits, truth))

    def _logits(self, vectors: torch.Tensor) -> torch.Tensor:
        return self._centred(vectors) @ functional.normalize(self._prototypes, dim=1).T / TEMPERATURE

    def _centred(self, vectors: torch.Tensor) -> torch.Tensor:
        return functional.normalize(vectors - self._mean, dim=1)

    def _vectors(self, rows: list[list[int]]) -> torch.Tensor:
        self._module.eval()
        order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
        parts: dict[int, torch.Tensor] = {}
        with torch.no_grad(), _autocast(self._device):
            for start in range(0, len(order), 64):
                part = order[start : start + 64]
                vectors = self._module(*self._padded([rows[index] for index in part])).float()
                parts.update(zip(part, vectors, strict=True))
        return torch.stack([parts[index] for index in range(len(rows))])

    def _batches(self) -> Iterator[list[int]]:
        """Batches of texts of similar length, in a new order each epoch."""
        size = self._options.batch
        shuffled = self._random.permutation(len(self._rows))
        batches = []
        for start in range(0, len(shuffled), size * 8):
            window = sorted(shuffled[start : start + size * 8], key=lambda index: len(self._rows[index]))
            batches += [window[at : at + size] for at in range(0, len(window), size)]
        for number in self._random.permutation(len(batches)):
            yield [int(index) for index in batches[number]]

    def _padded(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        ids, mask = self._tokens.padded(rows)
        return torch.from_numpy(ids).to(self._device), torch.from_numpy(mask).to(self._device)

    def _trained(self) -> dict[str, torch.Tensor]:
        """A copy of the weights that change; the frozen word table is not worth one."""
        frozen = {name for name, p in self._module.named_parameters() if not p.requires_grad}
        state = self._module.state_dict()
        return {name: value.detach().clone() for name, value in state.items() if name not in frozen}


def _decay(steps: int) -> Any:
    """Linear warm-up over the first tenth, then linearly down to nothing."""
    warm = max(1, int(steps * WARM_UP))
    return lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


def _autocast(device: torch.device) -> Any:
    """bfloat16 where the device computes it natively; elsewhere it would only be slower."""
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported()
    else:
        native = "amx" in torch.backends.cpu.get_cpu_capability().lower() or _has_bf16()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=native)


def _has_bf16() -> bool:
    check = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(check and check())
