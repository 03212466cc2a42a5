"""How long the pure core takes for a turn, with many rules and stories.

    python -m bench.dialog [--rules 500] [--stories 500] [--turns 2000]

Conversations go through the fold and `next_action` as a turn does: the message, the slots it fills, each action until
the bot listens. No model runs and nothing is stored. Times are the thread's own (CPU), so that a busy machine
does not count.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from bot.dialog.assistant import Assistant, build_assistant
from bot.dialog.domain import parse_domain
from bot.dialog.events import ActionExecuted, Event, UserUttered
from bot.dialog.policy import next_action
from bot.dialog.rules import parse_rules
from bot.dialog.slots import filled_slots
from bot.dialog.state import ACTION_LISTEN
from bot.dialog.stories import parse_stories
from bot.dialog.tracker import Tracker

MOST_ACTIONS = 10
SLOTS = 12


def main() -> None:
    parser = argparse.ArgumentParser(description="Time turns of the pure core.")
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--stories", type=int, default=500)
    parser.add_argument("--turns", type=int, default=2000)
    options = parser.parse_args()
    began = time.perf_counter()
    assistant = assistant_of(options.rules, options.stories)
    print(
        f"{options.rules} rules and {options.stories} stories: ready in {time.perf_counter() - began:.2f} s"
    )
    times = sorted(timed_turns(assistant, options.turns, random.Random(1)))
    print(f"turns: {len(times)}")
    for name, value in (
        ("median", statistics.median(times)),
        ("mean", statistics.mean(times)),
        ("p95", times[int(0.95 * len(times))]),
        ("p99", times[int(0.99 * len(times))]),
    ):
        print(f"{name:>7}: {value * 1000:.3f} ms")


def assistant_of(rules: int, stories: int) -> Assistant:
    """Intents with a rule each, and stories of three exchanges that begin like no rule does."""
    intents = [f"rule_{number}" for number in range(rules)] + [f"story_{number}" for number in range(stories)]
    domain = {
        "intents": [*intents, "affirm", "deny"],
        "entities": [f"e{number}" for number in range(SLOTS)],
        "slots": {
            f"s{number}": {"type": "text", "mappings": [{"type": "from_entity", "entity": f"e{number}"}]}
            for number in range(SLOTS)
        },
        "responses": {f"utter_{intent}": [{"text": intent}] for intent in [*intents, "more", "done", "kept"]},
    }
    written_rules = [
        {
            "rule": f"r{n}",
            "steps": [{"intent": f"rule_{n}"}, {"action": f"utter_rule_{n}"}, {"action": "utter_more"}],
        }
        for n in range(rules)
    ]
    written_stories = [
        {
            "story": f"t{n}",
            "steps": [
                {"intent": f"story_{n}"},
                {"action": f"utter_story_{n}"},
                {"intent": "affirm"},
                {"action": "utter_more"},
                {"intent": "deny" if n % 2 else "affirm"},
                {"action": "utter_kept" if n % 2 else "utter_done"},
            ],
        }
        for n in range(stories)
    ]
    return build_assistant(
        parse_domain(domain, where="domain"),
        parse_rules({"rules": written_rules}, where="rules"),
        parse_stories({"stories": written_stories}, where="stories"),
        max_history=None,
    )


def timed_turns(assistant: Assistant, turns: int, chance: random.Random) -> list[float]:
    """CPU seconds of each turn, over conversations of up to 40 turns with slots that fill up."""
    times: list[float] = []
    tracker = Tracker.start("c", assistant.domain)
    for number in range(turns):
        if number % 40 == 0:
            tracker = Tracker.start("c", assistant.domain)
        said = message(assistant, number, chance)
        began = time.thread_time()
        tracker = turn(tracker.update(said), assistant)
        times.append(time.thread_time() - began)
    return times


def message(assistant: Assistant, number: int, chance: random.Random) -> UserUttered:
    names = list(assistant.domain.intents)
    name = chance.choice(("affirm", "deny")) if number % 3 else chance.choice(names)
    entities = [{"entity": f"e{chance.randrange(SLOTS)}", "value": "x"}] if number % 2 else []
    return UserUttered(
        timestamp=float(number), text="x", parse_data={"intent": {"name": name}, "entities": entities}
    )


def turn(tracker: Tracker, assistant: Assistant) -> Tracker:
    events: tuple[Event, ...] = filled_slots(tracker, now=0.0)
    tracker = tracker.extended(events)
    for _ in range(MOST_ACTIONS):
        choice = next_action(tracker, assistant, None)
        if choice.action == ACTION_LISTEN:
            break
        tracker = tracker.update(ActionExecuted(name=choice.action, policy=choice.policy))
    return tracker.update(ActionExecuted(name=ACTION_LISTEN))


if __name__ == "__main__":
    main()
