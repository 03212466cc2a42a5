"""The demo shop's order database."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as the shop sees it; `due` is the day it comes or came."""

    number: str
    status: str
    items_en: str
    items_zh: str
    due: datetime

    @property
    def date_en(self) -> str:
        return f"{self.due:%A}, {self.due.day} {self.due:%B}"

    @property
    def date_zh(self) -> str:
        return f"{self.due.month} 月 {self.due.day} 日"


def order_number(text: str) -> str | None:
    """`WB-204817` from `wb204817`, `204817` and the like."""
    digits = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    return f"WB-{digits.group()}" if digits else None


def find_order(number: str) -> Order | None:
    """The order of that number, or None."""
    with closing(sqlite3.connect(_database())) as database:
        row = database.execute(
            "SELECT number, status, items_en, items_zh, due FROM orders WHERE number = ?", (number,)
        ).fetchone()
    if row is None:
        return None
    due = datetime.now(UTC) + timedelta(days=row[4])
    return Order(number=row[0], status=row[1], items_en=row[2], items_zh=row[3], due=due)


def _database() -> Path:
    """shop.sqlite, made from shop.sql the first time."""
    path = FOLDER / "shop.sqlite"
    if not path.exists():
        draft = FOLDER / f".shop.{os.getpid()}.sqlite"
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(draft)) as database:
            database.executescript((FOLDER / "shop.sql").read_text(encoding="utf-8"))
        draft.replace(path)
    return path
