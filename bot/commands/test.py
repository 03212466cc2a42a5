"""`kefu test`: conversation tests against the trained assistant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import typer

from bot.commands.release import pick_release
from bot.conversations.coverage import Covered, coverage
from bot.conversations.live import play_live
from bot.conversations.reading import LiveTest, StoryTest, Test, read_tests
from bot.conversations.recorded import play_recorded
from bot.conversations.report import difference_lines, write_report
from bot.conversations.results import Played
from bot.conversations.story import play_story
from bot.dialog.assistant import Assistant
from bot.moving import count_conversations, read_conversations, read_event, source_url
from bot.project import Project, load_assistant, load_domain, load_rules, open_project
from bot.release import Release
from bot.session import Session, open_session
from encoders.errors import InputError
from encoders.progress import progress


def test_command(folder: Path, *, release: str | None, report: Path | None) -> int:
    """Run every test, say what differed and write the report; 1 when anything differed.

    Raises:
        InputError: when there are no tests, or one cannot be read.
    """
    project = open_project(folder)
    tests = read_tests(folder / "tests")
    if not tests:
        raise InputError(
            folder / "tests", "holds no conversation tests.", remedy="Write one as tests/test_stories.yml."
        )
    chosen = pick_release(project, release)
    played = asyncio.run(_play(project, chosen, tests))
    covered = _coverage(project, played)
    out = report or folder / "reports" / "tests"
    write_report(played, covered, out)
    return _say(played, covered, out)


def recorded_command(folder: Path, source: str, *, report: Path | None) -> int:
    """Hold the conversations of a Rasa tracker store against the project; 1 when one would go otherwise.

    Raises:
        KefuError: when the project or the tracker store cannot be read.
    """
    project = open_project(folder)
    played = asyncio.run(_recorded(load_assistant(project), source_url(source), source))
    covered = _coverage(project, played)
    out = report or folder / "reports" / "recorded"
    write_report(played, covered, out)
    return _say(played, covered, out)


async def _recorded(assistant: Assistant, url: str, source: str) -> list[Played]:
    played: list[Played] = []
    total = await count_conversations(url)
    async with aclosing(read_conversations(url)) as conversations:
        with progress("Conversations", total) as step:
            async for sender, rows in conversations:
                events = [event for row in rows if (event := read_event(row)) is not None]
                played.append(play_recorded(sender, events, assistant, source=source))
                step(note=sender[:40])
    return played


async def _play(project: Project, release: Release, tests: Sequence[Test]) -> list[Played]:
    """Story tests run no actions, so without live tests the project's code is not even loaded."""
    live = any(isinstance(test, LiveTest) for test in tests)
    played: list[Played] = []
    async with open_session(project, release, with_actions=live) as session:
        with progress("Conversations", len(tests)) as step:
            for test in tests:
                played.append(await _played(test, session))
                step(note=test.name[:40])
    return played


async def _played(test: Test, session: Session) -> Played:
    if isinstance(test, StoryTest):
        return await play_story(test, session)
    return await play_live(test, session)


def _coverage(project: Project, played: Sequence[Played]) -> list[Covered]:
    rules, stories = load_rules(project)
    responses = load_domain(project).responses
    return coverage(played, rules=rules, stories=stories, responses=responses)


def _say(played: Sequence[Played], covered: Sequence[Covered], out: Path) -> int:
    failed = [one for one in played if not one.passed]
    for one in failed:
        typer.echo(f"FAILED {one.place}: {one.name}")
        for line in difference_lines(one):
            typer.echo(line)
    reached = ", ".join(
        f"{len(part.known) - len(part.missed)} of {len(part.known)} {part.kind}" for part in covered
    )
    typer.echo(f"Reached: {reached}. The whole report is in {out}")
    typer.echo(f"{len(played) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0
