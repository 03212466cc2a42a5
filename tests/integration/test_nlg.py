"""A server of the project's own words the responses; without an answer the domain's wording stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.actions.nlg import NlgServer
from bot.dialog.events import BotUttered
from bot.endpoints import Endpoint
from tests.unit.dialog_assistant import Talk, assistant

pytestmark = pytest.mark.integration
DOMAIN = """
intents: [greet, bare]
slots: {name: {type: text, influence_conversation: false, initial_value: Ann}}
responses:
  utter_greet: [{text: hello, id: g1}]
  utter_bare: []
"""
Answer = Callable[[dict[str, Any]], web.StreamResponse]


async def talk(
    aiohttp_server: Any, answer: Answer, *said: str
) -> tuple[list[BotUttered], list[dict[str, Any]]]:
    """What the bot says to each message, and what the server was asked."""
    calls: list[dict[str, Any]] = []

    async def word(request: web.Request) -> web.StreamResponse:
        calls.append(await request.json())
        return answer(calls[-1])

    application = web.Application()
    application.router.add_post("/nlg", word)
    server = await aiohttp_server(application)
    now = Talk(assistant(DOMAIN))
    messages: list[BotUttered] = []
    async with aiohttp.ClientSession() as session:
        nlg = NlgServer(Endpoint(url=str(server.make_url("/nlg"))), session, timeout_s=0.5)
        now.reword = nlg
        for text in said:
            await now.says(text)
            messages += [event for event in now.last.events if isinstance(event, BotUttered)]
    return messages, calls


async def test_the_server_words_a_response(aiohttp_server: Any) -> None:
    def answer(call: dict[str, Any]) -> web.Response:
        name = call["tracker"]["slots"]["name"]
        return web.json_response({"text": f"Dear {name}", "buttons": [{"title": "a", "payload": "/a"}]})

    (said,), (call,) = await talk(aiohttp_server, answer, "/greet")
    assert (said.text, said.data["buttons"]) == ("Dear Ann", [{"title": "a", "payload": "/a"}])
    assert said.metadata["utter_action"] == "utter_greet"
    assert (call["response"], call["id"], call["arguments"]) == ("utter_greet", "g1", {})
    assert call["channel"] == {"name": "rest"}


async def test_a_response_without_wording_is_the_servers(aiohttp_server: Any) -> None:
    (said,), _ = await talk(
        aiohttp_server, lambda call: web.json_response({"text": call["response"]}), "/bare"
    )
    assert said.text == "utter_bare"


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: web.Response(status=500),
        lambda _: web.Response(text="no JSON"),
        lambda _: web.json_response(["text"]),
        lambda _: web.Response(text='{"text": "' + "x" * 300_000 + '"}'),
    ],
)
async def test_without_an_answer_the_domains_wording_stands(aiohttp_server: Any, answer: Answer) -> None:
    said, _ = await talk(aiohttp_server, answer, "/greet", "/bare")
    assert [one.text for one in said] == ["hello"]  # what has no wording at all is not said


async def test_a_response_without_wording_and_server_says_nothing() -> None:
    now = Talk(assistant(DOMAIN))
    assert await now.says("/bare") == ["utter_bare"]
