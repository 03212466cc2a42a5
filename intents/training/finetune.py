"""Fine-tuning BERT for the intents at hand.

Cosine logits against class prototypes that begin at the class means (as in "A Closer Look at Few-shot
Classification", Chen et al., 2019) and are learned with the upper half of the layers: cross-entropy with label
smoothing, every text seen under two dropout masks that must agree ("R-Drop", Liang et al., 2021), AdamW, warm-up
and linear decay, ended early where held-out rows get worse. The lower half and the embeddings stay as they are, so
that every text passes through them once ("What Would Elsa Do? Freezing Layers During Transformer Fine-Tuning",
Lee et al., 2019).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from encoders.errors import InputError
from encoders.progress import progress
from encoders.resolve import resolve_encoder
from encoders.torch_encoder import TorchEncoder, load_torch_encoder
from intents.head import Vectors
from intents.training import processes
from intents.training.checkpoint import Checkpoint
from intents.training.device import choose_device
from intents.training.launch import helping
from intents.training.light import Indexes
from intents.training.states import States

TEMPERATURE = 0.07
SMOOTHING = 0.05
WARM_UP = 0.1
AGREEMENT = 1.0
"""The weight of the divergence between the two passes of R-Drop."""
_TIMED = 4
PROTOTYPE_RATE = 10.0
"""How much faster prototypes learn than layers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts with class numbers (n,)."""

    texts: Sequence[str]
    targets: Indexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to tune.

    Attributes:
        epochs: the length of the schedule.
        seconds: what all epochs may take; there will be fewer where they would take longer.
        checkpoint: the file that an interrupted run goes on from; None keeps nothing.
        log: a folder for TensorBoard.
    """

    encoder: str
    seed: int = 0
    epochs: int
    batch: int = 32
    learning_rate: float
    seconds: float | None = None
    checkpoint: Path | None = None
    log: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A tuned encoder and what it tells classes apart with.

    Attributes:
        prototypes: (classes, d), of unit length; logits are cosines around `mean` over the temperature.
        epochs: how many it learnt. planned: the length of the schedule.
    """

    module: TorchEncoder
    prototypes: Vectors
    mean: Vectors
    epochs: int
    planned: int


def finetune(shown: Labelled, held: Labelled | None, plan: Plan, start: Tuned | None = None) -> Tuned:
    """Tune on `shown`; with `held`, no longer than is good for it.

    In a process that leads others, they help.

    Args:
        start: where to go on from, for the same classes; without it, the plan's encoder and the class means.
    """
    processes.call_helpers((shown, held, plan, start))
    torch.manual_seed(plan.seed)
    device = choose_device()
    module, tokens = load_torch_encoder(resolve_encoder(plan.encoder), name=plan.encoder)
    module = (start.module if start else module).to(device)
    tuning = _Tuning(States(module, tokens, device), shown, plan, start)
    epochs = tuning.run(held)
    return Tuned(
        module=module.cpu().eval(),
        prototypes=functional.normalize(tuning.prototypes.detach(), dim=1).cpu().numpy(),
        mean=tuning.mean.cpu().numpy(),
        epochs=epochs,
        planned=tuning.planned,
    )


def help_to_finetune() -> None:
    """For a process that torchrun started beside the one that trains: help until it has finished."""
    processes.help_out(lambda job: finetune(*job))


class _Tuning:
    """The state of one run."""

    def __init__(self, states: States, shown: Labelled, plan: Plan, start: Tuned | None) -> None:
        self._states = states
        self._plan = plan
        self._shown = states.read(shown.texts)
        self._targets = torch.tensor(shown.targets, device=states.device)
        classes = int(self._targets.max()) + 1
        self.mean, means = self._given(start) if start else self._class_means(classes)
        self.prototypes = torch.nn.Parameter(functional.normalize(means, dim=1))
        counts = torch.bincount(self._targets, minlength=classes).float()
        self._weights = (counts.mean() / counts).sqrt()
        rate = plan.learning_rate
        groups = [
            {"params": states.tunable, "lr": rate},
            {"params": [self.prototypes], "lr": rate * PROTOTYPE_RATE, "weight_decay": 0.0},
        ]
        self._parameters = [*states.tunable, self.prototypes]
        self._optimizer = torch.optim.AdamW(groups, fused=True)
        self._rates = [group["lr"] for group in self._optimizer.param_groups]
        self._per_epoch = math.ceil(len(self._shown) / plan.batch)
        self.planned = self._affordable()

    def _class_means(self, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The mean (d,) of all examples, and around it that (classes, d) of each class."""
        vectors = self._states.vectors(self._shown)
        self.mean = vectors.mean(dim=0)
        of_class = [self._centred(vectors[self._targets == c]).mean(dim=0) for c in range(classes)]
        return self.mean, torch.stack(of_class)

    def _given(self, start: Tuned) -> tuple[torch.Tensor, torch.Tensor]:
        """The same, from an earlier run."""
        mean, prototypes = (torch.from_numpy(one) for one in (start.mean, start.prototypes))
        return mean.to(self._states.device), prototypes.to(self._states.device)

    def run(self, held: Labelled | None) -> int:
        """Tune until the epochs are over or `held` is clearly worse than before; how many epochs counted.

        Clearly: by more than the standard error of its accuracy. Small changes are chance, and a schedule that has
        come to its end beats one that was cut off.
        """
        reading = self._states.read(held.texts) if held else None
        checkpoint = Checkpoint(self._plan.checkpoint, self._parameters, self._optimizer)
        done, worse = checkpoint.load(), False
        with progress("Fine-tuning", self._per_epoch * self.planned) as step, _board(self._plan.log) as write:
            step(self._per_epoch * done)
            for epoch in range(done, self.planned):
                write("loss", self._epoch(epoch, step), epoch + 1)
                score = self._accuracy(reading, held) if reading and held else float(epoch)
                checkpoint.save(score)
                if held:
                    write("held-out accuracy", score, epoch + 1)
                    worse = checkpoint.declined((score * (1 - score) / len(held.texts)) ** 0.5)
                if worse:
                    break
        return checkpoint.end(restore=worse)

    def _epoch(self, epoch: int, step: Any) -> float:
        """One pass over the examples; the mean loss."""
        torch.manual_seed(self._plan.seed * 1000 + epoch)
        losses = []
        for number, batch in enumerate(self._batches(epoch), start=epoch * self._per_epoch):
            share = _rate(number, self._per_epoch * self.planned)
            for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
                group["lr"] = rate * share
            losses.append(self._step(batch))
            step(1, f"epoch {epoch + 1}  loss {np.mean(losses[-50:]):.3f}")
        return float(np.mean(losses))

    def _step(self, batch: list[int]) -> float:
        weights = self._weights[self._targets[batch]]
        self._optimizer.zero_grad()
        share = processes.share_of(batch)
        loss = self._loss(share) / weights.sum() if share else weights.new_zeros(())
        if share:
            loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        processes.sum_gradients(self._parameters)
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        return float(loss.detach())

    def _loss(self, rows: list[int]) -> torch.Tensor:
        """The sum over rows of their class's weight times their smoothed cross-entropy and disagreement."""
        states = [self._shown[row] for row in rows]
        logits = self._logits(self._states.forward([*states, *states]))
        targets = self._targets[rows]
        surprise = functional.cross_entropy(
            logits, targets.repeat(2), label_smoothing=SMOOTHING, reduction="none"
        )
        first, second = functional.log_softmax(logits, dim=1).chunk(2)
        apart = (first.exp() - second.exp()) * (first - second)  # the sum of both divergences
        each = surprise.view(2, -1).mean(dim=0) + AGREEMENT / 2 * apart.sum(dim=1)
        return (each * self._weights[targets]).sum()

    def _affordable(self) -> int:
        """The number of epochs: what was asked for, or what there is time for by the look of a few batches."""
        plan = self._plan
        if plan.seconds is None:
            return plan.epochs
        sample = list(self._batches(0))[:_TIMED]
        started = time.monotonic()
        for batch in sample:
            self._loss(batch).backward()  # type: ignore[no-untyped-call, unused-ignore]
        spent = (time.monotonic() - started) / len(sample) * self._per_epoch
        epochs = torch.tensor(max(1, min(plan.epochs, int(plan.seconds / spent))), device=self._states.device)
        processes.as_leader([epochs])
        return int(epochs)

    def _accuracy(self, reading: Any, held: Labelled) -> float:
        truth = torch.tensor(held.targets, device=self._states.device)
        with torch.no_grad():
            found = self._logits(self._states.vectors(reading)).argmax(dim=1)
        right = (found == truth).double().mean()
        processes.as_leader([right])
        return float(right)

    def _logits(self, vectors: torch.Tensor) -> torch.Tensor:
        return self._centred(vectors) @ functional.normalize(self.prototypes, dim=1).T / TEMPERATURE

    def _centred(self, vectors: torch.Tensor) -> torch.Tensor:
        return functional.normalize(vectors - self.mean, dim=1)

    def _batches(self, epoch: int) -> Iterator[list[int]]:
        """Batches of texts of similar length, in a new order each epoch."""
        random = np.random.default_rng((self._plan.seed, epoch))
        size = self._plan.batch
        shuffled = random.permutation(len(self._shown))
        batches = []
        for start in range(0, len(shuffled), size * 8):
            window = sorted(shuffled[start : start + size * 8], key=lambda row: len(self._shown[row]))
            batches += [window[at : at + size] for at in range(0, len(window), size)]
        for number in random.permutation(len(batches)):
            yield [int(index) for index in batches[number]]


def _rate(step: int, steps: int) -> float:
    """The share of the learning rate: up over the first tenth of the steps, then linearly down to nothing."""
    warm = max(1, int(steps * WARM_UP))
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


@contextmanager
def _board(folder: Path | None) -> Iterator[Any]:
    """What writes figures for TensorBoard: (name, value, epoch)."""
    if folder is None or helping():
        yield lambda *_: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise InputError("--log", "TensorBoard is not installed.", remedy="pip install tensorboard") from None
    with SummaryWriter(str(folder)) as board:
        yield board.add_scalar
