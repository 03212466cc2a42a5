"""What is said by a template when WhatsApp takes no free text any more; pywa makes the same of it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pywa import WhatsApp as Pywa
from pywa.types.templates import BodyText, TemplateLanguage

from bot.channels.accounts import Template
from bot.channels.base import Json, SendResult
from bot.channels.whatsapp_outbound import messages
from bot.channels.whatsapp_template import instead_of
from bot.messages import Button, Part

TEMPLATES = {
    "en": Template(name="support_update", language="en_GB"),
    "zh": Template(name="support_update", language="zh_CN"),
}


def worded(part: Part, templates: dict[str, Template] = TEMPLATES) -> Json | SendResult:
    (payload,) = messages(part, language="en")
    return instead_of(payload, templates)


def text_of(found: Json | SendResult) -> Any:
    assert not isinstance(found, SendResult)
    return found["template"]["components"][0]["parameters"][0]["text"]


def test_pywa_sends_the_same() -> None:
    bodies: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        sent = {"contacts": [{"input": "4915", "wa_id": "4915"}], "messages": [{"id": "wamid.1"}]}
        return httpx.Response(200, json={"messaging_product": "whatsapp", **sent})

    client = Pywa("PN1", "t", server=None, session=httpx.Client(transport=httpx.MockTransport(answer)))
    client.send_template(
        "4915", "support_update", TemplateLanguage.ENGLISH_UK, params=[BodyText.params("Your lamp is here.")]
    )
    ours: Any = worded(Part(text="Your lamp is here."))
    theirs = bodies[0]["template"]
    assert ours["template"]["name"] == theirs["name"]
    assert ours["template"]["language"]["code"] == theirs["language"]["code"]
    (body,) = theirs["components"]
    assert {key.lower(): str(value).lower() for key, value in body.items() if key == "type"} == {
        "type": "body"
    }
    assert ours["template"]["components"][0]["parameters"] == body["parameters"]


def test_line_breaks_and_rows_of_spaces_are_no_part_of_a_variable() -> None:
    assert text_of(worded(Part(text="One.\n\n  Two.\tThree."))) == "One. Two. Three."


def test_the_language_is_that_of_the_words() -> None:
    found: Any = worded(Part(text="您的台灯到了。"))
    assert found["template"]["language"] == {"code": "zh_CN"}
    only: Any = worded(Part(text="您的台灯到了。"), {"en": TEMPLATES["en"]})
    assert only["template"]["language"] == {"code": "en_GB"}


def test_choices_are_named() -> None:
    yes_no = (Button(title="Yes", payload="/yes"), Button(title="No", payload="/no"))
    assert text_of(worded(Part(text="Sure?", buttons=yes_no))) == "Sure? / Yes / No"
    many = tuple(Button(title=f"Number {n}", payload=f"/{n}") for n in range(5))
    assert text_of(worded(Part(text="Which?", buttons=many))).endswith("Number 3 / Number 4")


@pytest.mark.parametrize(
    ("part", "templates", "why"),
    [
        (Part(text="Hello."), {}, "names none"),
        (Part(text="word " * 300), TEMPLATES, "does not fit"),
    ],
)
def test_what_cannot_be_said_says_why(part: Part, templates: dict[str, Template], why: str) -> None:
    found = worded(part, templates)
    assert isinstance(found, SendResult)
    assert found.failure == "permanent"
    assert why in found.reason
