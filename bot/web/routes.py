"""The application: every route in one place."""

from __future__ import annotations

from weakref import WeakSet

from aiohttp import web

from bot.channels.socket_io import SocketIo
from bot.web import (
    accounts_api,
    analytics_api,
    archive_api,
    articles_api,
    assist_api,
    chat_api,
    console_api,
    console_live,
    deliveries_api,
    health,
    intents_api,
    knowledge_api,
    media_api,
    openapi,
    outreach_api,
    pages,
    rasa_api,
    releases_api,
    review_api,
    session_api,
    socket_io,
    uploads_api,
    visitors_api,
    webhooks,
)
from bot.web.keys import ATTEMPTS, FAILURES, NEWCOMERS, SENDERS, SERVICES, SOCKETS, UPLOADERS, WRITERS
from bot.web.limits import RateLimiter
from bot.web.middleware import add_headers, cross_origin, observed
from bot.web.service import Services
from bot.web.sockets import close_sockets


def build_app(services: Services) -> web.Application:
    """Everything that is served."""
    app = web.Application(
        middlewares=[observed, cross_origin], client_max_size=services.server.max_body_bytes
    )
    app[SERVICES] = services
    app[SENDERS] = RateLimiter(services.server.rate_per_minute)
    app[NEWCOMERS] = RateLimiter(services.server.newcomers_per_minute)
    app[UPLOADERS] = RateLimiter(20)
    app[FAILURES] = RateLimiter(10)
    app[ATTEMPTS] = RateLimiter(2, burst=10)
    app[WRITERS] = RateLimiter(60, burst=3)
    app[SOCKETS] = WeakSet()
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_say_goodbye)
    app.router.add_get("/", pages.front)
    app.router.add_get("/console", pages.console)
    app.router.add_static("/static", pages.STATIC)
    app.router.add_get("/health/live", health.live)
    app.router.add_get("/health/ready", health.ready)
    app.router.add_get("/metrics", health.metrics)
    app.router.add_get("/api/openapi.json", openapi.serve)
    app.router.add_get("/api/docs", pages.reference)
    app.router.add_get("/webhooks/{channel}/", webhooks.status)
    app.router.add_post("/webhooks/rest/webhook", webhooks.rest_message)
    app.router.add_get("/webhooks/{channel}/webhook", webhooks.handshake)
    app.router.add_post("/webhooks/{channel}/webhook", webhooks.platform_message)
    app.router.add_get("/api/console/session", session_api.show)
    app.router.add_post("/api/console/session", session_api.sign_in)
    app.router.add_delete("/api/console/session", session_api.sign_out)
    _add_chat(app.router)
    _add_desk(app.router)
    app.router.add_post("/api/conversations/{id}/messages", outreach_api.send)
    app.router.add_put("/api/knowledge/documents/{id}", knowledge_api.put)
    app.router.add_delete("/api/knowledge/documents/{id}", knowledge_api.delete)
    app.router.add_post("/api/knowledge/search", knowledge_api.search)
    app.router.add_put("/api/knowledge/files/{name}", articles_api.put_file)
    app.router.add_post("/api/knowledge/pages", articles_api.put_pages)
    app.router.add_post("/api/intents/explain", intents_api.explain)
    _add_review(app.router)
    releases_api.attach(app)
    analytics_api.attach(app)
    if services.rasa is not None:
        rasa_api.attach(app, services.rasa)
    for channel in services.channels.values():
        if isinstance(channel, SocketIo):
            socket_io.attach(app, channel)
    return app


def _add_desk(router: web.UrlDispatcher) -> None:
    router.add_get("/api/console/conversations", console_api.conversations)
    router.add_get("/api/console/conversations/{id}", console_api.conversation)
    router.add_post(
        "/api/console/conversations/{id}/{deed:claim|reply|note|dismiss|transfer|hand_back|close}",
        console_api.act,
    )
    router.add_get("/api/console/conversations/{id}/others", console_api.others)
    router.add_get("/api/console/conversations/{id}/suggestions", assist_api.suggestions)
    router.add_get("/api/console/conversations/{id}/canned", assist_api.canned)
    router.add_get("/api/console/people", assist_api.colleagues)
    router.add_get("/api/console/accounts", accounts_api.listed)
    router.add_post("/api/console/accounts", accounts_api.add)
    router.add_patch(r"/api/console/accounts/{id:\d{1,12}}", accounts_api.change)
    router.add_post(r"/api/console/accounts/{id:\d{1,12}}/password", accounts_api.password)
    router.add_get("/api/console/unanswered", console_api.unanswered)
    router.add_post(r"/api/console/unanswered/{id:\d{1,12}}/done", console_api.resolve)
    router.add_get(r"/api/console/conversations/{id}/media/{seq:\d{1,9}}/{n:\d{1,2}}", media_api.fetch)
    router.add_get("/api/console/deliveries", deliveries_api.listed)
    router.add_post(r"/api/console/deliveries/{id:\d{1,12}}/{deed:replay|drop}", deliveries_api.act)
    router.add_get("/api/console/live", console_live.live)


def _add_review(router: web.UrlDispatcher) -> None:
    router.add_get("/api/console/review/queue", review_api.queue)
    router.add_get("/api/console/review/items", review_api.items)
    router.add_put(r"/api/console/review/items/{id:\d{1,9}}", review_api.reword)
    router.add_post("/api/console/review/claims", review_api.claim)
    router.add_post("/api/console/review/decisions", review_api.decide)
    router.add_get("/api/console/review/intents", review_api.intents)
    router.add_put("/api/console/review/answers/{intent}", review_api.answer)
    router.add_get("/api/console/review/articles", review_api.articles)
    router.add_put("/api/console/review/articles/{id}", review_api.write_article)
    router.add_get("/api/console/review/history", review_api.history)
    router.add_post(r"/api/console/review/history/{id:\d{1,9}}/undo", review_api.undo)
    router.add_get("/api/console/archive", archive_api.find)
    router.add_get("/api/console/archive/values", archive_api.values)
    router.add_get("/api/console/archive/{id}", archive_api.show)
    router.add_post("/api/console/archive/{id}/labels", archive_api.correct)
    router.add_post("/api/console/archive/{id}/erase", archive_api.erase)


def _add_chat(router: web.UrlDispatcher) -> None:
    router.add_get("/widget", pages.widget)
    router.add_get("/widget.js", pages.widget_script)
    router.add_post("/api/chat/messages", chat_api.post_message)
    router.add_post("/api/chat/visitor", visitors_api.meet)
    router.add_get("/api/chat/lines", chat_api.lines)
    router.add_post("/api/chat/rating", chat_api.rate)
    router.add_post("/api/chat/attachments", uploads_api.put)
    router.add_get("/api/chat/attachments/{id}", uploads_api.get)
    router.add_get("/api/chat/live", chat_api.live)


async def _say_goodbye(app: web.Application) -> None:
    """Before what is in hand is waited for: pages that wait for news must not hold the server up."""
    app[SERVICES].hub.resync()
    await close_sockets(app)
