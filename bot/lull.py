"""Customers come first: what can wait waits until the bot has nothing in hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

Lull = Callable[[], Awaitable[None]]
"""Returns when there is room for what can wait."""

LOOK_EVERY_S: Final = 0.1
LOOKS: Final = 3
"""So often in a row nothing must be in hand."""
LONGEST_S: Final = 20.0
"""On a server that is never idle what can wait goes on slowly."""


def lull_of(in_hand: Callable[[], int], *, longest_s: float = LONGEST_S) -> Lull:
    """Waits until nothing is in hand, or for `longest_s`."""

    async def lull() -> None:
        loop = asyncio.get_running_loop()
        until, quiet = loop.time() + longest_s, 0
        while quiet < LOOKS and loop.time() < until:
            await asyncio.sleep(LOOK_EVERY_S)
            quiet = 0 if in_hand() else quiet + 1

    return lull


async def at_once() -> None:
    """No waiting."""
