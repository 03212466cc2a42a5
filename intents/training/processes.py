"""Tuning on several GPUs or machines: one process leads, the others lend it their hands.

`torchrun --nproc-per-node 2 -m bot.cli intents train …` (or `accelerate launch`) starts the same command several
times. The first process does everything; the others wait until it tunes an encoder, compute their share of
every batch, and go back to waiting. So there is nothing to keep in step but the gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
from torch import distributed

from intents.training.device import choose_device
from intents.training.launch import helping, launched


@contextmanager
def leading() -> Iterator[None]:
    """For the process that leads: others, if any, help until the block ends."""
    if launched() == 1 or helping():
        yield
        return
    _join()
    try:
        yield
    finally:
        _shared(None)
        distributed.destroy_process_group()


def help_out(work: Callable[[Any], object]) -> None:
    """For a process that helps: do the leader's work beside it until none is left."""
    _join()
    try:
        while (job := _shared(None)) is not None:
            work(job)
    finally:
        distributed.destroy_process_group()


def call_helpers(job: object) -> None:
    """The leader: have the others start on `job` too."""
    if distributed.is_initialized() and not helping():
        _shared(job)


def share_of(batch: list[int]) -> list[int]:
    """The part of a batch that this process computes; may be empty."""
    return batch[distributed.get_rank() :: distributed.get_world_size()] if _together() else batch


def sum_gradients(parameters: Sequence[torch.nn.Parameter]) -> None:
    """Add up every process's gradients, in each."""
    if not _together():
        return
    flat = torch.cat([_gradient(one).reshape(-1) for one in parameters])
    distributed.all_reduce(flat)
    for one, part in zip(parameters, flat.split([one.numel() for one in parameters]), strict=True):
        one.grad = part.view_as(one).clone()


def as_leader(tensors: Sequence[torch.Tensor]) -> None:
    """Give the leader's values to everybody."""
    if _together():
        for tensor in tensors:
            distributed.broadcast(tensor, src=0)


def _gradient(parameter: torch.nn.Parameter) -> torch.Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _together() -> bool:
    return bool(distributed.is_available() and distributed.is_initialized())


def _join() -> None:
    # A helper waits while the leader embeds, exports and calibrates, however long that takes.
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    if backend == "nccl":
        torch.cuda.set_device(choose_device())
    distributed.init_process_group(backend, timeout=timedelta(days=7))


def _shared(job: object) -> Any:
    """The leader's job, in every process."""
    place = [job]
    device = torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else None
    distributed.broadcast_object_list(place, src=0, device=device)
    return place[0]
