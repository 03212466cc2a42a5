"""Where a project's actions run: on the server that `endpoints.yml` names, else in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time

import aiohttp

from bot.actions.executor import InProcessActions
from bot.actions.loop import Execute
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
