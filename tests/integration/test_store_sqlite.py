"""SQLite on its own: bad files, one process, killed processes, erased words, migrations."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from bot.errors import StoreError
from bot.store import schema
from bot.store.store import Store
from bot.store.tables import metadata

from .store_values import message, turn
from .store_writer_process import CALLERS, EVENTS

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "database URL cannot be read"),
        ("oracle://host/db", "no driver for oracle"),
        ("sqlite://", "Name a file"),
        ("sqlite:///:memory:", "Name a file"),
    ],
)
async def test_a_url_that_cannot_be_used_is_refused(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        await Store.open(url)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        await Store.open(f"sqlite:///{tmp_path}/missing/kefu.db")


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "kefu.db"
    file.write_text("Dear diary, " * 500)
    with pytest.raises(StoreError, match=r"file is not a database.*backup.*--database"):
        await Store.open(f"sqlite:///{file}")
    assert file.read_text() == "Dear diary, " * 500


async def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kefu.db").mkdir()
    with pytest.raises(StoreError, match="is not a file"):
        await Store.open(f"sqlite:///{tmp_path}/kefu.db")


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    run_sql(tmp_path / "shop.db", "CREATE TABLE orders (id INTEGER)")
    with pytest.raises(StoreError, match="belongs to another program"):
        await Store.open(f"sqlite:///{tmp_path}/shop.db")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]
    connection.close()


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kefu.db"
    await (await Store.open(url)).close()
    run_sql(tmp_path / "kefu.db", "UPDATE kefu_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer kefu.*9999.*Upgrade kefu"):
        await Store.open(url)


async def test_a_second_process_is_refused_and_the_first_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kefu.db"
    first = await Store.open(url)
    with pytest.raises(StoreError, match=rf"in use by another kefu \(process {os.getpid()}\)"):
        await Store.open(url)
    await first.close()
    await (await Store.open(url)).close()


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/kefu.db")
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.accept(message("m1"))


async def test_a_failing_database_is_a_store_error_without_the_customers_words(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/kefu.db")
    run_sql(tmp_path / "kefu.db", "DROP TABLE inbox")
    with pytest.raises(StoreError, match="no such table") as caught:
        await store.accept(message("m1", text="my secret"))
    cause: BaseException | None = caught.value
    while cause is not None:
        assert "secret" not in str(cause)
        cause = cause.__cause__
    await store.close()


def test_opening_a_current_database_imports_no_alembic(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from bot.store.store import Store\n"
        "async def main():\n"
        "    await (await Store.open(sys.argv[1])).close()\n"
        "    print('alembic' in sys.modules)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path}/kefu.db"]
    answers = [subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout for _ in range(2)]
    assert [answer.split() for answer in answers] == [[b"True"], [b"False"]]


# ── killed processes and erased words ────────────────────────────────────────────────────────────────────


async def test_a_killed_process_leaves_all_or_nothing_of_each_turn(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kefu.db"
    promised: list[list[str]] = []
    for run, lines in enumerate((1, 60, 333)):
        promised += [line.split() for line in write_until_killed(url, str(run), lines)]
    store = await Store.open(url)
    await check_whole_turns(store)
    unfinished = {one.message.id for one in await store.unfinished()}
    for line in promised:
        match line:
            case ["accepted", name]:
                conversation, _, seq = name.rpartition("-")
                known = (await store.conversation(conversation)) if name not in unfinished else None
                assert name in unfinished or (known is not None and known.last_seq > int(seq))
            case ["turn", conversation, seq]:
                assert len(await store.load_events(conversation)) >= int(seq)
    await store.close()
    assert sum(line[0] == "turn" for line in promised) > CALLERS


def write_until_killed(url: str, run: str, lines: int) -> list[str]:
    """What a process had promised when it was killed, after about so many lines."""
    command = [sys.executable, "-m", "tests.integration.store_writer_process", url, run]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        written = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        written += [line for line in process.stdout if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL
    return written


async def check_whole_turns(store: Store) -> None:
    turns = 0
    for conversation in await store.conversations(limit=1000):
        numbers = [seq for seq, _ in await store.load_events(conversation.id)]
        assert numbers == list(range(1, conversation.last_seq + 1))
        assert conversation.last_seq % EVENTS == 0
        turns += conversation.last_seq // EVENTS
        for seq in range(0, conversation.last_seq, EVENTS):
            repeated = await store.accept(message(f"{conversation.id}-{seq}", conversation=conversation.id))
            assert (repeated.is_new, repeated.state, repeated.outcome) == (False, "done", {"seq": seq})
    assert (await store.counts()).outbox == {"pending": 2 * turns}


async def test_erased_words_are_not_in_the_files(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/kefu.db")
    accepted = await store.accept(message("m1", text="xyzzyplugh"))
    await store.commit_turn(turn(key=accepted.key, update={"preview": "xyzzyplugh"}))
    assert "xyzzyplugh" in all_bytes(tmp_path)
    await store.erase_conversation("c")
    assert "xyzzyplugh" not in all_bytes(tmp_path)
    await store.close()


def all_bytes(folder: Path) -> str:
    return "".join(file.read_text("latin-1") for file in folder.iterdir())


# ── migrations ───────────────────────────────────────────────────────────────────────────────────────────


def test_migrations_make_the_tables_and_take_them_away(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/kefu.db")
    with engine.begin() as connection:
        for _ in range(2):
            schema.ensure_current(connection)
            assert schema.current_version(connection) == schema.HEAD
            assert differences(connection) == []
            schema.migrate(connection, "base")
            assert inspect(connection).get_table_names() == [schema.VERSION_TABLE]
    engine.dispose()


def differences(connection: Connection) -> list[object]:
    """How the database differs from `bot.store.tables`."""
    context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
    return list(compare_metadata(context, metadata))


def test_the_known_version_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(schema._config()).get_current_head() == schema.HEAD


def run_sql(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()
