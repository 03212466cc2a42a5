"""Who speaks, where the source does not say it of every turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intents.transcripts.conversation import Speaker, Turn

FILLED = "speakers_filled"
"""The metadata of a conversation that says of how many turns the speaker is our guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message; `speaker` is None where the source does not say who wrote it."""

    speaker: Speaker | None
    text: str
    time: datetime | None = None


def turns_of(said: Sequence[Said]) -> tuple[tuple[Turn, ...], int]:
    """The messages as turns, and how many speakers had to be filled in.

    People take turns: a message between two of the agent's is the customer's and the other way round; one
    between the two sides, or at an end, is by the side that did not speak last, and a first one is the customer's.

    Raises:
        ValueError: when not even half of the messages say who wrote them.
    """
    missing = sum(one.speaker is None for one in said)
    if 2 * missing > len(said):
        raise ValueError(f"{missing} of {len(said)} turns do not say who speaks.")
    turns: list[Turn] = []
    for place, one in enumerate(said):
        speaker = one.speaker or _guess(said, place, turns)
        turns.append(Turn(speaker=speaker, text=one.text, time=one.time))
    return tuple(turns), missing


def _guess(said: Sequence[Said], place: int, before: Sequence[Turn]) -> Speaker:
    if not before:
        return "customer"
    if before[-1].speaker != "customer":
        return "customer"
    others = [one.speaker for one in said if one.speaker not in (None, "customer")]
    return others[0] if others and others[0] else "agent"
