"""`kefu release`: which releases there are, and which one serves."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.project import Project, open_project
from bot.release import Release, choose_release, open_release, release_ids
from bot.store.store import Store


def list_command(folder: Path, *, database: str | None) -> str:
    """One line a release, oldest first, the promoted one marked."""
    project = open_project(folder)
    active = asyncio.run(active_release(project, database))
    lines = [f"{'*' if one == active else ' '} {one}" for one in release_ids(project)]
    return "\n".join(lines) or f"No release yet: kefu train {folder}"


def promote_command(folder: Path, release_id: str, *, database: str | None) -> str:
    """Make a release the one that serves.

    Raises:
        ArtifactError: when it is missing or damaged; the old one stays.
    """
    project = open_project(folder)
    release = open_release(project, release_id)
    asyncio.run(promote(project, release.id, database))
    return f"{release.id} is promoted; running servers take it up within seconds."


def pick_release(project: Project, release_id: str | None) -> Release:
    """The release asked for, else the promoted one, else the newest, checked.

    Raises:
        ArtifactError: when there is none or it is damaged.
    """
    return open_release(project, release_id or choose_release(project, asyncio.run(active_release(project))))


async def active_release(project: Project, database: str | None = None) -> str | None:
    """The promoted release, by the project's own database where none is named; None where none is promoted."""
    if database is None and not (project.folder / "kefu.sqlite").exists():
        return None
    store = await Store.open(database or project.database_url, exclusive=False)
    try:
        return await store.active_release() or None
    finally:
        await store.close()


async def promote(project: Project, release_id: str, database: str | None = None) -> None:
    """Point a database, the project's own where none is named, at a release."""
    store = await Store.open(database or project.database_url, exclusive=False)
    try:
        await store.set_active_release(release_id)
    finally:
        await store.close()
