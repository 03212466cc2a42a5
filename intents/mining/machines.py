"""Preparing conversations and embedding spread over the machines of a Ray cluster, with the results of one machine."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Protocol, TypeVar

import numpy as np

from encoders.encoder import Encoder, serving_encoder
from encoders.errors import KefuError
from encoders.progress import Progress
from intents.mining.vectors import Vectors

LOCAL = "local"
"""The address of a cluster that is started on this machine, for as long as it is used."""

_CHUNK = 32  # items that travel together

Item = TypeVar("Item")
Result = TypeVar("Result")


class TextEncoder(Protocol):
    """What mining asks of an encoder."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Unit vectors (n, d) in the texts' order."""
        ...


@dataclass(frozen=True, slots=True)
class Cluster:
    """A connection to a Ray cluster (Moritz et al., 2018)."""

    ray: Any

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """`function` of every item, in order; no more than two chunks of them per processor are under way."""
        work = self.ray.remote(_each)
        most = 2 * max(1, int(self.ray.cluster_resources().get("CPU", 1)))
        source = iter(items)
        under_way: deque[Any] = deque()
        while chunk := list(islice(source, _CHUNK)):
            under_way.append(work.remote(function, chunk))
            if len(under_way) >= most:
                yield from self.ray.get(under_way.popleft())
        while under_way:
            yield from self.ray.get(under_way.popleft())


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadEncoder:
    """An encoder whose batches are computed by the machines of a cluster.

    They are the batches that it would run by itself: what an int8 graph says of a text depends on the others in
    its batch, a little.

    Attributes:
        source: the name that `encoders.resolve` finds the encoder by, on every machine.
    """

    here: Encoder
    source: str
    cluster: Cluster

    @property
    def id(self) -> str:
        return self.here.id

    @property
    def name(self) -> str:
        return self.here.name

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Unit vectors (n, d) in the texts' order.

        Raises:
            KefuError: when a machine has another encoder under the name.
        """
        vectors = np.empty((len(texts), self.here.dimension), np.float32)
        plan = self.here.batches(texts)
        work = partial(_encoded, self.source, self.id)
        for batch, found in zip(
            plan, self.cluster.map(work, ([texts[i] for i in one] for one in plan)), strict=True
        ):
            vectors[batch] = found
            if progress is not None:
                progress(len(batch))
        return vectors


@contextmanager
def ray_cluster(address: str) -> Iterator[Cluster]:
    """The cluster at the address (`auto`, `host:port`, `ray://…`), or one on this machine for `local`.

    Raises:
        KefuError: when Ray is not installed, or no cluster answers there.
    """
    try:
        import ray
    except ImportError as error:
        raise KefuError("Spreading the work needs Ray: pip install 'kefu[ray]'.") from error
    where = None if address == LOCAL else address
    try:
        ray.init(address=where, include_dashboard=False, log_to_driver=False, configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise KefuError(f"No Ray cluster can be used at {address}: {error}") from error
    try:
        yield Cluster(ray)
    finally:
        ray.shutdown()


def _each(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [function(item) for item in items]


def _encoded(source: str, identifier: str, texts: Sequence[str]) -> Vectors:
    encoder = _encoder(source)
    if encoder.id != identifier:
        raise KefuError(f"A machine of the cluster has another encoder by the name of {source}.")
    return encoder.encode(texts)


@lru_cache(maxsize=1)
def _encoder(source: str) -> Encoder:
    """The worker's own, kept from batch to batch."""
    return Encoder.load(serving_encoder(source))
