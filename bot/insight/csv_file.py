"""Figures as CSV, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Sequence[Mapping[str, Any]], *, offset_min: int = 0) -> str:
    """Rows with the same keys, under a line with their names; `at` becomes a time of the reader's clock.

    Begins with a byte order mark, without which spreadsheets read Chinese wrong. A text that a spreadsheet would
    take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    if rows:
        writer.writerow(list(rows[0]))
    for row in rows:
        writer.writerow([_cell(name, value, offset_min) for name, value in row.items()])
    return out.getvalue()


def _cell(name: str, value: Any, offset_min: int) -> Any:
    if value is None:
        return ""
    if name == "at":
        at = datetime.fromtimestamp(value / 1000, UTC) + timedelta(minutes=offset_min)
        return at.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_STARTS_A_FORMULA) else value
    return value
