"""Each message answered once and in order, while it comes again and platform, server and database fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exactly_once import Count, PostgreSql, Trial, tried

pytestmark = pytest.mark.e2e


def judge(count: Count) -> None:
    assert count.wrong == []
    assert count.repeated <= count.unknown, "only sends whose outcome was unknown may repeat"
    assert count.left.keys() <= {"held"}, "what never got an answer from the platform is held for a person"
    assert count.left.get("held", 0) <= count.unknown
    print(f"{count.unknown} sends were unknown, {count.repeated} of them repeated")


async def test_exactly_once_whatever_happens(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite'}"
    judge(await tried(Trial(folder=tmp_path, database=database, customers=12, turns=6, kills=2, every_s=0.7)))


async def test_exactly_once_while_postgresql_is_restarted(tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("asyncpg", reason="PostgreSQL needs asyncpg")
    pytest.importorskip("pgserver", reason="PostgreSQL needs pgserver")
    postgresql = PostgreSql(tmp_path_factory.mktemp("postgresql"))
    try:
        trial = Trial(
            folder=tmp_path_factory.mktemp("bot"), database=postgresql.url, customers=12, turns=6,
            kills=0, restarts=2, every_s=0.7, restart=postgresql.restart,
        )  # fmt: skip
        judge(await tried(trial))
    finally:
        postgresql.close()
