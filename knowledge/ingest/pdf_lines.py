"""The text of PDF pages as Markdown, by where it stands: a PDF knows glyphs and places, not paragraphs.

Widths are guessed from the number of characters, which is enough to tell columns and the ends of paragraphs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, groupby
from typing import Any

from encoders.text import HAN
from knowledge.ingest.pdf_letters import plain

CAPITAL, USUAL, NARROW = 0.65, 0.5, 0.3
"""Of capital and wide letters, of others, and of narrow ones, in font sizes; Chinese ones are as wide as high."""
GAP = 0.8
"""In font sizes: so much room between two texts of a line makes them cells of a table."""
SAME = 3.0
"""In points: what stands as near as this to a place stands at it."""
LARGER = 1.15
"""A short line in so much larger a font than most of the text is a heading."""
LONGEST_HEADING = 120
LONGEST = 5_000
"""Characters of a cell or a paragraph; what is longer is cut, as no writer's page holds such."""
ROOM = 0.08
"""A line that left so much of its width free, beside the next word, ended on purpose."""
REPEATED_PAGES = 3
"""On so many pages, and half of all, a line is a header or a footer."""
_CAPITAL = re.compile("[A-HJ-Zmw]")
_NARROW = re.compile(r"[ijltfrI .,:;'!|()-]")
_DIGITS = re.compile(r"\d+")
_ITEM = re.compile(r"\s*(?:[-•*–▪●○]|\(?\d{1,2}[.)])(?:\s|$)")
_HYPHEN = re.compile(r"(?<=[a-zà-ÿ])-$")
_BULLET = re.compile(r"^\s*[•▪●○–]\s*")


@dataclass(slots=True, kw_only=True)
class Cell:
    """A text at a place of a line, from `x` to about `end`, in points."""

    x: float
    end: float
    size: float
    text: str


@dataclass(slots=True, kw_only=True)
class Line:
    """The cells of a line, from left to right as they were drawn."""

    y: float
    cells: list[Cell]

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(cell.text.strip() for cell in self.cells).strip()

    @property
    def size(self) -> float:
        """Of its largest letters."""
        return max(cell.size for cell in self.cells)


def width(text: str, size: float) -> float:
    """About how long a text is, in points."""
    wide, narrow = len(HAN.findall(text)), len(_NARROW.findall(text))
    capital = len(_CAPITAL.findall(text))
    rest = len(text) - wide - narrow - capital
    return size * (wide + CAPITAL * capital + USUAL * rest + NARROW * narrow)


def page_lines(page: Any) -> list[Line]:
    """The lines of a page of pypdf, in the order in which they were drawn."""
    lines: list[Line] = []
    broken = True

    def visit(text: str, matrix: Any, place: Any, _font: Any, size: float) -> None:
        nonlocal broken
        x = place[4] * matrix[0] + matrix[4]
        y = place[5] * matrix[3] + matrix[5]
        height = abs(size * (place[3] or 1) * (matrix[3] or 1)) or 1.0
        for number, piece in enumerate(text.split("\n")):
            broken = broken or number > 0
            if piece.strip():
                end = x + width(piece.strip(), height)
                _add(lines, Cell(x=x, end=end, size=height, text=plain(piece)), y, anew=broken)
                broken = False

    page.extract_text(visitor_text=visit)
    return lines


def _add(lines: list[Line], cell: Cell, y: float, *, anew: bool) -> None:
    """Put a text behind what was drawn before it, or on a line of its own."""
    last = lines[-1] if lines else None
    if last is None or anew or abs(y - last.y) > 0.3 * cell.size or cell.x < last.cells[-1].x:
        lines.append(Line(y=y, cells=[cell]))
    elif len(last.cells[-1].text) > LONGEST or (
        _spaced(last.cells[-1], cell) and cell.x - last.cells[-1].end > GAP * cell.size
    ):
        last.cells.append(cell)
    else:
        last.cells[-1].text += cell.text
        last.cells[-1].end = cell.end


def _spaced(before: Cell, cell: Cell) -> bool:
    """Whether there is a space between, as pypdf puts one where it sees a gap; else they may be parts of a word."""
    return before.text[-1:].isspace() or cell.text[:1].isspace()


def without_margins(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without what stands at the same place of most of them, but for numbers: headers and footers."""
    found = Counter(key for lines in pages for key in {_margin(line) for line in lines})
    least = max(REPEATED_PAGES, len(pages) / 2)
    return [[line for line in lines if found[_margin(line)] < least] for lines in pages]


def _margin(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("0", line.text), round(line.y)


def markdown(pages: Sequence[Sequence[Line]]) -> str:
    """Headings, tables, items and paragraphs."""
    levels = _levels([line for lines in pages for line in lines])
    return "\n\n".join(part for lines in pages for part in _blocks(lines, levels))


def _levels(lines: Sequence[Line]) -> dict[float, int]:
    """The level of a heading by its size."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    most = letters.most_common(1)[0][0] if letters else 0.0
    larger = sorted((size for size in letters if size > LARGER * most), reverse=True)
    return {size: min(6, level) for level, size in enumerate(larger, start=1)}


def _blocks(lines: Sequence[Line], levels: Mapping[float, int]) -> Iterator[str]:
    """The parts of a page."""

    def kind(numbered: tuple[int, Line]) -> tuple[int, int]:
        table, line = numbered
        heads = table < 0 and len(line.text) <= LONGEST_HEADING
        return table, levels.get(round(line.size, 1), 0) if heads else 0

    for (table, level), group in groupby(zip(_tables(lines), lines, strict=True), key=kind):
        own = [line for _, line in group]
        if table >= 0:
            yield _table(own)
        elif level:
            yield f"{'#' * level} {reduce(_joined, (line.text for line in own))}"
        else:
            yield from _paragraphs(own)


def _tables(lines: Sequence[Line]) -> list[int]:
    """For each line the number of the table that it is a row of, -1 for none."""
    numbers, tables = [-1] * len(lines), 0
    for place in range(1, len(lines)):
        if _aligned(lines[place - 1], lines[place]):
            if numbers[place - 1] < 0:
                numbers[place - 1], tables = tables, tables + 1
                if place > 1 and numbers[place - 2] < 0 and _heads(lines[place - 2], lines[place - 1]):
                    numbers[place - 2] = numbers[place - 1]
            numbers[place] = numbers[place - 1]
    return numbers


def _aligned(line: Line, other: Line) -> bool:
    """Whether two lines have their cells below each other, from the second on, by where these begin or end."""
    near = max(SAME, 0.8 * line.size)
    return _rows(line, other) and all(
        abs(one.x - under.x) <= SAME or abs(one.end - under.end) <= near
        for one, under in zip(line.cells[1:], other.cells[1:], strict=True)
    )


def _heads(line: Line, row: Line) -> bool:
    """Whether a line stands over a row of a table, its cells perhaps in the middle of their columns."""
    return _rows(line, row) and all(
        one.x <= under.end + SAME and under.x <= one.end + SAME
        for one, under in zip(line.cells[1:], row.cells[1:], strict=True)
    )


def _rows(line: Line, other: Line) -> bool:
    items = _ITEM.match(line.text) or _ITEM.match(other.text)
    return len(line.cells) >= 2 and len(line.cells) == len(other.cells) and not items


def _table(rows: Sequence[Line]) -> str:
    cells = [[cell.text.strip().replace("|", "\\|") for cell in row.cells] for row in rows]
    written = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([written[0], f"|{'---|' * len(cells[0])}", *written[1:]])


def _paragraphs(lines: Sequence[Line]) -> Iterator[str]:
    """Lines joined: a paragraph ends where room was left, an item begins, or the next line stands elsewhere."""
    text, margins = "", _margins(lines)
    for place, line in enumerate(lines):
        if text and (len(text) > LONGEST or _begins(lines[place - 1], line, margins[place - 1])):
            yield text
            text = ""
        text = _joined(text, _BULLET.sub("- ", line.text))
    if text:
        yield text


def _margins(lines: Sequence[Line]) -> list[float]:
    """How far each line could have gone: to the end of the longest that begins no further right."""
    ordered = sorted((line.cells[0].x, line.cells[-1].end) for line in lines)
    begins = [begin for begin, _ in ordered]
    longest = list(accumulate((end for _, end in ordered), max))
    return [longest[bisect_right(begins, line.cells[0].x + SAME) - 1] for line in lines]


def _begins(before: Line, line: Line, margin: float) -> bool:
    """Whether a line begins a paragraph, and does not go on with the line before it, which had room to a margin."""
    if _ITEM.match(line.text):
        return True
    if _HYPHEN.search(before.text):
        return False
    moved = line.cells[0].x - before.cells[0].x
    rises = line.y > before.y  # to the next column
    indented = abs(moved) > SAME and not rises and not (_ITEM.match(before.text) and moved > 0)
    far = before.y - line.y > 1.8 * line.size
    word = width(line.text.split(" ")[0] if not HAN.match(line.text) else line.text[0], line.size)
    room = margin - before.cells[-1].end - word - NARROW * line.size
    return indented or far or room > ROOM * (margin - before.cells[0].x)


def _joined(text: str, more: str) -> str:
    if _HYPHEN.search(text) and more[:1].islower():
        return text[:-1] + more
    between = "" if not text or (HAN.match(text[-1]) and HAN.match(more)) else " "
    return text + between + more
