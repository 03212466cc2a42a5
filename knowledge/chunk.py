"""Documents → passages that can be read alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.documents import Document
from knowledge.markup import Section, sections
from knowledge.sentences import length, sentences

SHORT, LONG = 30, 160
"""In words: shorter passages take the next section in; none grows beyond the long one but by a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage as cut from its document. `title` is the document's, then the headings it stands under."""

    id: str
    document_id: str
    title: str
    text: str
    language: str


def chunks(document: Document) -> list[Chunk]:
    """The document's passages in order, at least one.

    They follow the headings. A short section is joined with the next one, whose heading then stands in
    the text; a long one is cut into even parts between lines or sentences, never within. Ids are
    `document_id#n` from 0 and stay as they are while the document does.
    """
    parts = [part for section in _joined(sections(document.text)) for part in _parts(section)]
    if not parts:
        parts = [((), document.text.strip())]
    return [
        Chunk(
            id=f"{document.id}#{number}",
            document_id=document.id,
            title=" › ".join((document.title, *_below(document.title, headings))),
            text=text,
            language=document.language,
        )
        for number, (headings, text) in enumerate(parts)
    ]


def _below(title: str, headings: tuple[str, ...]) -> tuple[str, ...]:
    """The headings without a first one that only repeats the title."""
    return headings[1:] if headings and headings[0] == title else headings


def _joined(found: list[Section]) -> list[Section]:
    result: list[Section] = []
    for section in found:
        last = result[-1] if result else None
        both = 0.0 if last is None else _words(last) + _words(section)
        if last is None or both > LONG or (_words(last) >= SHORT and _words(section) >= SHORT):
            result.append(Section(headings=section.headings, lines=list(section.lines)))
        else:
            last.lines += [*section.headings[-1:], *section.lines]
    return result


def _words(section: Section) -> float:
    return length("\n".join(section.lines))


def _parts(section: Section) -> Iterator[tuple[tuple[str, ...], str]]:
    """The section's lines in as many parts of about equal length as its length asks for."""
    count = max(1, round(_words(section) / (0.75 * LONG))) if _words(section) > LONG else 1
    share = _words(section) / count
    part: list[str] = []
    for unit in _units(section, longest=share):
        if part and length("\n".join([*part, unit])) > 1.15 * share:
            yield section.headings, "\n".join(part)
            part = []
        part.append(unit)
    if part:
        yield section.headings, "\n".join(part)


def _units(section: Section, *, longest: float) -> Iterator[str]:
    """The lines; those longer than a part by sentences."""
    for line in section.lines:
        yield from sentences(line) if length(line) > longest else [line]
