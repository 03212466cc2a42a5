"""A conversation without a server: for the terminal and for conversation tests. Nothing is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

from bot.actions.loop import ActionFailed
from bot.actions.opened import opened_actions, opened_wording
from bot.dialog.calls import ActionResult
from bot.dialog.tracker import Tracker
from bot.generation import opened_generation
from bot.messages import Message
from bot.project import Project
from bot.release import Release
from bot.respond import Heard, Responder, Response
from bot.runtime import Runtime, load_runtime
from bot.web.metrics import Metrics
from encoders.workers import ModelWorkers


class Session:
    """One conversation, kept in memory."""

    def __init__(self, runtime: Runtime, responder: Responder) -> None:
        self.runtime = runtime
        self._responder = responder
        self.restart()

    def restart(self) -> None:
        """Begin a new conversation."""
        self.id = uuid4().hex
        self.tracker = Tracker.start(self.id, self.runtime.assistant.domain)

    async def say(self, text: str) -> Response:
        """What the assistant does about a text."""
        response = await self._responder.respond(self.tracker, self._message(text), self.runtime)
        self.tracker = response.tracker
        return response

    async def hear(self, text: str, tracker: Tracker) -> Heard:
        """What the assistant would take a text to mean at this point of a conversation."""
        return await self._responder.hear(tracker, self._message(text), self.runtime)

    def _message(self, text: str) -> Message:
        return Message(
            id=uuid4().hex,
            account="default",
            conversation_id=self.id,
            channel="rest",
            sender=self.id,
            text=text,
            received_at=datetime.now(UTC),
        )


@asynccontextmanager
async def open_session(
    project: Project, release: Release, *, with_actions: bool = True
) -> AsyncIterator[Session]:
    """A session with a release's models and the project's actions.

    Args:
        with_actions: False leaves the project's code alone, for tests that run no actions.
    """
    async with AsyncExitStack() as stack:
        workers = ModelWorkers(1)
        stack.callback(workers.close)
        runtime = load_runtime(project, release, workers=workers)
        metrics = Metrics()
        if not with_actions:
            yield Session(runtime, Responder(execute=lambda _: _no_actions, metrics=metrics))
            return
        execute = await stack.enter_async_context(opened_actions(project))
        responder = Responder(
            execute=lambda _: execute,
            metrics=metrics,
            reword=await stack.enter_async_context(opened_wording(project)),
            generate=await stack.enter_async_context(
                opened_generation(project.settings.knowledge.generate, metrics.generated)
            ),
        )
        yield Session(runtime, responder)


async def _no_actions(name: str, tracker: Tracker, *, key: str) -> ActionResult:
    raise ActionFailed(name, "no actions run here")
