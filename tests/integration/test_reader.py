"""Reading messages with a trained release."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.project import open_project
from bot.reader import MOST_AHEAD, Reader
from bot.release import open_release, release_ids
from bot.runtime import load_runtime
from encoders.workers import ModelWorkers

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("projects") / "shop"
    for arguments in (["new", str(folder)], ["train", str(folder), "--recipe", "fast"]):
        assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    project, workers = open_project(folder), ModelWorkers(2)
    yield load_runtime(project, open_release(project, release_ids(project)[-1]), workers=workers).reader
    workers.close()


async def test_what_is_encoded_ahead_is_read_the_same(reader: Reader) -> None:
    text = "how long can I send things back?"
    plain = await reader.read(text)
    reader.ahead(text)
    reader.ahead(text)
    assert await reader.read(text) == plain
    assert await reader.read(text) == plain
    assert plain.retrieved.passages


async def test_texts_that_nobody_reads_are_dropped_in_time(reader: Reader) -> None:
    for number in range(MOST_AHEAD + 20):
        reader.ahead(f"message {number}")
    assert len(reader._ahead) <= MOST_AHEAD
    await asyncio.gather(*reader._ahead.values(), return_exceptions=True)
    assert (await reader.read("message 7")).understanding.text == "message 7"
