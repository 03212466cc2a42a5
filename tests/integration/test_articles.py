"""Articles edited under a server that answers from them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from bot.articles import live_articles, watch_articles
from bot.cli import app
from bot.errors import SettingsError
from bot.project import Project, open_project
from bot.release import open_release, release_ids
from bot.runtime import load_runtime
from bot.settings import KnowledgeSettings
from encoders.workers import ModelWorkers

EDIT = "---\nid: bikes\ntitle: Bicycles\nlanguage: en\n---\n{}\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("projects") / "shop"
    for command in (["new", str(folder)], ["train", str(folder), "--recipe", "fast"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
    return open_project(folder)


@pytest.fixture(params=["faiss", "postgresql"])
def project(request: pytest.FixtureRequest, trained: Project) -> Project:
    settings = trained.settings.model_copy(update={"knowledge": KnowledgeSettings(engine=request.param)})
    return replace(trained, settings=settings)


@pytest.fixture
def url(project: Project, tmp_path: Path) -> Iterator[str]:
    """The server's database."""
    if project.settings.knowledge.engine == "faiss":
        yield project.database_url
        return
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL needs pgserver")
    server = pgserver.get_server(tmp_path / "postgresql", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.mark.model
async def test_an_edited_article_is_searched_without_training(project: Project, url: str) -> None:
    release = open_release(project, release_ids(project)[-1])
    workers = ModelWorkers(1)
    live = live_articles(project, url)
    pointer = SimpleNamespace(current=load_runtime(project, release, workers=workers, live=live))
    watching = asyncio.create_task(watch_articles(project, pointer, interval_s=0.05))
    article = project.articles / "bikes.md"

    async def wait_for(text: str) -> None:
        async with asyncio.timeout(20):
            while True:
                found = (await pointer.current.reader.read("is a bicycle assembled?")).retrieved.passages
                if found and text in found[0].text:
                    return
                await asyncio.sleep(0.02)

    try:
        for text in (
            "Bicycles come assembled, without pedals.",
            "Bicycles come assembled, without a saddle.",
        ):
            article.write_text(EDIT.format(text), encoding="utf-8")
            await wait_for(text)
        article.write_text("---\nid: [\n", encoding="utf-8")
        await asyncio.sleep(0.3)
        await wait_for("saddle")
        article.unlink()
        await wait_for("30 days")
    finally:
        watching.cancel()
        pointer.current.reader.knowledge.close()
        workers.close()


@pytest.mark.model
def test_the_engine_of_postgresql_wants_such_a_database(trained: Project) -> None:
    settings = trained.settings.model_copy(update={"knowledge": KnowledgeSettings(engine="postgresql")})
    with pytest.raises(SettingsError, match="--database postgresql"):
        live_articles(replace(trained, settings=settings), trained.database_url)
