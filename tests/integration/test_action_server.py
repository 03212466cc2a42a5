"""Actions over HTTP: on rasa-sdk's own server in its own process, and on servers that misbehave."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.actions.breaker import Breaker, wait_before
from bot.actions.loop import ActionFailed
from bot.actions.server import HEADER, ActionServer
from bot.dialog.events import ReminderScheduled, SlotSet, UserUttered
from bot.dialog.tracker import Tracker
from bot.endpoints import Endpoint
from tests.integration.action_process import running_actions
from tests.unit.dialog_assistant import Talk, assistant
from tests.unit.test_dialog_forms import DOMAIN, RULES

pytestmark = pytest.mark.integration

ACTIONS = """
import datetime
from rasa_sdk import Action, ActionExecutionRejection, FormValidationAction
from rasa_sdk.events import ReminderScheduled, SlotSet

class Look(Action):
    def name(self): return "action_look"
    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=f"{tracker.sender_id} has {len(domain['forms'])} forms")
        dispatcher.utter_message(response="utter_greet", name="Ann")
        soon = datetime.datetime(2030, 1, 1)
        return [SlotSet("city", "Delft"), ReminderScheduled("remind", soon, name="r")]

class Declines(Action):
    def name(self): return "action_declines"
    def run(self, dispatcher, tracker, domain): raise ActionExecutionRejection(self.name())

class Breaks(Action):
    def name(self): return "action_breaks"
    def run(self, dispatcher, tracker, domain): raise RuntimeError("the customer's secret")

class Key(Action):
    def name(self): return "action_key"
    def run(self, dispatcher, tracker, domain):
        return [SlotSet("city", tracker.latest_message["metadata"]["idempotency_key"])]
"""


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """rasa-sdk's server as `python -m rasa_sdk` starts it."""
    folder = tmp_path_factory.mktemp("sdk")
    (folder / "actions.py").write_text(ACTIONS, encoding="utf-8")
    with running_actions(folder) as url:
        yield url


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def tracker() -> Tracker:
    domain = assistant(DOMAIN).domain
    said = UserUttered(text="hi", parse_data={"intent": {"name": "book"}}, message_id="m1")
    return Tracker.start("c1", domain).update(said)


def server(url: str, http: aiohttp.ClientSession, *, timeout_s: float = 10.0, **options: Any) -> ActionServer:
    return ActionServer(Endpoint(url=url, **options), http, clock=lambda: 7.0, timeout_s=timeout_s)


@pytest.mark.parametrize("options", [{}, {"compress": True}, {"enable_selective_domain": True}])
async def test_an_action_speaks_gives_events_and_sees_the_domain(
    sdk: str, http: aiohttp.ClientSession, tracker: Tracker, options: dict[str, bool]
) -> None:
    actions = server(sdk, http, **options)
    for _ in range(2):  # with a selective domain the server asks for it once (449)
        result = await actions("action_look", tracker, key="m1:1")
        assert result.responses[0]["text"] == f"c1 has {len(tracker.domain.forms)} forms"
        assert (result.responses[1]["response"], result.responses[1]["name"]) == ("utter_greet", "Ann")
        assert isinstance(result.events[0], SlotSet)
        assert result.events[0].value == "Delft"
        assert isinstance(result.events[1], ReminderScheduled)
        assert result.events[1].date_time.startswith("2030-01-01T00:00:00")


async def test_the_key_reaches_the_action(sdk: str, http: aiohttp.ClientSession, tracker: Tracker) -> None:
    (event,) = (await server(sdk, http)("action_key", tracker, key="m1:4")).events
    assert isinstance(event, SlotSet)
    assert event.value == "m1:4"


async def test_an_action_may_decline(sdk: str, http: aiohttp.ClientSession, tracker: Tracker) -> None:
    assert (await server(sdk, http)("action_declines", tracker, key="k")).rejected


@pytest.mark.parametrize(
    ("name", "problem"), [("action_breaks", "HTTP 500"), ("action_unknown", "no action of that name")]
)
async def test_what_cannot_run_fails_without_leaking(
    sdk: str, http: aiohttp.ClientSession, tracker: Tracker, name: str, problem: str
) -> None:
    with pytest.raises(ActionFailed, match=problem) as error:
        await server(sdk, http)(name, tracker, key="k")
    assert "secret" not in str(error.value)


async def test_a_conversation_with_actions_on_the_server(sdk: str, http: aiohttp.ClientSession) -> None:
    built = assistant(
        "intents: [look]\nslots: {city: {type: text}}\nactions: [action_look]\n"
        "responses: {utter_greet: [{text: 'hello {name}'}]}\n",
        "rules: [{rule: look, steps: [{intent: look}, {action: action_look}]}]",
    )
    talk = Talk(built, execute=server(sdk, http))
    assert await talk.says("/look") == ["action_look", "“c1 has 0 forms”", "“hello Ann”"]
    assert talk.tracker.slots["city"] == "Delft"


class Scripted:
    """A server that answers as told, and remembers what it was asked."""

    def __init__(self, *answers: tuple[int, str] | float) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[dict[str, Any], dict[str, str]]] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.headers.get("X-Raw") == "1":
            body = zlib.decompress(body)
        self.calls.append((json.loads(body), dict(request.headers)))
        now = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(now, float):
            await asyncio.sleep(now)
            return web.Response(text="null")
        return web.Response(status=now[0], text=now[1])


@pytest.fixture
async def scripted(aiohttp_server: Any) -> Any:
    async def start(*answers: tuple[int, str] | float) -> tuple[Scripted, str]:
        told = Scripted(*answers)
        application = web.Application()
        application.router.add_post("/webhook", told.answer)
        started = await aiohttp_server(application)
        return told, str(started.make_url("/webhook"))

    return start


async def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    scripted: Any, http: aiohttp.ClientSession, tracker: Tracker
) -> None:
    told, url = await scripted((503, ""), (502, ""), (200, '{"events": [], "responses": [{"text": "here"}]}'))
    result = await server(url, http)("action_a", tracker, key="m1:2")
    assert result.responses[0]["text"] == "here"
    assert [headers[HEADER] for _, headers in told.calls] == ["m1:2"] * 3


async def test_an_action_that_raised_is_not_run_again(
    scripted: Any, http: aiohttp.ClientSession, tracker: Tracker
) -> None:
    told, url = await scripted((500, '{"error": "x"}'))
    with pytest.raises(ActionFailed, match="HTTP 500"):
        await server(url, http)("action_a", tracker, key="k")
    assert len(told.calls) == 1


async def test_the_domain_is_sent_when_it_is_asked_for(
    scripted: Any, http: aiohttp.ClientSession, tracker: Tracker
) -> None:
    told, url = await scripted((449, '{"error": "", "action_name": "a"}'), (200, "null"))
    result = await server(url, http, enable_selective_domain=True)("action_a", tracker, key="k")
    assert result.events == ()
    first, second = (call for call, _ in told.calls)
    assert "domain" not in first
    assert set(second["domain"]["forms"]) == set(tracker.domain.forms)
    assert first["domain_digest"] == second["domain_digest"]


@pytest.mark.parametrize(
    "answer", [(200, "no JSON"), (200, "[1]"), (400, '{"error": "Invalid body request"}'), (302, "")]
)
async def test_nonsense_fails(
    scripted: Any, http: aiohttp.ClientSession, tracker: Tracker, answer: tuple[int, str]
) -> None:
    _, url = await scripted(answer)
    with pytest.raises(ActionFailed):
        await server(url, http)("action_a", tracker, key="k")


async def test_events_and_responses_that_are_none_are_left_out(
    scripted: Any, http: aiohttp.ClientSession, tracker: Tracker
) -> None:
    answer = '{"events": [1, {"event": "slot", "name": "city", "value": 1}], "responses": ["x", {}]}'
    _, url = await scripted((200, answer))
    result = await server(url, http)("action_a", tracker, key="k")
    assert len(result.events) == 1
    assert result.responses == ({},)


async def test_a_slow_server_is_given_up(
    scripted: Any, http: aiohttp.ClientSession, tracker: Tracker
) -> None:
    _, url = await scripted(5.0)
    with pytest.raises(ActionFailed, match=r"within 0\.3 s"):
        await server(url, http, timeout_s=0.3)("action_a", tracker, key="k")


async def test_a_dead_server_is_an_apology_and_a_hand_over_and_then_rests(
    http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    dead = server("http://127.0.0.1:9/webhook", http, timeout_s=0.05)
    talk = Talk(assistant(DOMAIN, RULES), execute=dead)
    assert "utter_action_failed" in await talk.says("/book", entities=None)
    assert talk.tracker.owner == "waiting"
    for _ in range(6):
        with pytest.raises(ActionFailed) as error:
            await dead("action_a", talk.tracker, key="k")
    assert "resting" in str(error.value)


def test_the_breaker_opens_tries_once_and_closes() -> None:
    breaker = Breaker(failures=2, rest_s=10)
    for now in (0.0, 1.0):
        assert breaker.allows(now)
        breaker.failed(now)
    assert not breaker.allows(5.0)
    assert breaker.allows(11.5)
    assert not breaker.allows(11.6)  # the one that tries it out is still under way
    breaker.failed(12.0)
    assert not breaker.allows(13.0)
    assert breaker.allows(22.5)
    breaker.succeeded()
    assert breaker.allows(22.6)


def test_attempts_end() -> None:
    waits = [wait_before(attempt) for attempt in range(1, 6)]
    assert waits[0] == 0
    assert waits[1] is not None
    assert waits[-1] is None
