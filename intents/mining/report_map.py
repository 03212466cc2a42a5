"""The drawings of the report, as SVG: a map of the intents, and the history over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from intents.mining.advice import Period

_WIDTH, _HEIGHT, _EDGE = 940, 460, 60
_NARROW, _WIDE, _LINE = 6.2, 11.5, 12.0  # of the letters in a label: how wide, and how far lines are apart


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """Where an intent's circle and its name stand."""

    x: float
    y: float
    anchor: str
    left: float
    right: float
    baseline: float


def map_svg(
    places: Mapping[str, tuple[float, float]], sizes: Mapping[str, int], coherence: Mapping[str, float]
) -> str:
    """A circle for each intent that links to its section: its area is its turns, its shade its coherence.

    A name that would stand on that of a larger intent is left out; pointing at the circle shows it.
    """
    largest = max(sizes.values(), default=1)
    circles: list[str] = []
    labels: list[_Label] = []
    for name in sorted(places, key=lambda name: -sizes[name]):
        radius = 6 + 26 * (sizes[name] / largest) ** 0.5
        label = _label(name, places[name], radius)
        free = not any(_overlap(label, other) for other in labels)
        labels += [label] if free else []
        circles.append(_circle(name, label, radius, coherence[name], size=sizes[name], labelled=free))
    return _svg("map", "Map of the intents", _HEIGHT, circles)


def periods_svg(periods: Sequence[Period]) -> str:
    """A bar for each period: its conversations, and dark in it those that an intent covers."""
    most = max((period.conversations for period in periods), default=1)
    step = _WIDTH / max(1, len(periods))
    every = max(1, round(len(periods) / 10))
    bars = [
        _bar(period, place * step, step, most, labelled=place % every == 0)
        for place, period in enumerate(periods)
    ]
    return _svg("periods", "Coverage over time", 175, bars)


def _bar(period: Period, x: float, step: float, most: int, *, labelled: bool) -> str:
    share = f"{period.covered / max(1, period.conversations):.0%}"
    said = f"{escape(period.label)}: {period.covered} of {period.conversations} conversations ({share})"
    width = max(1, step - 2)
    boxes = "".join(
        f'<rect class={kind} x="{x + 1:.1f}" y="{150 - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        for kind, count in (("all", period.conversations), ("covered", period.covered))
        for height in [140 * count / most]
    )
    label = f'<text x="{x + step / 2:.1f}" y="168">{escape(period.label)}</text>' if labelled else ""
    return f"<g><title>{said}</title>{boxes}{label}</g>"


def _svg(kind: str, label: str, height: int, parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}"'
    return f"<svg class={kind} {box}>{''.join(parts)}</svg>"


def _label(name: str, place: tuple[float, float], radius: float) -> _Label:
    x = _EDGE + place[0] * (_WIDTH - 2 * _EDGE)
    y = 0.7 * _EDGE + place[1] * (_HEIGHT - 1.6 * _EDGE)
    anchor = "end" if place[0] > 0.85 else "start" if place[0] < 0.15 else "middle"
    width = sum(_WIDE if ord(character) > 0x2E80 else _NARROW for character in name)
    left = x - {"end": width, "middle": width / 2, "start": 0}[anchor]
    return _Label(x=x, y=y, anchor=anchor, left=left, right=left + width, baseline=y + radius + 11)


def _overlap(one: _Label, other: _Label) -> bool:
    return one.left < other.right and other.left < one.right and abs(one.baseline - other.baseline) < _LINE


def _circle(name: str, label: _Label, radius: float, coherence: float, *, size: int, labelled: bool) -> str:
    shade = 0.2 + 0.7 * min(1.0, max(0.0, (coherence - 0.2) / 0.6))
    shown = escape(name)
    text = f'<text x="{label.x:.1f}" y="{label.baseline:.1f}" text-anchor="{label.anchor}">{shown}</text>'
    return (
        f'<a href="#i-{shown}"><title>{shown}: {size} turns, coherence {coherence:.2f}</title>'
        f'<circle cx="{label.x:.1f}" cy="{label.y:.1f}" r="{radius:.1f}" fill-opacity="{shade:.2f}"/>'
        f"{text if labelled else ''}</a>"
    )
