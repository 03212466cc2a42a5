"""Rules and stories drawn as trees: what begins alike is drawn once. One HTML page with SVG and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from bot.dialog.checkpoints import written_out
from bot.dialog.rules import Rule
from bot.dialog.steps import ANY_VALUE, ActionStep, LoopStep, SlotStep, Step, UserStep
from bot.dialog.stories import Story

_WIDTH: Final = 190
_HEIGHT: Final = 26
_GAP_X: Final = 34
_GAP_Y: Final = 10
_LONGEST: Final = 25
_COLOURS: Final = {"user": "#e7f0ff", "bot": "#e9f7ec", "state": "#fff4dc", "name": "#f3f4f6"}
_STYLE: Final = """
body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#1c2430}h1{font-size:1.3rem}
svg{display:block;max-width:none}text{font:12px system-ui,sans-serif;fill:#1c2430}rect{stroke:#c4ccd8}
path{fill:none;stroke:#9aa5b5}.key span{padding:.1rem .5rem;border:1px solid #c4ccd8;border-radius:4px;
margin-right:.5rem}
"""


@dataclass(slots=True)
class Node:
    """A step, with what may follow it."""

    kind: str
    label: str
    below: dict[tuple[str, str], Node] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Box:
    node: Node
    x: int
    y: int


def tree_of(ways: Iterable[tuple[str, Sequence[Step]]]) -> Node:
    """The (name, steps) as one tree; each name stands at the end of its way."""
    root = Node("name", "")
    for name, steps in ways:
        node = root
        for step in steps:
            key = _labelled(step)
            node = node.below.setdefault(key, Node(*key))
        if name not in node.names:
            node.names.append(name)
    return root


def page(name: str, rules: Sequence[Rule], stories: Sequence[Story]) -> str:
    """A page with both trees."""
    ways = written_out([(story.name, story.steps) for story in stories])
    key = "".join(
        f"<span style='background:{_COLOURS[kind]}'>{label}</span>"
        for kind, label in (("user", "customer"), ("bot", "bot"), ("state", "slots, forms"), ("name", "name"))
    )
    parts = [
        f"<!doctype html><meta charset='utf-8'><title>{escape(name)}</title><style>{_STYLE}</style>",
        f"<h1>{escape(name)}: {len(rules)} rules</h1><p class='key'>{key}</p>",
        *svg(tree_of((rule.name, (*rule.condition, *rule.steps)) for rule in rules)),
        f"<h1>{len(stories)} stories</h1>",
        *svg(tree_of(ways)),
    ]
    return "\n".join(parts) + "\n"


def svg(root: Node) -> Iterator[str]:
    """The tree from left to right; names of rules and stories at the ends."""
    boxes: list[_Box] = []
    lines: list[str] = []
    rows = 0
    for node in root.below.values():
        rows = _placed(node, 0, rows, boxes, lines)[1]
    columns = max((box.x for box in boxes), default=0) // (_WIDTH + _GAP_X) + 1
    width, height = columns * (_WIDTH + _GAP_X), max(rows, 1) * (_HEIGHT + _GAP_Y)
    yield f"<svg width='{width}' height='{height}' viewBox='0 0 {width} {height}'>"
    yield from lines
    for box in boxes:
        yield from _drawn(box)
    yield "</svg>"


def _placed(node: Node, depth: int, row: int, boxes: list[_Box], lines: list[str]) -> tuple[_Box, int]:
    """The node's box and the next free row, with everything below it placed."""
    ends = [Node("name", name) for name in node.names]
    below: list[_Box] = []
    first = row
    for child in (*node.below.values(), *ends):
        box, row = _placed(child, depth + 1, row, boxes, lines)
        below.append(box)
    row = max(row, first + 1)
    y = below[0].y if below else first * (_HEIGHT + _GAP_Y)
    box = _Box(node, depth * (_WIDTH + _GAP_X), y)
    boxes.append(box)
    lines += [_line(box, other) for other in below]
    return box, row


def _line(start: _Box, end: _Box) -> str:
    x, y = start.x + _WIDTH, start.y + _HEIGHT // 2
    bend = x + _GAP_X // 2
    to = end.y + _HEIGHT // 2
    return f"<path d='M{x} {y} C{bend} {y} {bend} {to} {end.x} {to}'/>"


def _drawn(box: _Box) -> Iterator[str]:
    label = box.node.label
    short = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
    yield (
        f"<g><title>{escape(label)}</title><rect x='{box.x}' y='{box.y}' width='{_WIDTH}' height='{_HEIGHT}' rx='5' "
        f"fill='{_COLOURS[box.node.kind]}'/><text x='{box.x + 8}' y='{box.y + 17}'>{escape(short)}</text></g>"
    )


def _labelled(step: Step) -> tuple[str, str]:
    """(kind, label) of a step."""
    if isinstance(step, UserStep):
        entities = ", ".join(name for name, *_ in step.turn.entities)
        said = step.turn.full_intent or f"“{step.turn.text}”"
        return "user", said + (f" ({entities})" if entities else "")
    if isinstance(step, ActionStep):
        return "bot", f"“{step.name}”" if step.says else step.name
    if isinstance(step, LoopStep):
        return "state", f"form {step.name}" if step.name else "no form"
    if isinstance(step, SlotStep):
        return "state", ", ".join(
            name if value == ANY_VALUE else f"{name} = {value}" for name, value in step.values
        )
    return "state", f"checkpoint {step.name}"
