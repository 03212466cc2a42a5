"""Whether the process lives, whether it can work, and its figures."""

from __future__ import annotations

from aiohttp import web

from bot.web.keys import SERVICES


async def live(_request: web.Request) -> web.Response:
    """GET /health/live"""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: 503 with the names of what cannot work."""
    failing = []
    for name, check in request.app[SERVICES].ready.items():
        try:
            good = await check()
        except Exception:
            # Whatever is wrong with it, the part is not ready; its own log says why.
            good = False
        if not good:
            failing.append(name)
    status = {"status": "not ready" if failing else "ok", "failing": failing}
    return web.json_response(status, status=503 if failing else 200)


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics, for Prometheus."""
    services = request.app[SERVICES]
    if services.counts is not None:
        services.metrics.queues(await services.counts())
    return web.Response(
        body=services.metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4"}
    )
