"""Who is writing just now: told to the other side over the open sockets, and kept nowhere.

Pages say it again every few seconds while somebody writes; what comes faster is not passed on.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.web.keys import SERVICES, WRITERS
from bot.web.live import CONSOLE, WRITING, conversation_topic


def customer_writes(request: web.Request, conversation_id: str) -> None:
    """Tell the consoles that a customer writes."""
    hub = request.app[SERVICES].hub
    if hub.watched(CONSOLE) and not request.app[WRITERS].take(("customer", conversation_id)):
        hub.publish(CONSOLE, {"type": WRITING, "conversation_id": conversation_id})


async def agent_writes(request: web.Request, conversation_id: Any, name: str) -> None:
    """Tell the customer that somebody writes to them; only whose conversation it is."""
    services = request.app[SERVICES]
    if not isinstance(conversation_id, str) or not services.hub.watched(conversation_topic(conversation_id)):
        return
    if request.app[WRITERS].take(("agent", name)):
        return
    if await services.desk.holder(conversation_id) == name:
        services.hub.publish(conversation_topic(conversation_id), {"type": WRITING, "agent": name})
