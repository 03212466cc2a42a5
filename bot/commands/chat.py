"""`kefu chat`: talk to the assistant in the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot.channels.wording import render_citations
from bot.commands.release import pick_release
from bot.messages import Button, Part
from bot.project import Project, open_project
from bot.release import Release
from bot.replies import parts_of
from bot.session import open_session


def chat_command(folder: Path, *, release: str | None, debug: bool) -> None:
    """Read lines until the end of the input; a number presses the button of that number."""
    project = open_project(folder)
    asyncio.run(_chat(project, pick_release(project, release), debug))


async def _chat(project: Project, release: Release, debug: bool) -> None:
    buttons: tuple[Button, ...] = ()
    async with open_session(project, release) as session:
        typer.echo(f"{project.settings.name}, release {release.id}. Ctrl-D ends the chat.")
        while True:
            try:
                line = (await asyncio.to_thread(input, "> ")).strip()
            except EOFError:
                return
            if not line:
                continue
            if line.isdigit() and 0 < int(line) <= len(buttons):
                line = buttons[int(line) - 1].payload
            response = await session.say(line)
            parts = parts_of(response.events)
            for part in parts:
                _show(part)
            buttons = parts[-1].buttons if parts else ()
            if debug and response.decision is not None:
                typer.echo(f"  [{response.decision.policy}: {response.decision.why}]")


def _show(part: Part) -> None:
    typer.echo(render_citations(part) or part.image or str(part.custom or ""))
    for number, button in enumerate(part.buttons, start=1):
        typer.echo(f"  {number}. {button.title}")
