"""Suggested replies on replayed history: is what agents say in later chats suggested more often after feedback?

    python -m bench.assist PROJECT [--split 0.6]

The project's dialogs are played in the order of time against its newest release. For each answer of an agent the
suggestions are made that the console would have shown at that moment: from the assistant's responses, the articles, and
what agents had answered in chats before it. Of all suggestions the one most like what the agent wrote (cosine of letter
trigrams, at least `--like`) counts as chosen; where none is like it, the agent chose none. Before the split
the ranking learns from what was chosen among the eight that were shown. Behind it nothing is learned any
more: the hit rate (the chosen one is among the first three) of that ranking stands beside the one of a ranking that has
learned nothing, over the same suggestions, with a paired bootstrap of the difference over conversations.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.assist.assist import MOST
from bot.assist.likeness import likeness
from bot.assist.past import Exchange, PastAnswers, exchanges_of
from bot.assist.pool import Asked, collected, in_order
from bot.assist.ranking import Ranking
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
    """One answer behind the split: whether the chosen suggestion was among the first, before and after feedback."""

    conversation: str
    source: str
    before: bool
    after: bool


class Replay:
    """The console's suggestions as history goes on."""

    def __init__(self, runtime: Runtime, like: float) -> None:
        self._runtime = runtime
        self._like = like
        self._past = PastAnswers(runtime.reader.classifier.encoder.dimension)
        self._plain = Ranking()
        self.learned = Ranking()
        self.took_s: list[float] = []
        self.answers = 0

    def play(self, conversation: Conversation, *, learn: bool) -> Iterator[Trial]:
        """Suggest for each answer of the conversation, then learn it or give what came of it."""
        exchanges = list(exchanges_of(conversation))
        for place, exchange in enumerate(exchanges):
            began = time.perf_counter()
            asked = Asked(text=exchange.asked, language=exchange.language, first=place == 0)
            scene, pool = collected(
                asked,
                self._tracker(exchange),
                self._runtime.assistant,
                reader=self._runtime.reader,
                past=self._past,
                ranking=self.learned,
            )
            after = in_order(pool, self.learned, scene)
            self.took_s.append(time.perf_counter() - began)
            self.answers += not learn
            chosen = self._chosen(exchange, after)
            if learn:
                shown = [one.as_dict() for one in after[:MOST]]
                self.learned.learn(
                    shown, chosen if chosen is not None and chosen < MOST else None, scene.intent
                )
            elif chosen is not None:
                before = in_order(pool, self._plain, scene)
                yield self._trial(conversation, exchange, after, before)
        self._remember(exchanges)

    def _trial(
        self,
        conversation: Conversation,
        exchange: Exchange,
        after: Sequence[Suggestion],
        before: Sequence[Suggestion],
    ) -> Trial:
        places = [self._chosen(exchange, one) for one in (before, after)]
        hits = [place is not None and place < FIRST for place in places]
        source = after[places[1] or 0].source
        return Trial(conversation=conversation.id, source=source, before=hits[0], after=hits[1])

    def _chosen(self, exchange: Exchange, suggestions: Sequence[Suggestion]) -> int | None:
        alike = [likeness(exchange.answered, one.text) for one in suggestions]
        best = max(range(len(alike)), key=alike.__getitem__, default=None)
        return best if best is not None and alike[best] >= self._like else None

    def _tracker(self, exchange: Exchange) -> Tracker:
        start = Tracker.start("replay", self._runtime.assistant.domain)
        return start.update(SlotSet(name="language", value=exchange.language))

    def _remember(self, exchanges: Sequence[Exchange]) -> None:
        if exchanges:
            vectors = self._runtime.reader.classifier.encoder.encode([one.asked for one in exchanges])
            self._past.add(exchanges, vectors)


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
    parser.add_argument("--split", type=float, default=0.6, help="the share of conversations to learn from")
    parser.add_argument("--like", type=float, default=0.35, help="from here on a suggestion counts as chosen")
    given = parser.parse_args()
    project = open_project(given.project)
    runtime = load_runtime(project, pick_release(project, None), workers=ModelWorkers(1))
    history = [one for one in read_conversations(project.folder / "dialogs") if one.turns[0].time is not None]
    history.sort(key=lambda one: one.turns[0].time.timestamp() if one.turns[0].time else 0.0)
    split, replay, trials = int(given.split * len(history)), Replay(runtime, given.like), []
    with progress("replaying", total=len(history)) as step:
        for place, conversation in enumerate(history):
            trials += replay.play(conversation, learn=place < split)
            step(1)
    show(replay, trials, len(history) - split)


def show(replay: Replay, trials: Sequence[Trial], later: int) -> None:
    """Print what came of it."""
    print(f"{later} later conversations, {replay.answers} answers, {len(trials)} with a suggestion like them")
    for name in ("all", *sorted({one.source for one in trials})):
        mine = [one for one in trials if name in ("all", one.source)]
        before, after = (sum(getattr(one, when) for one in mine) / len(mine) for when in ("before", "after"))
        print(f"{name:<9} n={len(mine):<4} top {FIRST}: {before:.3f} before feedback, {after:.3f} after")
    gain, low, high = interval(trials)
    print(f"gain {gain:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}")
    p50, p95 = np.percentile(np.array(replay.took_s) * 1000, [50, 95])
    print(f"making the suggestions took {p50:.0f} ms (median), {p95:.0f} ms (95 %)")


if __name__ == "__main__":
    main()
