"""Stories that go on in other stories: every way through their checkpoints, written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .reading import DomainError
from .steps import CheckpointStep, SlotStep, Step

MOST_WAYS: Final = 2000
"""Ways through checkpoints in all; more are a mistake in the stories rather than stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The part of a story between two checkpoints, or an end of it."""

    name: str
    steps: tuple[Step, ...]
    entry: CheckpointStep | None = None
    exit: str | None = None


def written_out(stories: Sequence[tuple[str, tuple[Step, ...]]]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """(name, steps) of each story without checkpoints: those joined by one are put one after the other.

    A piece stands at most once in a way, so stories that lead back to themselves end. A story that begins with
    a checkpoint that no other ends with is taken to begin there.

    Raises:
        DomainError: when there are more than `MOST_WAYS` ways.
    """
    pieces = [piece for name, steps in stories for piece in _pieces(name, steps)]
    provided = {piece.exit for piece in pieces if piece.exit}
    following: dict[str, list[Piece]] = {}
    for piece in pieces:
        if piece.entry:
            following.setdefault(piece.entry.name, []).append(piece)
    first = [piece for piece in pieces if piece.entry is None or piece.entry.name not in provided]
    for number, way in enumerate(way for piece in first for way in _ways((piece,), following)):
        if number >= MOST_WAYS:
            raise DomainError(
                f"story {way[0].name!r}", f"there are more than {MOST_WAYS} ways through its checkpoints"
            )
        yield " > ".join(dict.fromkeys(piece.name for piece in way)), _steps(way)


def open_checkpoints(stories: Sequence[tuple[str, tuple[Step, ...]]]) -> tuple[set[str], set[str]]:
    """Checkpoints that stories begin with and none ends with, and those they end with and none begins with."""
    pieces = [piece for name, steps in stories for piece in _pieces(name, steps)]
    entered = {piece.entry.name for piece in pieces if piece.entry}
    left = {piece.exit for piece in pieces if piece.exit}
    return entered - left, left - entered


def _pieces(name: str, steps: Sequence[Step]) -> Iterator[Piece]:
    entry: CheckpointStep | None = None
    held: list[Step] = []
    for step in steps:
        if isinstance(step, CheckpointStep):
            if held:
                yield Piece(name=name, steps=tuple(held), entry=entry, exit=step.name)
            entry, held = step, []
        else:
            held.append(step)
    if held:
        yield Piece(name=name, steps=tuple(held), entry=entry)


def _ways(taken: tuple[Piece, ...], following: Mapping[str, Sequence[Piece]]) -> Iterator[tuple[Piece, ...]]:
    """Every way that begins like `taken`."""
    last = taken[-1]
    onward = [
        piece for piece in following.get(last.exit or "", ()) if not any(piece is before for before in taken)
    ]
    if not onward:
        yield taken
    for piece in onward:
        yield from _ways((*taken, piece), following)


def _steps(way: Sequence[Piece]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for piece in way:
        if piece.entry and piece.entry.values:
            steps.append(SlotStep(values=piece.entry.values))
        steps += piece.steps
    return tuple(steps)
