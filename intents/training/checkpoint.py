"""What an interrupted run goes on from: written after every epoch, gone when the run has ended well."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from intents.training import processes
from intents.training.launch import helping

log = logging.getLogger(__name__)

PATIENCE = 2


class Checkpoint:
    """Weights, moments and scores after each epoch, and the weights of the best; on disk where a file is given.

    The random numbers of an epoch depend on its number alone, so this is all there is to go on from.
    """

    def __init__(
        self, file: Path | None, parameters: Sequence[torch.nn.Parameter], optimizer: torch.optim.AdamW
    ) -> None:
        self._file = None if helping() else file
        self._parameters = list(parameters)
        self._optimizer = optimizer
        self._scores: list[float] = []
        self._best = [one.detach().clone() for one in parameters]

    def load(self) -> int:
        """Take up where the last run stopped; how many epochs it had done."""
        if self._file is not None and self._file.is_file():
            self._read(self._file)
        self._share()
        return len(self._scores)

    def save(self, score: float) -> None:
        """After an epoch: keep what is needed to go on, and the weights when they are the best so far."""
        self._scores.append(score)
        if score >= max(self._scores):
            self._best = [one.detach().clone() for one in self._parameters]
        if self._file is None:
            return
        from safetensors.torch import save_file

        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".part")
        tensors = {name: one.detach().cpu().contiguous() for name, one in self._tensors().items()}
        save_file(tensors, draft, metadata={"scores": json.dumps(self._scores)})
        draft.replace(self._file)

    def declined(self, margin: float) -> bool:
        """Whether the last epochs have all been worse than the best one by more than `margin`."""
        later = self._scores[self._best_epoch() :]
        return len(later) >= PATIENCE and max(later) < max(self._scores) - margin

    def end(self, *, restore: bool) -> int:
        """Remove the file; with `restore`, put the best weights back. The number of epochs behind the weights."""
        if restore:
            with torch.no_grad():
                for parameter, best in zip(self._parameters, self._best, strict=True):
                    parameter.copy_(best)
        if self._file is not None:
            self._file.unlink(missing_ok=True)
        return self._best_epoch() if restore else len(self._scores)

    def _best_epoch(self) -> int:
        """The last of the best, from 1; 0 before the first."""
        best = max(self._scores, default=0.0)
        return max((at for at, score in enumerate(self._scores, start=1) if score == best), default=0)

    def _tensors(self) -> dict[str, torch.Tensor]:
        tensors: dict[str, torch.Tensor] = {}
        for place, (parameter, best) in enumerate(zip(self._parameters, self._best, strict=True)):
            state: dict[str, Any] = self._optimizer.state[parameter]
            if not state:  # before the first step
                state.update(
                    step=torch.zeros((), device=parameter.device),
                    exp_avg=torch.zeros_like(parameter),
                    exp_avg_sq=torch.zeros_like(parameter),
                )
            tensors |= {f"{name}.{place}": value for name, value in state.items()}
            tensors |= {f"weights.{place}": parameter.data, f"best.{place}": best}
        return tensors

    def _read(self, file: Path) -> None:
        from safetensors import SafetensorError, safe_open

        mine = self._tensors()
        try:
            with safe_open(file, framework="pt") as stored:
                scores = json.loads(stored.metadata()["scores"])
                found = {name: stored.get_tensor(name) for name in mine}
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            log.warning("The checkpoint %s cannot be used (%s): tuning starts anew.", file, error)
            return
        for name, tensor in mine.items():
            tensor.copy_(found[name])
        self._scores = [float(score) for score in scores]

    def _share(self) -> None:
        """Everybody goes on from what the leader has read."""
        device = self._parameters[0].device
        count = torch.tensor(len(self._scores), device=device)
        processes.as_leader([count])
        if int(count) == 0:
            return
        scores = torch.tensor(self._scores or [0.0] * int(count), dtype=torch.float64, device=device)
        processes.as_leader([scores, *self._tensors().values()])
        self._scores = scores.tolist()
