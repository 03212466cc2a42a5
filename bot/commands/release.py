"""`kefu release`: which releases there are, and which one answers whom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from bot.errors import SettingsError
from bot.project import Project, open_project
from bot.release import Release, choose_release, open_release, release_ids
from bot.store.store import Store
from bot.store.traffic import Traffic

BY = "kefu release"
"""Who changed it, where a command did."""
_SOON = "running servers take it up within seconds."
R = TypeVar("R")


def list_command(folder: Path, *, database: str | None) -> str:
    """One line a release, oldest first, with what it does beside serving."""
    project = open_project(folder)
    traffic = asyncio.run(traffic_of(project, database))
    lines = [_line(one, traffic) for one in release_ids(project)]
    return "\n".join(lines) or f"No release yet: kefu train {folder}"


def promote_command(folder: Path, release_id: str, *, database: str | None) -> str:
    """Make a release the one that serves.

    Raises:
        ArtifactError: when it is missing or damaged; the old one stays.
    """
    project = open_project(folder)
    release = open_release(project, release_id)
    asyncio.run(promote(project, release.id, database))
    return f"{release.id} is promoted; {_SOON}"


def rollback_command(folder: Path, *, database: str | None) -> str:
    """Serve again what served before the promoted release.

    Raises:
        SettingsError: when it is not known what that was.
        ArtifactError: when it is missing or damaged; the new one stays.
    """
    project = open_project(folder)

    async def roll_back(store: Store) -> str:
        release = open_release(project, await served_before(store))
        await store.traffic.change("rollback", release.id, by=BY)
        return release.id

    return f"{asyncio.run(_with_store(project, database, roll_back))} serves again; {_SOON}"


def shadow_command(folder: Path, release_id: str | None, *, database: str | None) -> str:
    """Let a release decide about live messages without a word to anybody; None ends it.

    Raises:
        ArtifactError: when it is missing or damaged.
    """
    project = open_project(folder)
    release = open_release(project, release_id).id if release_id else ""
    asyncio.run(_with_store(project, database, lambda store: store.traffic.change("shadow", release, by=BY)))
    return f"{release} looks on; {_SOON}" if release else f"No release looks on any more; {_SOON}"


def split_command(folder: Path, release_id: str | None, percent: float, *, database: str | None) -> str:
    """Let a release answer a part of the conversations; None ends it.

    Raises:
        ArtifactError: when it is missing or damaged.
    """
    project = open_project(folder)
    release = open_release(project, release_id).id if release_id else ""
    share = percent if release else 0.0
    asyncio.run(
        _with_store(
            project, database, lambda store: store.traffic.change("split", release, percent=share, by=BY)
        )
    )
    return (
        f"{release} answers {share:g} % of the conversations; {_SOON}"
        if release
        else f"One release answers all conversations; {_SOON}"
    )


def pick_release(project: Project, release_id: str | None) -> Release:
    """The release asked for, else the promoted one, else the newest, checked.

    Raises:
        ArtifactError: when there is none or it is damaged.
    """
    if release_id is None:
        release_id = choose_release(project, asyncio.run(traffic_of(project)).active or None)
    return open_release(project, release_id)


async def traffic_of(project: Project, database: str | None = None) -> Traffic:
    """What serves, by the project's own database where none is named; nothing where there is no database yet."""
    if database is None and not (project.folder / "kefu.sqlite").exists():
        return Traffic()
    return await _with_store(project, database, lambda store: store.traffic.read())


async def promote(project: Project, release_id: str, database: str | None = None) -> None:
    """Point a database, the project's own where none is named, at a release."""
    await _with_store(project, database, lambda store: store.traffic.change("promote", release_id, by=BY))


async def served_before(store: Store) -> str:
    """What served before the release that serves now.

    Raises:
        SettingsError: when that is not known.
    """
    active = await store.active_release()
    before = await store.traffic.before(active) if active else ""
    if not before:
        raise SettingsError(
            f"Nothing served before {active or 'this'} that is known of. Promote another release by its id."
        )
    return before


async def _with_store(project: Project, database: str | None, work: Callable[[Store], Awaitable[R]]) -> R:
    store = await Store.open(database or project.database_url, exclusive=False)
    try:
        return await work(store)
    finally:
        await store.close()


def _line(release: str, traffic: Traffic) -> str:
    marks = ["looks on"] if release == traffic.shadow else []
    if traffic.split is not None and traffic.split.release == release:
        marks.append(f"answers {traffic.split.percent:g} % of the conversations")
    return f"{'*' if release == traffic.active else ' '} {release}{'  (' + ', '.join(marks) + ')' if marks else ''}"
