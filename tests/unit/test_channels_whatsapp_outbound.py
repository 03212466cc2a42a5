"""Replies as WhatsApp messages, held against pywa's; and what the platform's answers mean."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa import WhatsApp as Pywa
from pywa.types import Button as PywaButton
from pywa.types import Section, SectionList, SectionRow

from bot.channels.retry_after import retry_after
from bot.channels.whatsapp_outbound import messages, result
from bot.messages import Button, Citation, Part


def rendered(part: Part, language: str = "en") -> list[Any]:
    return list(messages(part, language=language))


def buttons(*titles: str) -> tuple[Button, ...]:
    return tuple(Button(title=title, payload=f"/{title}") for title in titles)


class Sent:
    """What pywa, the independent party, sends for the same wish."""

    def __init__(self) -> None:
        self.body: dict[str, Any] = {}
        transport = httpx.MockTransport(self._record)
        self.client = Pywa("PN1", "token", server=None, session=httpx.Client(transport=transport))

    def _record(self, request: httpx.Request) -> httpx.Response:
        self.body = json.loads(request.content)
        answer = {"contacts": [{"input": "4915", "wa_id": "4915"}], "messages": [{"id": "wamid.sent"}]}
        return httpx.Response(200, json={"messaging_product": "whatsapp", **answer})

    def content(self) -> dict[str, Any]:
        kind = self.body["type"]
        return {"type": kind, kind: self.body[kind]}


def test_a_text_is_what_pywa_sends() -> None:
    theirs = Sent()
    theirs.client.send_message("4915", "Hello.", preview_url=False)
    assert rendered(Part(text="Hello.")) == [theirs.content()]


def test_reply_buttons_are_what_pywa_sends() -> None:
    theirs = Sent()
    theirs.client.send_message("4915", "Sure?", buttons=[PywaButton("Yes", "/Yes"), PywaButton("No", "/No")])
    assert rendered(Part(text="Sure?", buttons=buttons("Yes", "No"))) == [theirs.content()]


def test_a_list_is_what_pywa_sends() -> None:
    theirs = Sent()
    titles = ["One", "Two", "Three", "Four"]
    rows = [SectionRow(title, f"/{title}") for title in titles]
    theirs.client.send_message("4915", "Which?", buttons=SectionList("Options", [Section("Options", rows)]))
    (ours,) = rendered(Part(text="Which?", buttons=buttons(*titles)))
    assert _without_nulls(theirs.content()) == ours


def test_an_image_is_what_pywa_sends() -> None:
    theirs = Sent()
    theirs.client.send_image("4915", "https://shop.example/lamp.png")
    assert rendered(Part(image="https://shop.example/lamp.png")) == [_without_nulls(theirs.content())]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def test_long_texts_are_several_messages() -> None:
    said = rendered(Part(text="word " * 2000))
    assert len(said) == 3
    assert all(len(one["text"]["body"]) <= 4096 for one in said)


def test_a_long_text_before_buttons_leaves_a_short_body() -> None:
    *before, last = rendered(Part(text="word " * 500, buttons=buttons("Yes")))
    assert [one["type"] for one in before] == ["text"] * len(before)
    assert len(last["interactive"]["body"]["text"]) <= 1024


@pytest.mark.parametrize(
    "given_buttons",
    [
        buttons(*(str(n) for n in range(11))),
        (Button(title="Yes", payload="x" * 257),),
        (Button(title="t" * 73, payload="/x"),),
        (Button(title="Yes", payload="/same"), Button(title="No", payload="/same")),
        (Button(title="Empty", payload=""),),
    ],
)
def test_what_no_button_can_hold_is_numbered_and_whole(given_buttons: tuple[Button, ...]) -> None:
    (said,) = rendered(Part(text="Which?", buttons=given_buttons))
    lines = said["text"]["body"].splitlines()
    assert lines == ["Which?", *(f"{n}. {button.title}" for n, button in enumerate(given_buttons, 1))]


def test_titles_too_long_for_buttons_become_a_list_that_says_them_whole() -> None:
    title = "Return a damaged item and get a new one"
    (said,) = rendered(Part(text="Which?", buttons=(Button(title=title, payload="/x"),)))
    (row,) = said["interactive"]["action"]["sections"][0]["rows"]
    assert row["description"] == title
    assert len(row["title"]) <= 24


def test_buttons_without_a_text_get_one_in_the_conversations_language() -> None:
    (said,) = rendered(Part(quick_replies=buttons("是")), "zh")
    assert said["interactive"]["body"]["text"] == "请选择："


def test_cards_images_and_sources() -> None:
    card = {"title": "Lamp", "subtitle": "20 W", "image_url": "https://x/i.png"}
    assert [one["type"] for one in rendered(Part(elements=(card,)))] == ["text", "image"]
    source = Citation(title="Returns", url="https://x/r", document_id="d", passage_id="p")
    assert rendered(Part(text="30 days.", citations=(source,)))[0]["text"]["body"].endswith(
        "Returns: https://x/r"
    )


def test_a_custom_payload_is_sent_only_when_it_is_a_message_and_never_to_another() -> None:
    template = {"name": "order_sent", "language": {"code": "en"}}
    assert rendered(Part(custom={"type": "template", "template": template, "to": "4916"})) == [
        {"type": "template", "template": template}
    ]
    assert rendered(Part(custom={"blocks": []})) == []


_text = st.text(alphabet="aé😀中 \n.", max_size=3000)
_button = st.builds(Button, title=st.text(min_size=1, max_size=80), payload=st.text(max_size=300))


@given(st.builds(Part, text=_text, buttons=st.lists(_button, max_size=12).map(tuple)))
def test_whatever_is_said_is_within_the_platforms_limits(part: Part) -> None:
    for said in rendered(part):
        if said["type"] == "text":
            assert 0 < len(said["text"]["body"]) <= 4096
            continue
        interactive = said["interactive"]
        assert 0 < len(interactive["body"]["text"]) <= 1024
        if interactive["type"] == "button":
            replies = [one["reply"] for one in interactive["action"]["buttons"]]
            assert len(replies) <= 3
            assert all(0 < len(one["title"]) <= 20 and 0 < len(one["id"]) <= 256 for one in replies)
        else:
            (section,) = interactive["action"]["sections"]
            assert 1 <= len(section["rows"]) <= 10
            for row in section["rows"]:
                assert 0 < len(row["title"]) <= 24
                assert 0 < len(row["id"]) <= 200
                assert len(row.get("description", "")) <= 72


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (429, None, "rate_limited"),
        (400, 130429, "rate_limited"),
        (400, 131056, "rate_limited"),
        (400, 80007, "rate_limited"),
        (400, 4, "rate_limited"),
        (500, None, "temporary"),
        (503, 131016, "temporary"),
        (502, None, "temporary"),
        (504, None, "unknown"),
        (401, 190, "permanent"),
        (400, 131047, "permanent"),
        (400, 131026, "permanent"),
        (500, 131026, "permanent"),
        (400, 100, "permanent"),
        (302, None, "permanent"),
    ],
)
def test_what_a_refusal_means(status: int, code: int | None, failure: str) -> None:
    told = result(status, {"error": {"code": code, "message": "a secret"}} if code else None, None)
    assert told.failure == failure
    assert "secret" not in told.reason
    assert str(code or status) in told.reason


def test_taken_messages_have_an_id_and_limits_a_pause() -> None:
    assert result(200, {"messages": [{"id": "wamid.9"}]}, None).platform_id == "wamid.9"
    assert result(200, None, None).failure is None
    assert result(429, None, "7").retry_after == timedelta(seconds=7)
    assert "24 hours" in result(400, {"error": {"code": 131047}}, None).reason


@given(
    answer=st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=3),
    status=st.integers(200, 599),
)
def test_no_answer_is_too_strange(answer: Any, status: int) -> None:
    for body in (answer, {"error": answer}, {"error": {"code": answer}}, {"messages": answer}):
        assert (result(status, body, None).failure is None) == (status < 300)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("99999999999999", 86400),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("٣", None),
    ],
)
def test_retry_after_in_both_spellings(header: str, seconds: int | None) -> None:
    assert retry_after(header) == (None if seconds is None else timedelta(seconds=seconds))
