"""The pages' modules: every import leads to a file, since nothing is bundled that would notice."""

from __future__ import annotations

import re
from pathlib import Path

from bot.web.pages import STATIC

_IMPORT = re.compile(r"""(?:from|import)\s+["'](\.[^"']+)["']""")


def test_every_import_leads_to_a_file() -> None:
    lost = [
        f"{module.relative_to(STATIC)} imports {target}"
        for module in STATIC.rglob("*.js")
        for target in _IMPORT.findall(module.read_text(encoding="utf-8"))
        if not (module.parent / target).is_file()
    ]
    assert lost == []


def test_every_page_of_the_console_has_its_styles() -> None:
    pages = Path(STATIC / "console" / "pages.js").read_text(encoding="utf-8")
    named = re.findall(r'from "\./pages/(\w+)\.js"', pages)
    assert "desk" in named
    assert [one for one in named if not (STATIC / "console" / "pages" / f"{one}.css").is_file()] == []
