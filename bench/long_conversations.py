"""What it costs to take up a conversation that is in no cache, by its length.

    python -m bench.long_conversations [--events 10 1000 10000]

Writes conversations of the demo's kind of events to a new SQLite file, then reads each as a turn does: from its
snapshot and what followed, and from its first event for comparison.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from bot.dialog.domain import Domain, parse_domain
from bot.dialog.events import (
    ActionExecuted,
    BotUttered,
    DecisionMade,
    Event,
    SlotSet,
    UserUttered,
    event_from_dict,
    event_to_dict,
)
from bot.dialog.tracker import Tracker
from bot.folding import due_snapshot, folded
from bot.store.records import ConversationUpdate, Turn
from bot.store.store import Store

REPEATS = 20
SLOTS = {f"slot_{n}": {"type": "text", "mappings": [{"type": "custom"}]} for n in range(10)}
DOMAIN = {
    "version": "3.1",
    "intents": ["ask"],
    "slots": SLOTS,
    "responses": {"utter_ask": [{"text": "Yes."}]},
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Time cold loads of conversations.")
    parser.add_argument("--events", type=int, nargs="+", default=[10, 1000, 10_000])
    asyncio.run(measured(parser.parse_args().events))


async def measured(lengths: list[int]) -> None:
    domain = parse_domain(DOMAIN, where="domain.yml")
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/bench.sqlite")
        try:
            print("events   from snapshot   from the first event   (processor time, ms, median)")
            for length in lengths:
                name = f"c{length}"
                await write(store, name, domain, length)
                quick = await timed(partial(folded, store, name, domain))
                slow = await timed(partial(whole, store, name, domain))
                print(f"{length:6d} {quick:15.2f} {slow:22.2f}")
        finally:
            await store.close()


async def write(store: Store, name: str, domain: Domain, length: int) -> None:
    tracker, seq = Tracker.start(name, domain), 0
    update = ConversationUpdate(channel="rest", account="default", sender=name)
    for events in turns(length):
        tracker = tracker.extended(events)
        turn = Turn(
            conversation_id=name,
            expected_seq=seq,
            conversation=update,
            events=tuple(map(event_to_dict, events)),
            snapshot=due_snapshot(tracker, seq, len(events)),
        )
        seq = await store.commit_turn(turn)


def turns(length: int) -> Iterator[list[Event]]:
    """Turns of seven events, `length` events in all."""
    left = length
    for number in range(length):
        now = float(number)
        intent = {"name": "ask", "confidence": 0.9}
        ranking = [intent] * 5
        parse = {"intent": intent, "intent_ranking": ranking, "entities": [], "language": "en"}
        turn: list[Event] = [
            UserUttered(timestamp=now, text=f"question {number}", parse_data=parse, message_id=f"m{number}"),
            SlotSet(timestamp=now, name=f"slot_{number % 10}", value=f"value {number}"),
            DecisionMade(
                timestamp=now, kind="answer", action="utter_ask", intent="ask", candidates=(), chosen=(),
                policy="decision", expected_cost=0.1, runner_up=None, why="",
            ),
            ActionExecuted(timestamp=now, name="utter_ask"),
            BotUttered(timestamp=now, text="Yes."),
            ActionExecuted(timestamp=now, name="action_listen"),
        ]  # fmt: skip
        yield turn[:left]
        left -= len(turn)
        if left <= 0:
            return


async def whole(store: Store, name: str, domain: Domain) -> Tracker:
    rows = await store.load_events(name)
    return Tracker.fold(name, domain, (event_from_dict(data) for _, data in rows))


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds of processor time, all threads."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        await work()
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times)


if __name__ == "__main__":
    main()
