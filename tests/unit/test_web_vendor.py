"""What we did not write is what its README says it is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "bot" / "web" / "static" / "vendor"
_ROW = re.compile(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_every_file_has_its_recorded_hash() -> None:
    rows = dict(_ROW.findall((VENDOR / "README.md").read_text(encoding="utf-8")))
    there = {path.name for path in VENDOR.iterdir() if path.suffix in (".js", ".css")}
    assert set(rows) == there
    for name, wanted in rows.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == wanted, name


def test_every_package_has_its_licence() -> None:
    for package in ("htm", "preact", "uplot"):
        assert (VENDOR / f"{package}.LICENSE").stat().st_size > 500
