"""The page of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from encoders.page import Html, bullets, fold, joined, meter, page, percent, section, table, tag, tiles

_FIRST, _MOST = 15, 400

TITLES = {
    "contradictions": ("Contradictory labels", "The same text, or nearly, in several intents."),
    "mislabelled": (
        "Likely mislabelled",
        "A model that had not seen the example is confident of another intent (confident learning). The surest first; "
        "a person decides.",
    ),
    "overlapping": ("Overlapping intents", "Their examples are taken for each other."),
    "starved": ("Starved intents", "Too few examples to be recognised reliably."),
    "duplicates": ("Duplicates", "The same text more than once in an intent: it weighs more than it should."),
    "near_duplicates": ("Near duplicates", "Texts that differ in little teach little."),
}


def audit_page(report: dict[str, Any], *, title: str, lead: str) -> str:
    """The whole page for what `findings` found."""
    parts = [_section(kind, report[kind]) for kind in TITLES]
    if not any(report[kind] for kind in TITLES):
        parts = [section("Nothing found", tag("p", "No finding of any kind."))]
    return page(title, _headline(report), *parts, lead=lead)


def _headline(report: dict[str, Any]) -> Html:
    counts = [(TITLES[kind][0], str(len(report[kind])), "") for kind in TITLES]
    fits = percent(report["accuracy_out_of_fold"])
    return tiles([("Recognised", fits, "by models that had not seen them"), *counts])


def _section(kind: str, found: Sequence[dict[str, Any]]) -> Html:
    if not found:
        return Html("")
    title, note = TITLES[kind]
    head, numbers, row = _TABLES[kind]
    first, rest = found[:_FIRST], found[_FIRST:_MOST]
    more = fold(f"{len(rest)} more", table(head, map(row, rest), numbers=numbers)) if rest else Html("")
    cut = f" The first {_MOST}; report.json has all {len(found)}." if len(found) > _MOST else ""
    return section(
        f"{title} ({len(found)})", table(head, map(row, first), numbers=numbers), more, note=note + cut
    )


def _texts(examples: Sequence[dict[str, str]], *, intents: bool) -> Html:
    return bullets(
        joined(
            (
                one["text"],
                tag("span", f" {one['intent']} " if intents else " ", of="where"),
                tag("span", one["source"], of="where"),
            )
        )
        for one in examples
    )


def _copies(found: dict[str, Any]) -> tuple[object, ...]:
    return _texts(found["examples"], intents=True), found["fix"]


def _mislabelled(found: dict[str, Any]) -> tuple[object, ...]:
    one = found["examples"][0]
    text = joined((one["text"], " ", tag("span", one["source"], of="where")))
    label = joined((one["intent"], " ", tag("span", percent(found["p_label"], 0), of="where")))
    likely = joined((found["likely"], " ", tag("span", percent(found["p_likely"], 0), of="where")))
    return text, label, likely, found["fix"]


def _overlap(found: dict[str, Any]) -> tuple[object, ...]:
    both = joined((found["first"], " ↔ ", found["second"]))
    texts = fold(f"{len(found['examples'])} texts", _texts(found["examples"], intents=True))
    return both, meter(found["share"], percent(found["share"], 0)), joined((found["fix"], texts))


def _starved(found: dict[str, Any]) -> tuple[object, ...]:
    return found["intent"], found["count"], meter(found["recall"], percent(found["recall"], 0)), found["fix"]


_TWO = (("Texts", "What to do"), (), _copies)
_TABLES: dict[str, tuple[tuple[str, ...], tuple[int, ...], Any]] = {
    "contradictions": _TWO,
    "mislabelled": (("Text", "Labelled", "Likely", "What to do"), (), _mislabelled),
    "overlapping": (("Intents", "Taken for each other", "What to do"), (), _overlap),
    "starved": (("Intent", "Examples", "Recognised", "What to do"), (1,), _starved),
    "duplicates": _TWO,
    "near_duplicates": _TWO,
}
