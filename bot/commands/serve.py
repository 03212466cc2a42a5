"""`kefu serve`."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
import sys
from pathlib import Path

import typer
from aiohttp import web

from bot.app import Options, composed
from bot.channels.accounts import is_loopback
from bot.commands.workers import listening_socket, run_workers
from bot.credentials import load_credentials, refuse_literal_secrets
from bot.errors import SettingsError
from bot.project import Project, open_project
from bot.settings import Secrets
from bot.store.engine import database_url, sqlite_file
from bot.visitor_key import kept_key
from bot.web.rasa_access import Access
from bot.web.runner import runner_of
from bot.web.visitors import Visitors

SWITCH_S = 0.0005


def log_to_stderr(*, debug: bool) -> None:
    """What went wrong and what an operator should know; with `debug` every request too."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if debug:
        logging.getLogger("kefu").setLevel(logging.DEBUG)
    for noisy in ("aiohttp.access", "rasa_sdk", "jieba", "faiss"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It says only what strangers send that is no HTTP, with their words and headers; handlers' errors are ours.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def serve_command(
    folder: Path,
    *,
    host: str,
    port: int,
    database: str | None,
    enable_api: bool = False,
    workers: int = 1,
) -> None:
    """Serve until interrupted; the turns in hand are finished first.

    Raises:
        KefuError: for anything that cannot be used, before a port is opened.
    """
    options = _options(open_project(folder), host, database, enable_api=enable_api)
    if workers > 1:
        _refuse_workers(options)
    with listening_socket(host, port) as listening:
        if workers == 1:
            _run(options, host, listening)
        else:
            run_workers(workers, lambda place: _run(options, host, listening, quiet=place > 0))


def _refuse_workers(options: Options) -> None:
    """Several processes share only what a database server holds for them.

    Raises:
        SettingsError: saying what stands in the way.
    """
    if sqlite_file(database_url(options.database_url)) is not None:
        raise SettingsError(
            "An SQLite database serves one process. For several workers give a PostgreSQL with --database "
            "postgresql://user@host/name, or leave --workers out."
        )
    if "socketio" in options.credentials.channels:
        raise SettingsError(
            "Socket.IO's sessions live in one process: take socketio out of credentials.yml, or leave --workers out."
        )


def _run(options: Options, host: str, listening: socket.socket, *, quiet: bool = False) -> None:
    # A thread that comes back from the model would wait 5 ms for the event loop's thread, and the loop for it.
    sys.setswitchinterval(SWITCH_S)
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(_serve(options, host, listening, quiet=quiet))


def _options(project: Project, host: str, database: str | None, *, enable_api: bool) -> Options:
    """Everything checked that can be checked before anything is opened."""
    credentials = load_credentials(project.folder)
    refuse_literal_secrets(credentials, host)
    token = Secrets().console_token
    if token is None and not is_loopback(host):
        raise SettingsError(
            f"{host} can be reached from outside, so the console needs a token: set KEFU_CONSOLE_TOKEN."
        )
    return Options(
        project=project,
        database_url=database or project.database_url,
        credentials=credentials,
        console_token=token.get_secret_value() if token else secrets.token_urlsafe(24),
        visitors=_visitors(project),
        access=_access(host) if enable_api or project.settings.server.rasa_api else None,
        events_secret=_events_secret(project),
    )


def _visitors(project: Project) -> Visitors:
    """Who signs visitors' tokens: a key from the environment, or one that the project's folder keeps.

    Raises:
        InputError: for a kept key that cannot be used.
    """
    given = Secrets()
    return Visitors(
        key=given.visitor_secret.get_secret_value() if given.visitor_secret else kept_key(project.work),
        customers=given.customer_secret.get_secret_value() if given.customer_secret else "",
    )


def _events_secret(project: Project) -> str:
    """What signs the events that go to a webhook.

    Raises:
        SettingsError: when they go to one and nothing is set: strangers could invent events.
    """
    given = Secrets().events_secret
    if project.settings.events.webhook is not None and given is None:
        raise SettingsError(
            "Events go to a webhook (`events` in kefu.yml), so they need a signature: set KEFU_EVENTS_SECRET "
            "to whsec_ and 24 to 64 random bytes in base64."
        )
    return given.get_secret_value() if given else ""


def _access(host: str) -> Access:
    """Who may use Rasa's HTTP API; on loopback a token is made up where none is set.

    Raises:
        SettingsError: when the host can be reached from outside and nothing is set.
    """
    given = Secrets()
    token = given.api_token.get_secret_value() if given.api_token else ""
    key = given.api_jwt_secret.get_secret_value() if given.api_jwt_secret else ""
    if not token and not key:
        if not is_loopback(host):
            raise SettingsError(
                f"{host} can be reached from outside, so Rasa's HTTP API needs a secret: set KEFU_API_TOKEN, "
                "or KEFU_API_JWT_SECRET and KEFU_API_JWT_METHOD."
            )
        token = secrets.token_urlsafe(24)
    return Access(token=token, jwt_key=key, jwt_method=given.api_jwt_method)


async def _serve(options: Options, host: str, listening: socket.socket, *, quiet: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with composed(options) as application:
        runner = runner_of(application)
        await runner.setup()
        try:
            await web.SockSite(runner, listening, backlog=1024).start()
            if not quiet:
                _say_where(runner, host, options)
            await stopping.wait()
            if not quiet:
                typer.echo("Stopping: finishing what is in hand …", err=True)
        finally:
            await runner.cleanup()


def _say_where(runner: web.AppRunner, host: str, options: Options) -> None:
    """The addresses, with the console's token in the fragment where it was made up just now."""
    port = runner.addresses[0][1]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    typer.echo(f"Chat:    http://{shown}:{port}/")
    if Secrets().console_token is None:
        typer.echo(f"Console: http://{shown}:{port}/console#token={options.console_token}")
    else:
        typer.echo(f"Console: http://{shown}:{port}/console")
    _say_where_api(options, f"http://{shown}:{port}")
    credentials = options.credentials
    for name in credentials.channels:
        path = "(Socket.IO)" if name == "socketio" else f"/webhooks/{name}/webhook"
        typer.echo(f"Channel: {name:<9} {path}")
    if credentials.not_served:
        named = ", ".join(credentials.not_served)
        typer.echo(f"Not served, because kefu has no such channel: {named}", err=True)


def _say_where_api(options: Options, server: str) -> None:
    """The address of Rasa's HTTP API, with the token where it was made up just now."""
    given = Secrets()
    if options.access is not None:
        made_up = not given.api_token and not given.api_jwt_secret
        query = f"?token={options.access.token}" if made_up else ""
        typer.echo(f"Rasa's HTTP API: {server}/status{query}")
