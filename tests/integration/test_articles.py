"""Articles edited under a server that answers from them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from bot.articles import watch_articles
from bot.cli import app
from bot.project import open_project
from bot.release import open_release, release_ids
from bot.runtime import load_runtime
from encoders.workers import ModelWorkers

EDIT = "---\nid: bikes\ntitle: Bicycles\nlanguage: en\n---\n{}\n"


@pytest.mark.model
async def test_an_edited_article_is_searched_without_training(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    for command in (["new", str(folder)], ["train", str(folder), "--recipe", "fast"]):
        result = await asyncio.to_thread(CliRunner().invoke, app, command)
        assert result.exit_code == 0, result.output
    project = open_project(folder)
    release = open_release(project, release_ids(project)[-1])
    workers = ModelWorkers(1)
    pointer = SimpleNamespace(current=load_runtime(project, release, workers=workers, live=True))
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
