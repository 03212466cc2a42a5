"""`kefu chat`: talk to the assistant in the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from bot.channels.wording import render_citations
from bot.commands.release import pick_release
from bot.dialog.events import ActionExecuted, Event, SlotSet, UserUttered
from bot.dialog.state import ACTION_LISTEN
from bot.dialog.writing import conversation_steps
from bot.messages import Button, Part
from bot.project import Project, open_project
from bot.release import Release
from bot.replies import parts_of
from bot.respond import Response
from bot.session import open_session


def chat_command(folder: Path, *, release: str | None, debug: bool, save: Path | None) -> None:
    """Read lines until the end of the input; a number presses the button of that number.

    With `save` the conversation is written there as a story test.
    """
    project = open_project(folder)
    events = asyncio.run(_chat(project, pick_release(project, release), debug))
    if save is not None:
        _save(events, save)
        typer.echo(f"The conversation is a story test now: {save}")


def _save(events: Sequence[Event], path: Path) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 2**16
    path.parent.mkdir(parents=True, exist_ok=True)
    story = {"story": path.stem.replace("_", " "), "steps": list(conversation_steps(events))}
    with path.open("w", encoding="utf-8") as file:
        yaml.dump({"version": "3.1", "stories": [story]}, file)


async def _chat(project: Project, release: Release, debug: bool) -> Sequence[Event]:
    """Until the input ends; what happened."""
    buttons: tuple[Button, ...] = ()
    async with open_session(project, release) as session:
        typer.echo(f"{project.settings.name}, release {release.id}. Ctrl-D ends the chat.")
        while True:
            try:
                line = (await asyncio.to_thread(input, "> ")).strip()
            except EOFError:
                return session.tracker.events
            if not line:
                continue
            if line.isdigit() and 0 < int(line) <= len(buttons):
                line = buttons[int(line) - 1].payload
            response = await session.say(line)
            parts = parts_of(response.events)
            for part in parts:
                _show(part)
            buttons = parts[-1].buttons if parts else ()
            for said in debug_lines(response) if debug else ():
                typer.echo(f"  [{said}]")


def debug_lines(response: Response) -> Iterator[str]:
    """What was understood, what was decided, and for each action who chose it, from what, and what came second."""
    for event in response.events:
        if isinstance(event, UserUttered):
            yield _understood(event)
            if response.decision is not None:
                yield f"{response.decision.policy}: {response.decision.why}"
        elif isinstance(event, SlotSet):
            yield f"slot {event.name} = {event.value!r}"
        elif isinstance(event, ActionExecuted) and event.name != ACTION_LISTEN:
            yield _acted(event)
    loop = response.tracker.active_loop
    if loop is not None:
        yield f"form {loop.name} asks for {response.tracker.requested_slot}"


def _understood(event: UserUttered) -> str:
    data = event.parse_data
    intent = data.get("intent") or {}
    entities = ", ".join(_entity(one) for one in data.get("entities") or ())
    said = f"understood {intent.get('full_retrieval_intent_name') or intent.get('name')}"
    if isinstance(intent.get("confidence"), float):
        said += f" p={intent['confidence']:.2f}"
    if isinstance(data.get("in_scope"), float):
        said += f", in scope {data['in_scope']:.2f}"
    return said + (f"; {entities}" if entities else "")


def _entity(found: dict[str, object]) -> str:
    marks = "".join(f"/{found[key]}" for key in ("role", "group") if found.get(key))
    return f"{found.get('entity')}{marks} = {found.get('value')!r}"


def _acted(event: ActionExecuted) -> str:
    why = event.metadata.get("why", "")
    second = event.metadata.get("runner_up")
    said = f"{event.name or repr(event.action_text)} by {event.policy}: {why}"
    return said + (f"; then {second}" if second else "")


def _show(part: Part) -> None:
    typer.echo(render_citations(part) or part.image or str(part.custom or ""))
    for number, button in enumerate(part.buttons, start=1):
        typer.echo(f"  {number}. {button.title}")
