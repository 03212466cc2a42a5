"""Which rules, stories and responses no conversation test reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.conversations.results import Played
from bot.dialog.rules import Rule
from bot.dialog.stories import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """How much of one kind is reached."""

    kind: str
    known: tuple[str, ...]
    missed: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "known": len(self.known),
            "reached": len(self.known) - len(self.missed),
            "missed": self.missed,
        }


def coverage(
    played: Sequence[Played], *, rules: Sequence[Rule], stories: Sequence[Story], responses: Iterable[str]
) -> list[Covered]:
    """Rules, stories and responses, each with the names that no test reached.

    A story counts as reached when one of its next actions was chosen by memory of it.
    """
    reached = {name for one in played for name in one.reached}
    parts = {part for name in reached if name.startswith("story: ") for part in name[7:].split(" > ")}
    return [
        _covered(
            "rules", [rule.name for rule in rules], {name[6:] for name in reached if name[:6] == "rule: "}
        ),
        _covered("stories", [story.name for story in stories], parts),
        _covered("responses", responses, reached),
    ]


def _covered(kind: str, known: Iterable[str], reached: set[str]) -> Covered:
    names = tuple(dict.fromkeys(known))
    return Covered(kind=kind, known=names, missed=tuple(name for name in names if name not in reached))
