"""`kefu test`: conversation tests against the trained assistant."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot.commands.release import pick_release
from bot.conversation_tests import Conversation, Difference, read_conversations, run_conversation
from bot.project import Project, open_project
from bot.release import Release
from bot.session import open_session
from encoders.errors import InputError


def test_command(folder: Path, *, release: str | None) -> int:
    """Run every test and say what differed; 1 when anything did.

    Raises:
        InputError: when there are no tests.
    """
    project = open_project(folder)
    conversations = list(read_conversations(folder / "tests"))
    if not conversations:
        raise InputError(folder / "tests", "holds no conversation tests.")
    failed = asyncio.run(_run(project, pick_release(project, release), conversations))
    for conversation, difference in failed:
        typer.echo(
            f"FAILED {conversation.where}: {conversation.name}: step {difference.step}: "
            f"wanted {difference.wanted}, got {difference.got}"
        )
    typer.echo(f"{len(conversations) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


async def _run(
    project: Project, release: Release, conversations: list[Conversation]
) -> list[tuple[Conversation, Difference]]:
    async with open_session(project, release) as session:
        played = [(one, await run_conversation(one, session)) for one in conversations]
    return [(one, difference) for one, difference in played if difference is not None]
