"""`kefu forget`: a customer's conversations out of the database and of what the assistant learned from."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot.forget import Forgotten, forget_conversation, forget_person, said
from bot.project import Project, open_project
from bot.store.locks import ConversationLocks
from bot.store.store import Store


def forget_command(folder: Path, conversation: str, *, database: str | None = None) -> int:
    """Forget and say what went and what is left to do; 1 where there was nothing of it."""
    project = open_project(folder)
    if database is None and not (folder / "kefu.sqlite").exists():
        done = forget_conversation(project, conversation)
    else:
        done = asyncio.run(_with_database(project, conversation, database))
    if not done.anything:
        typer.echo(f"There is nothing of the conversation {conversation!r} in {folder}.", err=True)
        return 1
    for line in said(project, done):
        typer.echo(line)
    return 0


async def _with_database(project: Project, conversation: str, database: str | None) -> Forgotten:
    store = await Store.open(database or project.database_url, exclusive=False)
    try:
        return await forget_person(project, store, conversation, locks=ConversationLocks(store.shared))
    finally:
        await store.close()
