"""What several tests use: models, trained once, and empty databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.store.store import Store

from .store_values import Clock, psql

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def intent_data() -> Path:
    """Six intents of eight examples, and six texts out of scope."""
    return DATA / "intents.csv"


@pytest.fixture(scope="session")
def intent_test() -> Path:
    """Other texts of the same intents, three each, and four out of scope."""
    return DATA / "intents-test.csv"


@pytest.fixture(scope="session")
def intent_model(intent_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of `intent_data`: MiniLM with a head, made by the command."""
    out = tmp_path_factory.mktemp("models") / "intents"
    done = CliRunner().invoke(
        app,
        ["intents", "train", str(intent_data), "--out", str(out), "--recipe", "fast"],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("asyncpg", reason="PostgreSQL needs asyncpg")
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL needs pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kefu.db"
    uri: str = request.getfixturevalue("postgresql")
    name = f"kefu_{tmp_path.name.lower()}"[:60].replace("-", "_")
    psql(uri, f'CREATE DATABASE "{name}"')
    return uri.replace("/postgres?", f"/{name}?")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(url: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(url, clock=clock)
    yield store
    await store.close()
