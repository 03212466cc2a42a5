"""What the widget weighs, and that its modules are all there."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

STATIC = Path(__file__).parents[2] / "bot" / "web" / "static"
_IMPORT = re.compile(r"""(?:from|import)\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)""")
_PAGE = re.compile(r'(?:href|src)="static/([^"]+)"')
LARGEST = 60 * 1024


def modules(path: Path, seen: set[Path]) -> Iterator[Path]:
    """The module and all that it imports, each once."""
    if path in seen:
        return
    seen.add(path)
    yield path
    if path.suffix == ".js":
        for first, second in _IMPORT.findall(path.read_text(encoding="utf-8")):
            yield from modules((path.parent / (first or second)).resolve(), seen)


def files() -> list[Path]:
    page = STATIC / "widget" / "index.html"
    seen: set[Path] = set()
    named = [STATIC / name for name in _PAGE.findall(page.read_text(encoding="utf-8"))]
    return [
        page,
        STATIC / "widget" / "widget.js",
        *(one for path in named for one in modules(path.resolve(), seen)),
    ]


def test_the_widget_is_less_than_60_kilobytes_on_the_wire() -> None:
    weights = {path.relative_to(STATIC): len(gzip.compress(path.read_bytes())) for path in files()}
    assert len(weights) > 20, "the modules were found"
    assert sum(weights.values()) < LARGEST, weights


def test_no_module_makes_html_of_text() -> None:
    ours = [path for path in STATIC.rglob("*.js") if path.parent.name != "vendor"]
    dangerous = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|\beval\(|postMessage\([^)]*[\"']\*"
    )
    assert [path.name for path in ours if dangerous.search(path.read_text(encoding="utf-8"))] == []
