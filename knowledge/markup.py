"""Markdown as plain, readable lines under their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from encoders.text import HAN

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_SPACE = re.compile(r"[ \t]+")


@dataclass(slots=True, kw_only=True)
class Section:
    """The lines below one heading, up to the next heading.

    Attributes:
        headings: the headings above, outermost first; none at the top of a document.
        lines: paragraphs, list items (`- …`, `1. …`) and table rows, in order, without line breaks.
    """

    headings: tuple[str, ...] = ()
    lines: list[str] = field(default_factory=list)


def sections(markdown: str) -> list[Section]:
    """The text's sections in order; those without a line of their own are left out.

    A table's row becomes `first cell – header: cell, header: cell`, so that each row can be read alone.
    """
    from markdown_it.tree import SyntaxTreeNode

    result = [Section()]
    path: list[tuple[int, str]] = []
    for node in SyntaxTreeNode(_parser().parse(markdown)).children:
        if node.type == "heading":
            level = int(node.tag[1:])
            path = [(above, text) for above, text in path if above < level]
            path.append((level, _inline(node)))
            result.append(Section(headings=tuple(text for _, text in path)))
        else:
            result[-1].lines += [line for line in _lines(node) if line.strip()]
    return [section for section in result if section.lines]


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _lines(node: SyntaxTreeNode, depth: int = 0) -> Iterator[str]:
    if node.type in {"bullet_list", "ordered_list"}:
        start = int(node.attrs.get("start", 1))
        for number, item in enumerate(node.children, start=start):
            mark = "-" if node.type == "bullet_list" else f"{number}."
            yield from _item(item, f"{'  ' * depth}{mark} ", depth)
    elif node.type == "table":
        yield from _table(node)
    elif node.type in {"fence", "code_block"}:
        yield from node.content.splitlines()
    elif node.type in {"blockquote"}:
        for child in node.children:
            yield from _lines(child, depth)
    elif node.type != "hr":
        yield _inline(node)


def _item(item: SyntaxTreeNode, mark: str, depth: int) -> Iterator[str]:
    for index, child in enumerate(item.children):
        lines = _lines(child, depth + 1)
        if index == 0 and child.type == "paragraph":
            yield mark + next(lines)
        yield from lines


def _table(table: SyntaxTreeNode) -> Iterator[str]:
    rows = [[_inline(cell) for cell in row.children] for part in table.children for row in part.children]
    header, *body = rows
    if not body:
        yield ", ".join(filter(None, header))
    for number, cells in enumerate(body):
        named = [
            f"{name}: {cell}" if name else cell
            for name, cell in zip(header[1:], cells[1:], strict=False)
            if cell
        ]
        # The first column's header says what the rows are: it stands once.
        subject = f"{header[0]}: {cells[0]}" if number == 0 and header[0] else cells[0]
        comma, dash = ("，", "：") if HAN.search("".join(cells + header)) else (", ", " – ")
        yield dash.join(part for part in (subject, comma.join(named)) if part)


def _inline(node: SyntaxTreeNode) -> str:
    return _SPACE.sub(" ", "".join(_words(node))).strip()


def _words(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type in {"text", "code_inline"}:
        yield node.content
    elif node.type in {"softbreak", "hardbreak"}:
        yield " "
    elif node.type == "image":
        yield node.content or str(node.attrs.get("alt", ""))
    elif not node.children and node.content:
        yield node.content
    else:
        for child in node.children:
            yield from _words(child)
