"""What is left of a turn that cannot be worked out: an apology and a person, or for people the message alone."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.dialog.events import BotUttered, OwnerSet, UserUttered
from bot.dialog.tracker import Tracker
from bot.messages import Attachment, Message
from bot.set_phrases import apology
from tests.unit.dialog_assistant import assistant

DOMAIN = """
    version: "3.1"
    intents: [greet]
    responses:
      utter_greet:
      - text: "Hello."
"""
PHOTO = Attachment(kind="image", reference="upload:1", mime_type="image/png", name="lamp.png")


def message() -> Message:
    return Message(
        id="m1",
        account="default",
        conversation_id="ann",
        channel="rest",
        sender="ann",
        text="It is broken.",
        received_at=datetime.now(UTC),
        attachments=(PHOTO,),
    )


def tracker(owner: str) -> Tracker:
    start = Tracker.start("ann", assistant(DOMAIN).domain)
    taken = OwnerSet(timestamp=1.0, owner="person", reason="claimed", agent="kim")
    return start.update(taken) if owner == "person" else start


def test_the_customer_is_told_and_given_to_a_person() -> None:
    response = apology(tracker("bot"), message(), "r1")
    heard, sorry, owner = response.events
    assert isinstance(heard, UserUttered)
    assert heard.metadata["attachments"][0]["name"] == "lamp.png"
    assert isinstance(sorry, BotUttered)
    assert isinstance(owner, OwnerSet)
    assert (owner.owner, response.tracker.owner, response.failed) == ("waiting", "waiting", True)


def test_where_people_answer_the_message_is_theirs_and_nothing_is_said() -> None:
    response = apology(tracker("person"), message(), "r1", people=True)
    (heard,) = response.events
    assert isinstance(heard, UserUttered)
    assert heard.text == "It is broken."
    assert heard.metadata["attachments"][0]["name"] == "lamp.png"
    assert (response.tracker.owner, response.failed, response.reason) == ("person", False, "")
