"""Rasa's HTTP API as its clients use it: trackers, events, stories, triggers, predictions, and who may do what."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from ruamel.yaml import YAML
from yarl import URL

from bot.web.rasa_access import Access
from tests.served_bot import Bot, served

pytestmark = pytest.mark.integration
TOKEN = "an-api-token-for-tests"
KEY = "a key for tests that is as long as HS256 wants it to be"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}, access=Access(token=TOKEN, jwt_key=KEY)) as bot:
        yield bot


async def call(bot: Bot, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
    url = URL(path, encoded=True).update_query({"token": TOKEN, **query})
    async with bot.client.request(method, url, json=body) as answer:
        text = await answer.text()
        return answer.status, await answer.json() if answer.content_type == "application/json" else text


async def say(bot: Bot, text: str, sender: str = "ann") -> list[dict[str, Any]]:
    answer = await bot.client.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
    return await answer.json()


def names(tracker: dict[str, Any]) -> list[str]:
    return [event["event"] for event in tracker["events"]]


def bearer(**user: str) -> dict[str, str]:
    return {"Authorization": "Bearer " + jwt.encode({"user": user}, KEY, algorithm="HS256")}


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_without_the_api_there_is_none(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}) as bot:
        for path in ("/version", "/status", "/domain", "/conversations/ann/tracker"):
            assert (await bot.client.get(path)).status == 404


async def test_the_version_is_for_everybody_and_nothing_else_is(bot: Bot) -> None:
    answer = await bot.client.get("/version")
    assert set(await answer.json()) == {"version", "minimum_compatible_version"}
    for method, path in (("GET", "/status"), ("PUT", "/model"), ("DELETE", "/conversations/ann/tracker")):
        answer = await bot.client.request(method, path)
        body = await answer.json()
        assert answer.status == body["code"] == 401
        assert body["status"] == "failure"
        assert set(body) == {"version", "status", "message", "reason", "details", "help", "code"}


async def test_a_user_may_touch_their_own_conversation_and_an_admin_all(bot: Bot) -> None:
    async def status(headers: dict[str, str], path: str) -> int:
        return (await bot.client.get(path, headers=headers)).status

    assert await status(bearer(username="ann", role="user"), "/conversations/ann/tracker") == 200
    assert await status(bearer(username="ann", role="user"), "/conversations/bob/tracker") == 403
    assert await status(bearer(username="ann", role="user"), "/domain") == 403
    assert await status(bearer(username="", role="user"), "/domain") == 403
    assert await status(bearer(username="ann", role="admin"), "/conversations/bob/tracker") == 200
    forged = jwt.encode({"user": {"username": "ann", "role": "admin"}}, KEY[::-1], algorithm="HS256")
    assert await status({"Authorization": f"Bearer {forged}"}, "/domain") == 401
    old = jwt.encode({"user": {"role": "admin"}, "exp": time.time() - 60}, KEY, algorithm="HS256")
    assert await status({"Authorization": f"Bearer {old}"}, "/domain") == 401


async def test_who_guesses_is_slowed_down(bot: Bot) -> None:
    statuses = [(await bot.client.get("/status?token=wrong")).status for _ in range(12)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


# ── conversations ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_tracker_is_the_conversation(bot: Bot) -> None:
    await say(bot, "hello")
    status, tracker = await call(bot, "GET", "/conversations/ann/tracker")
    assert status == 200
    assert tracker["sender_id"] == "ann"
    assert tracker["latest_message"]["intent"]["name"] == "greet"
    assert tracker["latest_action_name"] == "action_listen"
    assert names(tracker)[:3] == ["action", "session_started", "action"]
    assert [event["text"] for event in tracker["events"] if event["event"] == "bot"] == [
        "Hello from Willowbay."
    ]
    assert (await call(bot, "GET", "/conversations/ann/tracker", include_events="NONE"))[1]["events"] is None
    assert (await call(bot, "GET", "/conversations/ann/tracker", include_events="SOME"))[0] == 400
    said = next(event["timestamp"] for event in tracker["events"] if event["event"] == "user")
    _, before = await call(bot, "GET", "/conversations/ann/tracker", until=said)
    assert "user" in names(before)
    assert "bot" not in names(before)


async def test_looking_at_a_new_conversation_stores_none(bot: Bot) -> None:
    status, tracker = await call(bot, "GET", "/conversations/a%2Fb/tracker")
    assert status == 200
    assert tracker["sender_id"] == "a/b"
    assert names(tracker) == ["action", "session_started", "action"]
    assert await bot.conversations() == ()


async def test_events_can_be_added_and_replaced(bot: Bot) -> None:
    await say(bot, "hello")
    added = [
        {"event": "slot", "name": "unknown", "value": 3},
        {"event": "reminder", "intent": "greet", "date_time": "2030-01-01T00:00:00Z"},
    ]
    status, tracker = await call(bot, "POST", "/conversations/ann/tracker/events", added)
    assert status == 200
    assert names(tracker)[-2:] == ["slot", "reminder"]
    _, tracker = await call(
        bot, "PUT", "/conversations/ann/tracker/events", {"event": "user", "text": "hi", "timestamp": 7.5}
    )
    assert names(tracker) == ["user"]
    assert (await call(bot, "GET", "/conversations/ann/tracker", include_events="ALL"))[1] == tracker
    # The conversation goes on from there, also where everything was taken away.
    assert [item["text"] for item in await say(bot, "hello")] == ["Hello from Willowbay."]
    assert (await call(bot, "PUT", "/conversations/ann/tracker/events", []))[0] == 200
    assert [item["text"] for item in await say(bot, "hello")] == ["Hello from Willowbay."]
    _, tracker = await call(bot, "GET", "/conversations/ann/tracker", include_events="ALL")
    assert names(tracker).count("user") == 1


@pytest.mark.parametrize(("include", "left"), [("ALL", 2), ("AFTER_RESTART", 0), ("APPLIED", 0)])
async def test_how_much_of_the_events_is_asked_for(bot: Bot, include: str, left: int) -> None:
    await say(bot, "hello")
    await say(bot, "hello")
    _, tracker = await call(
        bot, "POST", "/conversations/ann/tracker/events", {"event": "restart"}, include_events=include
    )
    assert names(tracker).count("user") == left


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"event": "slot"},
        {"event": "user", "text": 5},
        [7],
        "x",
        {"event": "pause", "timestamp": 1e300},
        {"event": "owner", "owner": {"a": 1}},
        {"event": "owner", "owner": "nobody"},
        {"event": "agent", "text": "x", "data": 1.5},
        {"event": "bot", "text": "x", "data": {"buttons": 7}},
        {"event": "owner", "owner": "person", "agent": []},
    ],
)
async def test_what_is_no_event_is_refused(bot: Bot, body: Any) -> None:
    status, answer = await call(bot, "POST", "/conversations/ann/tracker/events", body)
    assert status == (200 if body == [] else 400)
    assert body == [] or answer["reason"] == "BadRequest"


async def test_a_triggered_intent_is_answered_in_the_answer(bot: Bot) -> None:
    await say(bot, "hello")
    status, answer = await call(bot, "POST", "/conversations/ann/trigger_intent", {"name": "returns"})
    assert status == 200
    assert answer["messages"] == [
        {"recipient_id": "ann", "text": "Thirty days."},
        {"recipient_id": "ann", "image": "https://shop.example/returns.png"},
    ]
    assert answer["tracker"]["latest_message"]["metadata"] == {"is_external": True}
    assert await bot.lines("ann") == [
        ("user", "hello"), ("bot", "Hello from Willowbay."), ("user", "/returns"), ("bot", "Thirty days."),
    ]  # fmt: skip
    assert (await call(bot, "POST", "/conversations/ann/trigger_intent", {"name": "no_such"}))[0] == 404
    assert (await call(bot, "POST", "/conversations/ann/trigger_intent", {}))[0] == 400
    other = await call(
        bot, "POST", "/conversations/ann/trigger_intent", {"name": "greet"}, output_channel="slack"
    )
    assert other[0] == 400


async def test_nothing_is_triggered_over_a_person(bot: Bot) -> None:
    await say(bot, "hello")
    await bot.desk.claim("ann", "kim")
    _, answer = await call(bot, "POST", "/conversations/ann/trigger_intent", {"name": "returns"})
    assert answer["messages"] == []


async def test_a_message_is_heard_predicted_about_and_left_open(bot: Bot) -> None:
    _, tracker = await call(
        bot, "POST", "/conversations/new/messages", {"text": "about my parcel", "sender": "user"}
    )
    assert tracker["latest_message"]["intent"]["name"] == "order"
    status, found = await call(bot, "POST", "/conversations/new/predict")
    assert status == 200
    assert [one["action"] for one in found["scores"] if one["score"] == 1.0] == ["utter_order"]
    assert found["why"]
    assert len(found["scores"]) > 10
    assert await bot.lines("new") == [("user", "about my parcel")]
    assert (await call(bot, "POST", "/conversations/new/messages", {"text": "x", "sender": "bot"}))[0] == 400


async def test_a_story_can_be_read_back(bot: Bot) -> None:
    await say(bot, "hello: [you] #1")
    await say(bot, "/returns")
    status, text = await call(bot, "GET", "/conversations/ann/story")
    assert status == 200
    (story,) = YAML(typ="safe").load(text)["stories"]
    assert story["steps"] == [
        {"intent": "greet", "user": "hello: [you] #1"},
        {"action": "utter_greet"},
        {"intent": "returns"},
        {"action": "utter_returns"},
    ]


async def test_a_conversation_is_erased(bot: Bot) -> None:
    await say(bot, "hello")
    assert (await call(bot, "DELETE", "/conversations/ann/tracker"))[0] == 204
    assert (await call(bot, "DELETE", "/conversations/ann/tracker"))[0] == 404
    assert await bot.conversations() == ()


# ── the model ────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_model_parses_texts_and_payloads(bot: Bot) -> None:
    _, found = await call(bot, "POST", "/model/parse", {"text": "where is my parcel", "message_id": "m1"})
    assert found["intent"]["name"] == "order"
    assert found["message_id"] == "m1"
    assert found["intent_ranking"][0]["name"] == "order"
    _, found = await call(bot, "POST", "/model/parse", {"text": '/order{"city": "Delft"}'})
    assert found["entities"] == [{"entity": "city", "start": 0, "end": 0, "value": "Delft"}]
    _, found = await call(bot, "POST", "/model/parse", {"text": ""})
    assert found["intent"] == {"name": None, "confidence": 0.0}
    assert (await call(bot, "POST", "/model/parse", {"text": 3}))[0] == 400


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("application/yaml", "application/yaml"),
        ("*/*", "application/json"),
    ],
)
async def test_the_domain_comes_as_json_or_yaml(bot: Bot, accept: str, kind: str) -> None:
    answer = await bot.client.get(f"/domain?token={TOKEN}", headers={"Accept": accept})
    assert answer.content_type == kind
    domain = YAML(typ="safe").load(await answer.text())
    assert "utter_greet" in domain["responses"]
    assert (await bot.client.get(f"/domain?token={TOKEN}", headers={"Accept": "image/png"})).status == 406


async def test_an_unloaded_model_understands_nothing_and_people_get_the_messages(bot: Bot) -> None:
    assert (await call(bot, "GET", "/status"))[1]["model_id"] == "words"
    assert (await call(bot, "DELETE", "/model"))[0] == 204
    for method, path in (("GET", "/status"), ("GET", "/domain"), ("POST", "/model/parse")):
        assert (await call(bot, method, path, {"text": "hello"} if method == "POST" else None))[0] == 409
    await say(bot, "hello")
    assert [one.owner for one in await bot.conversations()] == ["waiting"]
