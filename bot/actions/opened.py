"""Where a project's actions run and its responses are worded: on the servers that `endpoints.yml` names, else here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time

import aiohttp

from bot.actions.executor import InProcessActions
from bot.actions.loading import find_actions
from bot.actions.loop import ActionFailed, Execute, Reword
from bot.actions.nlg import NlgServer
from bot.actions.server import ActionServer
from bot.dialog.calls import ActionResult
from bot.dialog.tracker import Tracker
from bot.endpoints import load_endpoints
from bot.project import Project


@asynccontextmanager
async def opened_actions(project: Project) -> AsyncIterator[Execute]:
    """What runs the project's actions, closed afterwards. `actions: {run: …}` in kefu.yml overrides.

    Raises:
        InputError: the project's code cannot be imported, or `endpoints.yml` cannot be read.
    """
    settings = project.settings.actions
    server = load_endpoints(project.folder).actions
    if server is not None and settings.run != "here":
        async with aiohttp.ClientSession() as session:
            yield ActionServer(server, session, timeout_s=settings.timeout_s)
        return
    if find_actions(project.folder) is None:
        yield _none_registered
        return
    actions = await InProcessActions.load(project.folder, clock=time, timeout_s=settings.timeout_s)
    try:
        yield actions
    finally:
        actions.close()


@asynccontextmanager
async def opened_wording(project: Project) -> AsyncIterator[Reword | None]:
    """The server that words responses, where `endpoints.yml` names one.

    Raises:
        InputError: when `endpoints.yml` cannot be read.
    """
    server = load_endpoints(project.folder).nlg
    if server is None:
        yield None
        return
    async with aiohttp.ClientSession() as session:
        yield NlgServer(server, session)


async def _none_registered(name: str, tracker: Tracker, *, key: str) -> ActionResult:
    """Of a project without code of its own: the SDK and a thread for it are not even loaded."""
    raise ActionFailed(name, "no action of that name is registered")
