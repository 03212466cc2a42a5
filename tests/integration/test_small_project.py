"""A new assistant, trained, measured and served: the report of `kefu evaluate` and the explanations of the API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from typer.testing import CliRunner
from yarl import URL

from bot.app import Options, composed
from bot.cli import app
from bot.credentials import Credentials
from bot.project import open_project
from bot.settings import GenerationSettings, KnowledgeSettings
from bot.web.visitors import Visitors

pytestmark = pytest.mark.model

TOKEN = "a-console-token-for-tests"
EXPLAIN = "/api/intents/explain"


def kefu(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projects") / "shop"
    kefu("new", folder)
    (folder / "evaluation").mkdir()
    (folder / "evaluation" / "intents.csv").write_text(
        "text,intent\nhello you,greet\nwhat are your opening hours,opening_hours\nwhat is two plus two,out_of_scope\n"
    )
    (folder / "evaluation" / "questions.jsonl").write_text(
        '{"id": "q1", "question": "how long can i send things back", "document_ids": ["returns"]}\n'
        '{"id": "q2", "question": "<b>how</b> are <i>you</i>", "document_ids": ["no-such-article"]}\n'
    )
    kefu("train", folder, "--recipe", "fast")
    return folder


def _refused(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def test_evaluate_shows_every_part(project: Path) -> None:
    printed = kefu("evaluate", project)

    (folder,) = (project / "reports").iterdir()
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"), parse_constant=_refused)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert report["end_to_end"]["messages"] == 5
    assert report["knowledge"]["recall_at_1"] == 0.5
    assert "&lt;b&gt;how" in page
    assert "<b>how" not in page
    assert report["intents"]["in_scope"] == 2
    for kind in ("intent", "out_of_scope"):  # its one article answers none of these
        assert report["end_to_end"]["by_kind"][kind]["wrong"] == 0
    assert {"What became of the messages", "What it cost", "Coverage and error", "Confusions"} <= set(
        page.replace("<", ">").split(">")
    )
    assert str(folder) in printed


@pytest.fixture
async def client(project: Path) -> AsyncIterator[TestClient[Any, Any]]:
    opened = open_project(project)
    options = Options(
        project=opened,
        database_url=opened.database_url,
        credentials=Credentials(),
        console_token=TOKEN,
        visitors=Visitors(),
    )
    async with composed(options) as served, TestClient(TestServer(served)) as client:
        yield client


async def test_the_api_explains_a_prediction(client: TestClient[Any, Any]) -> None:
    answer = await client.post(
        EXPLAIN, json={"text": "when do you open?"}, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    found = await answer.json()
    assert answer.status == 200
    assert found["intent"] == "opening_hours"
    assert max(found["words"], key=lambda one: one["weight"])["text"] in ("open", "when")
    assert found["examples"][0]["intent"] == "opening_hours"
    assert found["examples"][0]["source"].startswith("nlu.yml:")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_explanations_are_for_those_with_the_token(
    client: TestClient[Any, Any], headers: dict[str, str]
) -> None:
    answer = await client.post(EXPLAIN, json={"text": "hello"}, headers=headers)
    assert answer.status == 401
    assert "greet" not in await answer.text()


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, 7, None])
async def test_a_text_that_is_none_is_refused(client: TestClient[Any, Any], text: object) -> None:
    answer = await client.post(EXPLAIN, json={"text": text}, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status == 400


BEARER = {"Authorization": f"Bearer {TOKEN}"}
BIKES = "/api/knowledge/documents/bikes"
CHOSEN = '/cite{"passage": "returns#0"}'


async def _found(client: TestClient[Any, Any]) -> list[str]:
    asked = {"question": "is a bicycle assembled?", "context": ["hello", "hi, how can I help?"], "k": 3}
    answer = await client.post("/api/knowledge/search", json=asked, headers=BEARER)
    assert answer.status == 200
    return [hit["text"] for hit in (await answer.json())["hits"]]


async def test_an_article_is_put_changed_and_deleted_over_http(client: TestClient[Any, Any]) -> None:
    for part in ("pedals", "saddle"):
        text = f"Bicycles come assembled, but for the {part}."
        answer = await client.put(BIKES, json={"title": "Bicycles", "text": text}, headers=BEARER)
        assert await answer.json() == {"status": "ok", "id": "bikes"}
        assert part in (await _found(client))[0]
    said = await client.post(
        "/webhooks/rest/webhook", json={"sender": "a", "message": "is a bicycle assembled?"}
    )
    assert "saddle" in (await said.json())[0]["text"]
    assert (await client.delete(BIKES, headers=BEARER)).status == 200
    assert not any("Bicycles" in text for text in await _found(client))


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": 7}, {"text": "x", "questions": "y"}, {"text": "x", "metadata": []}]
)
async def test_a_document_that_is_none_is_refused(client: TestClient[Any, Any], body: dict[str, Any]) -> None:
    answer = await client.put(BIKES, json=body, headers=BEARER)
    assert answer.status == 400
    assert "document" in await answer.text()


async def test_a_file_of_articles_is_put_over_http(client: TestClient[Any, Any]) -> None:
    table = "question,answer,id\nis a bicycle assembled?,It comes assembled.,bikes\nare tandems?,Not at all.,tandems\n"
    answer = await client.put("/api/knowledge/files/cycling.csv", data=table.encode(), headers=BEARER)
    assert await answer.json() == {"status": "ok", "ids": ["bikes", "tandems"]}
    assert (await _found(client))[0] == "It comes assembled."
    page = b"# Bicycles\n\n| wheel | size |\n|---|---|\n| front | 28 |\n"
    answer = await client.put("/api/knowledge/files/wheels.md", data=page, headers=BEARER)
    assert await answer.json() == {"status": "ok", "ids": ["wheels"]}
    for name in ("bikes", "tandems", "wheels"):
        assert (await client.delete(f"/api/knowledge/documents/{name}", headers=BEARER)).status == 200


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.pdf", b"%PDF-1.7\nnothing", "broken.pdf: is damaged"),
        ("faq.csv", b"question,answer\nwhy?,\n", "faq.csv:2: "),
        ("pages.txt", b"https://shop.example/help\n", "lists web addresses"),
        ("notes.xyz", b"text", "is no kind of article"),
        ("questions.jsonl", b"{}", "is no kind of article"),
        ("..%2Fa.md", b"text", "is not that of a file"),
        (".a.md", b"text", "is not that of a file"),
        ("a.md", b"", "has no text"),
    ],
)
async def test_a_file_without_articles_is_refused_by_name(
    client: TestClient[Any, Any], name: str, content: bytes, said: str
) -> None:
    url = URL(f"/api/knowledge/files/{name}", encoded=True)
    answer = await client.put(url, data=content, headers=BEARER)
    assert answer.status == 400
    told = (await answer.json())["error"]["message"]
    assert said in told
    assert "/tmp" not in told


async def test_no_page_inside_the_network_becomes_an_article(client: TestClient[Any, Any]) -> None:
    for addresses in ([str(client.make_url("/"))], ["http://169.254.169.254/latest"], ["file:///etc/passwd"]):
        answer = await client.post("/api/knowledge/pages", json={"addresses": addresses}, headers=BEARER)
        assert answer.status == 400
        assert "cannot be fetched" in await answer.text()
    for wrong in ([], "x", [7], ["http://a.example"] * 51):
        answer = await client.post("/api/knowledge/pages", json={"addresses": wrong}, headers=BEARER)
        assert answer.status == 400
        assert "'addresses'" in await answer.text()


async def test_articles_are_for_those_with_the_token(client: TestClient[Any, Any]) -> None:
    assert (await client.put(BIKES, json={"text": "x"})).status == 401
    assert (await client.delete(BIKES)).status == 401
    assert (await client.put("/api/knowledge/files/a.md", data=b"x")).status == 401
    assert (await client.post("/api/knowledge/pages", json={"addresses": ["http://a.example"]})).status == 401
    assert (await client.post("/api/knowledge/search", json={"question": "x"})).status == 401


async def test_a_language_model_words_the_answer_while_it_keeps_to_the_article(project: Path) -> None:
    said = ["You can send things back within 30 days [1].", "You can send things back within 90 days [1]."]

    async def complete(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        choice = {"delta": {"content": said.pop(0)}, "finish_reason": "stop"}
        await response.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\ndata: [DONE]\n\n")
        return response

    endpoint = web.Application()
    endpoint.router.add_post("/v1/chat/completions", complete)
    async with TestServer(endpoint) as server:
        opened = open_project(project)
        generate = GenerationSettings(url=str(server.make_url("/v1")), model="small")
        settings = opened.settings.model_copy(update={"knowledge": KnowledgeSettings(generate=generate)})
        options = Options(
            project=replace(opened, settings=settings),
            database_url=opened.database_url,
            credentials=Credentials(),
            console_token=TOKEN,
            visitors=Visitors(),
        )
        answers = []
        async with composed(options) as served, TestClient(TestServer(served)) as client:
            for message in ("how long can I send things back?", CHOSEN, CHOSEN):
                body = {"sender": "ann", "message": message}
                answer = await client.post("/webhooks/rest/webhook", json=body)
                answers.append((await answer.json())[0]["text"])
    _, worded, quoted = answers
    assert worded.startswith("You can send things back within 30 days.\nSource: ")
    assert quoted.startswith("From “")
    assert "90" not in quoted
    assert said == []


async def test_suggestions_reach_the_console_when_a_customer_writes_to_a_person(
    client: TestClient[Any, Any],
) -> None:
    conversation = "/api/console/conversations/asks-a-person"

    async def say(text: str) -> None:
        body = {"sender": "asks-a-person", "message": text}
        assert (await client.post("/webhooks/rest/webhook", json=body)).status == 200

    await say("hello")
    claimed = await client.post(f"{conversation}/claim", json={"agent": "Ann"}, headers=BEARER)
    assert claimed.status == 200
    signed_in = await client.post("/api/console/session", json={"name": "Ann", "token": TOKEN})
    assert signed_in.status == 200
    async with client.ws_connect("/api/console/live") as socket:
        await socket.send_json({"viewing": "asks-a-person"})
        while (await socket.receive_json(timeout=60))["type"] != "presence":
            continue
        await say("when do you open?")
        while (news := await socket.receive_json(timeout=60))["type"] != "suggestions":
            continue
    assert news["conversation_id"] == "asks-a-person"
    assert news["intent"] == "opening_hours"
    found = next(item for item in news["items"] if item["key"] == "utter_opening_hours")
    body = {
        "agent": "Ann",
        "text": found["text"],
        "suggestions": {"intent": news["intent"], "items": news["items"]},
    }
    assert (await client.post(f"{conversation}/reply", json=body, headers=BEARER)).status == 200
    events = (await (await client.get(conversation, headers=BEARER)).json())["events"]
    (chosen,) = (event for event in events if event["event"] == "chosen")
    assert chosen["item"] == {"source": "template", "key": "utter_opening_hours", "how": "accepted"}
    again = await (await client.get(f"{conversation}/suggestions", headers=BEARER)).json()
    assert again["items"] == [], "everything the customer asked is answered"
