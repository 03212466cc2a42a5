"""A conversation without a server: for the terminal and for conversation tests. Nothing is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import time
from uuid import uuid4

from bot.actions.executor import InProcessActions
from bot.dialog.tracker import Tracker
from bot.messages import Message
from bot.project import Project
from bot.release import Release
from bot.respond import Responder, Response
from bot.runtime import Runtime, load_runtime
from bot.web.metrics import Metrics
from encoders.workers import ModelWorkers


class Session:
    """One conversation, kept in memory."""

    def __init__(self, runtime: Runtime, actions: InProcessActions) -> None:
        self.runtime = runtime
        self._responder = Responder(execute=lambda _: actions, metrics=Metrics())
        self.restart()

    def restart(self) -> None:
        """Begin a new conversation."""
        self.id = uuid4().hex
        self.tracker = Tracker.start(self.id, self.runtime.assistant.domain)

    async def say(self, text: str) -> Response:
        """What the assistant does about a text."""
        message = Message(
            id=uuid4().hex,
            account="default",
            conversation_id=self.id,
            channel="rest",
            sender=self.id,
            text=text,
            received_at=datetime.now(UTC),
        )
        response = await self._responder.respond(self.tracker, message, self.runtime)
        self.tracker = response.tracker
        return response


@asynccontextmanager
async def open_session(project: Project, release: Release) -> AsyncIterator[Session]:
    """A session with a release's models and the project's actions."""
    workers = ModelWorkers(1)
    actions = await InProcessActions.load(
        project.folder, clock=time, timeout_s=project.settings.actions.timeout_s
    )
    try:
        yield Session(load_runtime(project, release, workers=workers), actions)
    finally:
        actions.close()
        workers.close()
