"""Where a project's actions run and its responses are worded: on the servers that `endpoints.yml` names, else here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time

import aiohttp

from bot.actions.executor import InProcessActions
from bot.actions.loop import Execute, Reword
from bot.actions.nlg import NlgServer
from bot.actions.server import ActionServer
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
