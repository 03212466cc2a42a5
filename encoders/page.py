"""Reports as one HTML page that needs nothing beside it: no script, no font, nothing from elsewhere.

Whatever is not `Html` already is escaped, so that what customers wrote can never become markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


_STYLE = """
:root { color-scheme: light dark; --bg: #fbfbfd; --card: #fff; --ink: #1c2430; --soft: #5d6878; --line: #e3e7ee;
  --c1: #2f6fde; --c2: #d9822b; --c3: #18936b; --c4: #a54bc4; --c5: #6b7686; --good: #18936b; --bad: #cf3f4f;
  --tint: #2f6fde14; }
@media (prefers-color-scheme: dark) { :root { --bg: #12161d; --card: #1a2029; --ink: #e6eaf0; --soft: #98a4b5;
  --line: #2b3442; --c1: #6ea1ff; --c2: #f0a659; --c3: #4cc79b; --c4: #cf8be6; --c5: #8a95a6; --good: #4cc79b;
  --bad: #f27a87; --tint: #6ea1ff1f; } }
* { box-sizing: border-box; }
body { font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif;
  background: var(--bg); color: var(--ink); max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.12rem; margin: 0 0 .35rem; } h3 { font-size: .95rem; margin: 1.1rem 0 .35rem; }
p { margin: .3rem 0 .7rem; max-width: 52rem; } .lead, .note, figcaption { color: var(--soft); }
.note, figcaption { font-size: .87rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1.1rem 1.3rem;
  margin: 1.1rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: .7rem; margin: 1.1rem 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: .7rem .9rem; }
.tile b { display: block; font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile span { font-size: .82rem; color: var(--soft); } .tile small { display: block; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: .3rem 0 .6rem; }
th { text-align: left; font-size: .8rem; font-weight: 600; color: var(--soft); }
td, th { padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > td { border-bottom: 0; } .n { text-align: right; white-space: nowrap; }
td ul { margin: 0; padding-left: 1.1rem; } li { margin: .1rem 0; overflow-wrap: anywhere; }
.meter { display: inline-block; width: 5.5rem; height: .5rem; border-radius: .25rem; background: var(--line);
  margin-right: .55rem; vertical-align: .08rem; overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--c1); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.1rem; }
figure { margin: 0; } figure svg { width: 100%; max-width: 32rem; height: auto; display: block; }
details { border-top: 1px solid var(--line); padding: .45rem 0; } summary { cursor: pointer; }
.where { color: var(--soft); font-size: .84rem; } .good { color: var(--good); } .bad { color: var(--bad); }
mark { background: none; color: inherit; border-radius: .2rem; padding: .05rem .1rem; }
code { font-size: .9em; background: var(--tint); border-radius: .25rem; padding: .05rem .3rem; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; } svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--soft); } svg .ideal { stroke: var(--soft); stroke-dasharray: 4 4; }
@media print { body { background: none; } section { break-inside: avoid; } }
"""


def page(title: str, *parts: str, lead: str = "") -> str:
    """The whole document."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n"
        + (f'<p class="lead">{markup(lead)}</p>\n' if lead else "")
        + "\n".join(markup(part) for part in parts if part)
        + "\n</body></html>\n"
    )


def write_page(folder: Path, content: str) -> Path:
    """Put a page at `folder`/report.html; a page that was there stays whole until the new one is."""
    folder.mkdir(parents=True, exist_ok=True)
    draft, final = folder / ".report.html.part", folder / "report.html"
    draft.write_text(content, encoding="utf-8")
    draft.replace(final)
    return final


def markup(value: object) -> Html:
    """The value as markup: escaped unless it is markup already."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def joined(parts: Iterable[object], between: str = "") -> Html:
    """Pieces, one after the other."""
    return Html(escape(between).join(markup(part) for part in parts))


def tag(name: str, content: object, *, of: str = "") -> Html:
    """An element, of a class where one is given."""
    kind = f' class="{escape(of)}"' if of else ""
    return Html(f"<{name}{kind}>{markup(content)}</{name}>")


def section(title: str, *parts: object, note: str = "") -> Html:
    """A titled card; nothing when all its parts are empty."""
    if not any(parts):
        return Html("")
    head = tag("h2", title) + (tag("p", note, of="note") if note else "")
    return Html(f"<section>{head}{joined(part for part in parts if part)}</section>")


def tiles(items: Iterable[tuple[str, str, str]]) -> Html:
    """The figures one looks at first, as (name, value, remark)."""
    cells = (
        f'<div class="tile"><span>{escape(name)}</span><b>{escape(value)}</b><small>{escape(remark)}</small></div>'
        for name, value, remark in items
    )
    return Html(f'<div class="tiles">{"".join(cells)}</div>')


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = ()) -> Html:
    """A table; the columns in `numbers` (from 0) are set to the right. Nothing where there are no rows."""
    right = dict.fromkeys(numbers, ' class="n"')

    def cells(row: Sequence[object], kind: str) -> str:
        return "".join(
            f"<{kind}{right.get(column, '')}>{markup(cell)}</{kind}>" for column, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    if not body:
        return Html("")
    return Html(f'<div class="scroll"><table><tr>{cells(head, "th")}</tr>{body}</table></div>')


def bullets(items: Iterable[object]) -> Html:
    """A list; nothing where there are no items."""
    body = "".join(f"<li>{markup(item)}</li>" for item in items)
    return Html(f"<ul>{body}</ul>") if body else Html("")


def fold(summary: object, *parts: object, is_open: bool = False) -> Html:
    """What opens on a click."""
    state = " open" if is_open else ""
    return Html(f"<details{state}><summary>{markup(summary)}</summary>{joined(parts)}</details>")


def meter(share: float, label: str) -> Html:
    """A bar for a share from 0 to 1, with its number."""
    width = 100 * min(1.0, max(0.0, share))
    return Html(f'<span class="meter"><i style="width:{width:.1f}%"></i></span>{escape(label)}')


def percent(share: float | None, digits: int = 1) -> str:
    """A share for people; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{digits}f}\u00a0%"


def shown(value: object) -> str:
    """A value for people: numbers short, missing ones as a dash, sequences with commas."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(one) for one in value) or "–"
    return str(value)
