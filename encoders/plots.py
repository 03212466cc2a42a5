"""Small plots as inline SVG, coloured by the style of `encoders.page` so that light and dark both read well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from encoders.page import Html

_WIDTH, _HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 22, 12, 44
_MOST_POINTS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line, or points, over x.

    Attributes:
        errors: half the width of each point's interval; none when empty.
        points: whether each point is marked and named when pointed at.
    """

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    errors: Sequence[float] = ()
    points: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What the axes say and how far they reach; shares are written in per cent.

    Attributes:
        diagonal: draw where x = y, as the ideal.
        mark: a point (x, y) to ring, with its name in `mark_name`.
        x_ticks: plain numbers to write below x; every fifth of its range where there are none.
    """

    x: str
    y: str
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    diagonal: bool = False
    mark: tuple[float, float] | None = None
    mark_name: str = ""
    shares: bool = True
    x_ticks: Sequence[float] = ()
    legend: Literal["top", "bottom"] = "bottom"


def plot(title: str, series: Sequence[Series], axes: Axes, *, caption: str = "") -> Html:
    """A figure with the series, a legend where there are several, and a caption."""
    parts = [*_grid(axes)]
    if axes.diagonal:
        low, high = max(axes.x_range[0], axes.y_range[0]), min(axes.x_range[1], axes.y_range[1])
        parts.append(_path([(_x(low, axes), _y(low, axes)), (_x(high, axes), _y(high, axes))], "ideal"))
    for number, one in enumerate(series, start=1):
        parts += _drawn(one, axes, f"var(--c{(number - 1) % 5 + 1})")
    if len(series) > 1:
        parts += _legend([one.name for one in series], axes)
    if axes.mark is not None:
        parts += _marked(axes.mark, axes)
    drawing = (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" fill="none">'
        f"{''.join(parts)}</svg>"
    )
    text = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return Html(f"<figure><h3>{escape(title)}</h3>{drawing}{text}</figure>")


def plots(figures: Iterable[str]) -> Html:
    """Figures beside each other, as many as the width has room for."""
    return Html(f'<div class="plots">{"".join(figures)}</div>')


def nice_ceiling(value: float) -> float:
    """The next round number at or above a positive value: a range's end with even ticks."""
    if value <= 0:
        return 1.0
    base = 10.0 ** math.floor(math.log10(value))
    return next(step * base for step in (1, 2, 2.5, 5, 10) if step * base >= value * (1 - 1e-9))


def _x(value: float, axes: Axes) -> float:
    low, high = axes.x_range
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - low) / (high - low)


def _y(value: float, axes: Axes) -> float:
    low, high = axes.y_range
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share


def _grid(axes: Axes) -> list[str]:
    parts = []
    for up in _fifths(axes.y_range):
        y = _y(up, axes)
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{_number(up, axes)}</text>'
        )
    for across in axes.x_ticks or _fifths(axes.x_range):
        x = _x(across, axes)
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 17}" text-anchor="middle">{_named(across, axes)}</text>'
        )
    base = _HEIGHT - _BOTTOM
    middle = _TOP + (base - _TOP) / 2
    return [
        *parts,
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base}" y2="{base}"/>',
        f'<text x="{_LEFT + (_WIDTH - _LEFT - _RIGHT) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">'
        f"{escape(axes.x)}</text>",
        f'<text x="13" y="{middle}" text-anchor="middle" transform="rotate(-90 13 {middle})">'
        f"{escape(axes.y)}</text>",
    ]


def _fifths(reach: tuple[float, float]) -> list[float]:
    low, high = reach
    return [low + step / 5 * (high - low) for step in range(6)]


def _named(across: float, axes: Axes) -> str:
    return f"{across:.3g}" if axes.x_ticks else _number(across, axes)


def _number(value: float, axes: Axes) -> str:
    return f"{100 * value:.3g}%" if axes.shares else f"{value:.3g}"


def _drawn(one: Series, axes: Axes, colour: str) -> list[str]:
    rows = list(zip(one.xs, one.ys, strict=True))
    places = [(_x(x, axes), _y(y, axes)) for x, y in thinned(rows)]
    parts = [_path(places, "", colour)] if len(places) > 1 else []
    for (x, y), error in zip(rows, one.errors, strict=False):
        low, high = _y(y - error, axes), _y(y + error, axes)
        parts.append(
            f'<line x1="{_x(x, axes):.1f}" x2="{_x(x, axes):.1f}" y1="{low:.1f}" y2="{high:.1f}" '
            f'style="stroke:{colour}" stroke-opacity=".45" stroke-width="1.5"/>'
        )
    if one.points:
        parts += [
            f'<circle cx="{_x(x, axes):.1f}" cy="{_y(y, axes):.1f}" r="3.4" style="fill:{colour}">'
            f"<title>{escape(one.name)}: {_named(x, axes)} → {_number(y, axes)}</title></circle>"
            for x, y in rows
        ]
    return parts


def thinned(rows: Sequence[tuple[float, float]], most: int = _MOST_POINTS) -> list[tuple[float, float]]:
    """At most about `most` of the rows, evenly, the first and the last among them."""
    if len(rows) <= most:
        return list(rows)
    return [rows[round(step * (len(rows) - 1) / (most - 1))] for step in range(most)]


def _path(places: Sequence[tuple[float, float]], kind: str, colour: str = "") -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    look = f'class="{kind}"' if kind else f'style="stroke:{colour}" stroke-width="2" stroke-linejoin="round"'
    return f'<polyline points="{line}" {look}/>'


def _legend(names: Sequence[str], axes: Axes) -> list[str]:
    """At the top left, or at the bottom right: where the curves are not."""
    parts = []
    for number, name in enumerate(names):
        below = axes.legend == "bottom"
        y = _HEIGHT - _BOTTOM - 12 - 17 * (len(names) - 1 - number) if below else _TOP + 10 + 17 * number
        x, anchor, shift = (_WIDTH - _RIGHT - 8, "end", -18) if below else (_LEFT + 22, "start", 6)
        parts.append(
            f'<text x="{x + shift}" y="{y + 4}" text-anchor="{anchor}">{escape(name)}</text>'
            f'<line x1="{x - 12}" x2="{x}" y1="{y}" y2="{y}" style="stroke:var(--c{number % 5 + 1})" stroke-width="3"/>'
        )
    return parts


def _marked(mark: tuple[float, float], axes: Axes) -> list[str]:
    x, y = _x(mark[0], axes), _y(mark[1], axes)
    side, shift = ("end", -10) if x > _WIDTH / 2 else ("start", 10)
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" style="stroke:var(--bad)" stroke-width="2.5"/>',
        f'<text x="{x + shift:.1f}" y="{y - 9:.1f}" text-anchor="{side}">{escape(axes.mark_name)}</text>',
    ]
