"""Whether the process lives, whether it can work, and its figures."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.service import Check
from bot.web.shapes import PLAIN, STATUS, array, one_of, record, string

_log = logging.getLogger("kefu.web")

_CHECK_WITHIN_S = 2.0
_READY = record({"status": one_of("ok", "not ready"), "failing": array(string())})


@operation("Whether the process lives.", answers={200: STATUS})
async def live(_request: web.Request) -> web.Response:
    """GET /health/live"""
    return web.json_response({"status": "ok"})


@operation("Whether every part can work; 503 names those that cannot.", answers={200: _READY, 503: _READY})
async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: 503 with the names of what cannot work."""
    checks = request.app[SERVICES].ready
    good = await asyncio.gather(*(_passes(name, check) for name, check in checks.items()))
    failing = [name for name, passed in zip(checks, good, strict=True) if not passed]
    status = {"status": "not ready" if failing else "ok", "failing": failing}
    return web.json_response(status, status=503 if failing else 200)


@operation("Figures for Prometheus.", answers={200: PLAIN})
async def metrics(request: web.Request) -> web.Response:
    """GET /metrics, for Prometheus."""
    services = request.app[SERVICES]
    if services.counts is not None:
        services.metrics.queues(await services.counts())
    return web.Response(
        body=services.metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4"}
    )


async def _passes(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(_CHECK_WITHIN_S):
            return await check()
    except Exception:
        # Whatever is wrong with it, the part is not ready; who asks gets its name, the log the reason.
        _log.warning("the readiness check %r failed", name, exc_info=True, extra={"action": "not_ready"})
        return False
