"""Suggested replies on replayed history: is what agents say in later chats suggested more often after feedback?

    python -m bench.assist PROJECT [--split 0.65] [--like 0.35]

The project's dialogs are played in the order of time against its newest release. For each answer of an agent the
suggestions are made that the console would have shown at that moment: from the assistant's responses, the articles, and
what agents had answered in chats that were over by then. In the earlier chats the ranking learns, as the product does,
from what became of the eight that were shown: the one most like what the agent wrote counts as chosen when it is at
least `--like` alike (cosine of letter trigrams), else none was. Behind the split nothing is learned any more, and every
later answer of an agent counts, whether anything like it could be suggested or not: is one of the first three at least
so alike? Once as ranked by what was learned, and once as a server without any feedback does, with its own candidates.
Chats that began before the split and ended behind it are left out. The difference is bootstrapped over conversations.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from bot.assist.assist import MOST
from bot.assist.likeness import likeness
from bot.assist.past import Exchange, PastAnswers, exchanges_of
from bot.assist.pool import Asked, collected, in_order
from bot.assist.ranking import Ranking, Scene
from bot.assist.suggestion import Suggestion
from bot.commands.release import pick_release
from bot.dialog.events import SlotSet
from bot.dialog.tracker import Tracker
from bot.project import open_project
from bot.runtime import Runtime, load_runtime
from encoders.progress import progress
from encoders.workers import ModelWorkers
from intents.transcripts.conversation import Conversation
from intents.transcripts.read import read_conversations

FIRST = 3
REPEATS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One answer behind the split.

    Attributes:
        before, after: whether one of the first three was like it, without feedback and with it.
        could: whether anything like it was among all that might have been suggested, either way.
        source: of what was most like it.
    """

    conversation: str
    source: str
    could: bool
    before: bool
    after: bool


class Replay:
    """The console's suggestions as history goes on."""

    def __init__(self, runtime: Runtime, like: float) -> None:
        self._runtime = runtime
        self._like = like
        self._past = PastAnswers(runtime.reader.classifier.encoder.dimension)
        self._over: list[tuple[datetime, list[Exchange]]] = []
        self._plain = Ranking()
        self._learned = Ranking()
        self.took_s: list[float] = []

    def learn(self, conversation: Conversation) -> None:
        """Suggest for each answer of the conversation, and learn from what became of it."""
        for place, exchange in self._exchanges(conversation):
            scene, found = self._suggested(exchange, place, self._learned)
            shown = found[:MOST]
            best = self._closest(exchange, shown)
            self._learned.learn([one.as_dict() for one in shown], best, scene.intent)

    def judge(self, conversation: Conversation) -> Iterator[Trial]:
        """Suggest for each answer of the conversation, without feedback and with it."""
        for place, exchange in self._exchanges(conversation):
            _, before = self._suggested(exchange, place, self._plain)
            _, after = self._suggested(exchange, place, self._learned)
            everything = [*after, *before]
            best = self._closest(exchange, everything)
            yield Trial(
                conversation=conversation.id,
                source="nothing" if best is None else everything[best].source,
                could=best is not None,
                before=self._closest(exchange, before[:FIRST]) is not None,
                after=self._closest(exchange, after[:FIRST]) is not None,
            )

    def _exchanges(self, conversation: Conversation) -> Iterator[tuple[int, Exchange]]:
        """The conversation's answers with their places; what is over when it begins can be suggested by then."""
        began, ended = span(conversation)
        for over in [one for one in self._over if one[0] < began]:
            self._over.remove(over)
            vectors = self._runtime.reader.classifier.encoder.encode([one.asked for one in over[1]])
            self._past.add(over[1], vectors)
        exchanges = list(exchanges_of(conversation))
        if exchanges:
            self._over.append((ended, exchanges))
        yield from enumerate(exchanges)

    def _suggested(self, exchange: Exchange, place: int, ranking: Ranking) -> tuple[Scene, list[Suggestion]]:
        began = time.perf_counter()
        asked = Asked(text=exchange.asked, language=exchange.language, first=place == 0)
        start = Tracker.start("replay", self._runtime.assistant.domain)
        scene, pool = collected(
            asked,
            start.update(SlotSet(name="language", value=exchange.language)),
            self._runtime.assistant,
            reader=self._runtime.reader,
            past=self._past,
            ranking=ranking,
        )
        found = in_order(pool, ranking, scene)
        self.took_s.append(time.perf_counter() - began)
        return scene, found

    def _closest(self, exchange: Exchange, suggestions: Sequence[Suggestion]) -> int | None:
        """The place of the one most like what was answered; None where none is like it."""
        alike = [likeness(exchange.answered, one.text) for one in suggestions]
        best = max(range(len(alike)), key=alike.__getitem__, default=None)
        return best if best is not None and alike[best] >= self._like else None


def span(conversation: Conversation) -> tuple[datetime, datetime]:
    """When it began and ended."""
    times = [one.time for one in conversation.turns if one.time is not None]
    return min(times), max(times)


def interval(trials: Sequence[Trial]) -> tuple[float, float, float]:
    """The difference of the hit rates with its 95 % interval; whole conversations are drawn."""
    names = sorted({one.conversation for one in trials})
    gained = np.array([sum(t.after - t.before for t in trials if t.conversation == one) for one in names])
    counts = np.array([sum(t.conversation == one for t in trials) for one in names])
    drawn = np.random.default_rng(0).integers(len(names), size=(REPEATS, len(names)))
    rates = gained[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(rates, [2.5, 97.5])
    return float(gained.sum() / counts.sum()), float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("project", type=Path)
    parser.add_argument("--split", type=float, default=0.65, help="the share of conversations to learn from")
    parser.add_argument(
        "--like", type=float, default=0.35, help="from here on a suggestion is like the answer"
    )
    given = parser.parse_args()
    project = open_project(given.project)
    runtime = load_runtime(project, pick_release(project, None), workers=ModelWorkers(1))
    timed = (one for one in read_conversations(project.folder / "dialogs") if one.turns[0].time is not None)
    history = sorted(timed, key=span)
    border = span(history[int(given.split * len(history))])[0]
    later = [one for one in history if span(one)[0] >= border]
    replay, trials = Replay(runtime, given.like), []
    with progress("replaying", total=len(history)) as step:
        for conversation in history:
            if span(conversation)[1] < border:
                replay.learn(conversation)
            elif span(conversation)[0] >= border:
                trials += replay.judge(conversation)
            step(1)
    show(replay, trials, len(later))


def show(replay: Replay, trials: Sequence[Trial], later: int) -> None:
    """Print what came of it."""
    could = [one for one in trials if one.could]
    print(f"{later} later conversations, {len(trials)} answers, {len(could)} that could be suggested")
    groups = {"all": list(trials), "could be": could}
    groups |= {
        name: [one for one in could if one.source == name] for name in sorted({o.source for o in could})
    }
    for name, mine in groups.items():
        before, after = (sum(getattr(one, when) for one in mine) / len(mine) for when in ("before", "after"))
        print(f"{name:<9} n={len(mine):<4} top {FIRST}: {before:.3f} before feedback, {after:.3f} after")
    for name in ("all", "could be"):
        gain, low, high = interval(groups[name])
        print(f"gain of {name}: {gain:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}")
    p50, p95 = np.percentile(np.array(replay.took_s) * 1000, [50, 95])
    print(f"making the suggestions took {p50:.0f} ms (median), {p95:.0f} ms (95 %)")


if __name__ == "__main__":
    main()
