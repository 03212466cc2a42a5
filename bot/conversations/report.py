"""The report of conversation tests: results.json, junit.xml and a page to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from bot.conversations.coverage import Covered
from bot.conversations.results import Played, Turn

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c2430}
h1{font-size:1.4rem}details{border:1px solid #d7dce3;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}.bad{color:#a4161a}.good{color:#1b6e3c}table{border-collapse:collapse;width:100%}
td{padding:.15rem .5rem;vertical-align:top;border-top:1px solid #eceff3}.why,.place{color:#667;font-size:.85em}
"""


def write_report(played: Sequence[Played], covered: Sequence[Covered], folder: Path) -> None:
    """Write the three files into `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    failed = sum(not one.passed for one in played)
    figures = {
        "passed": len(played) - failed,
        "failed": failed,
        "coverage": {one.kind: one.as_dict() for one in covered},
        "tests": [one.as_dict() for one in played],
    }
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "junit.xml").write_text("\n".join(_junit(played, failed)) + "\n", encoding="utf-8")
    (folder / "report.html").write_text("\n".join(_page(played, covered, failed)) + "\n", encoding="utf-8")


def difference_lines(one: Played) -> Iterator[str]:
    """A failed test as lines: what was said, and under it what was wanted and what came."""
    for turn in one.turns:
        wrong = [check for check in turn.checks if not check.passed]
        if wrong:
            yield f"  “{turn.said}”"
        for check in wrong:
            yield f"    {check.kind}: wanted {check.wanted}, got {check.got}"
            if check.why:
                yield f"      ({check.why})"


def _junit(played: Sequence[Played], failed: int) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuite name="kefu test" tests="{len(played)}" failures="{failed}">'
    for one in played:
        head = f"<testcase classname={quoteattr(str(one.where))} name={quoteattr(_printable(one.name))}"
        if one.passed:
            yield head + "/>"
            continue
        text = _printable("\n".join(difference_lines(one)))
        yield f"{head}><failure message={quoteattr(one.place)}>{xml_escape(text)}</failure></testcase>"
    yield "</testsuite>"


def _printable(text: str) -> str:
    """Without the characters that XML has no place for."""
    return "".join(one for one in text if one in "\t\n" or one >= " ")


def _page(played: Sequence[Played], covered: Sequence[Covered], failed: int) -> Iterator[str]:
    yield f"<!doctype html><meta charset='utf-8'><title>Conversation tests</title><style>{_STYLE}</style>"
    yield f"<h1>Conversation tests: {len(played) - failed} passed, {failed} failed</h1>"
    for one in sorted(played, key=lambda one: one.passed):
        mark = "<span class='good'>passed</span>" if one.passed else "<span class='bad'>failed</span>"
        yield f"<details{'' if one.passed else ' open'}><summary>{mark} {escape(one.name)} "
        yield f"<span class='place'>{escape(one.place)}</span></summary><table>"
        for turn in one.turns:
            yield from _rows(turn)
        yield "</table></details>"
    yield "<h1>What no test reaches</h1>"
    for part in covered:
        count = f"{len(part.known) - len(part.missed)} of {len(part.known)}"
        yield f"<p><b>{escape(part.kind)}</b>: {count} reached. {escape(', '.join(part.missed))}</p>"


def _rows(turn: Turn) -> Iterator[str]:
    yield f"<tr><td colspan='3'><b>“{escape(turn.said)}”</b></td></tr>"
    for check in turn.checks:
        mark = "good" if check.passed else "bad"
        got = "" if check.passed else f"got {escape(check.got)}"
        yield (
            f"<tr><td>{check.kind}</td><td>{escape(check.wanted)}</td>"
            f"<td class='{mark}'>{got or '✓'} <span class='why'>{escape(check.why)}</span></td></tr>"
        )
    for note in turn.notes:
        yield f"<tr><td></td><td colspan='2' class='why'>{escape(note)}</td></tr>"
