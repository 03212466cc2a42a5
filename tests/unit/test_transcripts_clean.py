from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.mining.history import prepare
from intents.transcripts.clean import LONGEST, clean_conversation, clean_text, unseen
from intents.transcripts.conversation import Conversation, Speaker, Turn

LONG = " ".join(f"{word}{place}" for place in range(30) for word in ("machine", "cold", "filter", "manual"))


def turn(text: str, speaker: Speaker = "customer") -> Turn:
    return Turn(speaker=speaker, text=text)


def conversation(identifier: str, *texts: str) -> Conversation:
    turns = tuple(turn(text, "agent" if place % 2 else "customer") for place, text in enumerate(texts))
    return Conversation(id=identifier, turns=turns)


@pytest.mark.parametrize(
    ("text", "speaker", "reason"),
    [
        ("   \n", "customer", "empty"),
        ("👍👍", "customer", "empty"),
        ('/inform{"order": "1"}', "customer", "machine"),
        ('{"type": "event", "name": "joined"}', "bot", "machine"),
        ("Maria joined the chat", "agent", "machine"),
        ("The chat has ended.", "agent", "machine"),
        ("This is an automated message, please do not reply.", "bot", "machine"),
        ("系统提示：会话已结束", "bot", "machine"),
        ("您正在排队，前面还有3位", "bot", "machine"),
        ("Please choose an option:\n1. Orders\n2. Returns\n3. Something else", "bot", "menu"),
        ("请回复数字选择：1、查订单 2、退换货 3、人工客服", "bot", "menu"),
        ("x" * (LONGEST + 1), "customer", "outlier"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "customer", "outlier"),
        ("哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈", "customer", "outlier"),
    ],
)
def test_what_says_nothing_is_emptied_with_a_reason(text: str, speaker: Speaker, reason: str) -> None:
    assert clean_text(turn(text, speaker)) == ("", reason)


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "?",
        "1. the lamp is broken\n2. the box was open\n3. nobody answers, please choose who helps me",
        "soooo late",
        "a space at the end ",
        "one\ntwo\n",
        "/ means or",
        "it says {error: 5}, what now",
        "您好，我排队等了很久",
        "the chat ended before I could answer, where is my parcel?",
    ],
)
def test_what_customers_mean_stays(text: str) -> None:
    kept, reason = clean_text(turn(text))

    assert (kept, reason) == (text, "")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It is broken.\n\nKind regards,\nHelga Vos\nVos & Co", "It is broken."),
        ("it is broken\n\nSent from my iPhone", "it is broken"),
        ("坏了，怎么办\n\n发自我的iPhone", "坏了，怎么办"),
        (
            "still broken\n\nOn Mon, 2 Mar 2026 at 10:02, Shop <a@b.example> wrote:\n> try again",
            "still broken",
        ),
        ("> try again\nI did", "I did"),
    ],
)
def test_signatures_and_quotations_are_cut(text: str, kept: str) -> None:
    assert clean_text(turn(text)) == (kept, "signature")


def test_every_turn_keeps_its_index() -> None:
    counts: Counter[str] = Counter()

    clean = clean_conversation(conversation("c", "hi", "  ", "broken", "yes?", "broken"), counts)

    assert [one.text for one in clean.turns] == ["hi", "", "broken", "yes?", "broken"]
    assert counts == {"empty": 1, "no time": 5}


def test_what_is_sent_twice_in_a_row_counts_once() -> None:
    counts: Counter[str] = Counter()
    time = datetime(2026, 3, 2, tzinfo=UTC)
    said = tuple(
        Turn(speaker="customer", text=text, time=time) for text in ("where is it", " ", "where is it")
    )

    clean = clean_conversation(Conversation(id="c", turns=said), counts)

    assert [one.text for one in clean.turns] == ["where is it", "", ""]
    assert counts == {"empty": 1, "repeated": 1}


def test_conversations_that_come_again_are_left_out() -> None:
    counts: Counter[str] = Counter()
    words = LONG.split()
    nearly = " ".join([*words[:-1], "said"])
    other = " ".join(f"{word}s" if place % 3 == 0 else word for place, word in enumerate(words))
    said = [
        (LONG, "a"),
        (LONG, "b"),
        (nearly, "c"),
        (other, "d"),
        ("hi", "e"),
        ("hi", "f"),
    ]

    kept = [one.id for one in unseen((conversation(name, text, "sorry") for text, name in said), counts)]

    assert kept == ["a", "d", "e", "f"]
    assert (counts["duplicate"], counts["near-duplicate"]) == (1, 1)


def test_a_conversation_without_a_customer_is_left_out() -> None:
    prepared = prepare(Conversation(id="c", turns=(turn("hello?", "agent"),)))

    assert prepared.conversation is None
    assert prepared.cleaned["no customer"] == 1


@given(st.lists(st.text(), max_size=5), st.sampled_from(["customer", "agent", "bot"]))
def test_cleaning_twice_is_cleaning_once(texts: list[str], speaker: Speaker) -> None:
    once = clean_conversation(
        Conversation(id="c", turns=tuple(turn(text, speaker) for text in texts)), Counter()
    )

    assert clean_conversation(once, Counter()) == once
