"""Documentation that cannot rot: every page is linked, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_LINK = re.compile(r"\[[^\]]*\]\((?!https?://|mailto:)([^)#\s]+)")


def links(page: Path) -> Iterator[Path]:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        yield (page.parent / target).resolve()


def test_every_link_leads_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    dead = [
        f"{page.relative_to(ROOT)}: {link}" for page in pages for link in links(page) if not link.exists()
    ]
    assert dead == []


def test_every_page_is_in_the_index() -> None:
    listed = set(links(DOCS / "README.md"))
    pages = {page.resolve() for page in DOCS.rglob("*.md")} - {(DOCS / "README.md").resolve()}
    missing = {page for page in pages - listed if page.parent.name != "decisions"}
    assert sorted(page.name for page in missing) == []


def test_every_command_is_in_the_documentation() -> None:
    import typer.main

    from bot.cli import app

    text = "\n".join(page.read_text(encoding="utf-8") for page in [*DOCS.rglob("*.md"), ROOT / "README.md"])
    group = typer.main.get_command(app)
    names = sorted(group.commands)  # type: ignore[attr-defined]
    assert [name for name in names if f"kefu {name}" not in text] == []
