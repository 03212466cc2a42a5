from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.transcripts.conversation import Conversation, Turn
from intents.transcripts.personal.numbers import luhn
from intents.transcripts.redact import redact, without_placeholders


def redacted(*texts: str) -> list[str]:
    turns = tuple(Turn(speaker="agent" if i % 2 else "customer", text=text) for i, text in enumerate(texts))
    return [turn.text for turn in redact(Conversation(id="c", turns=turns))[0].turns]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail r.okafor@example.com please", "mail {email} please"),
        ("邮箱是caiwu@qinghe.example谢谢", "邮箱是{email}谢谢"),
        ("call +31 6 5550 0177", "call {phone}"),
        ("07700 900318. thanks", "{phone}. thanks"),
        ("短信发138-0000-4471这个", "短信发{phone}这个"),
        ("card 4111 1111 1111 1111 expired", "card {card} expired"),
        ("where is WB-204611?", "where is {order_number}?"),
        ("订单WB-309912，谢谢", "订单{order_number}，谢谢"),
        ("my name is Jonas Weber", "my name is {name}"),
        ("您好，我叫李小明。", "您好，我叫{name}。"),
        ("昨晚是尹大夫开的药，户主是我爸霍建军", "昨晚是{name}大夫开的药，户主是我爸{name_2}"),
        ("寄武汉市洪山区珞桂路158号星河湾8栋2403", "寄{address}"),
        ("it is Blk 512 Bedok North Ave 2 #08-113 Singapore 460512", "it is {address}"),
        ("asked for shanelle at the desk", "asked for {name} at the desk"),
        ("price {x}", "price (x)"),
    ],
)
def test_personal_data_becomes_typed_placeholders(text: str, expected: str) -> None:
    assert redacted(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "649 euros!!!",
        "SPRING15",
        "2026-03-02",
        "20.06.2026",
        "monitor 27 inch, 48×74",
        "error E20",
        "25号中秋",
        "9-12点",
    ],
)
def test_prices_dates_codes_and_sizes_stay(text: str) -> None:
    assert redacted(text) == [text]


def test_placeholders_are_consistent_in_a_conversation() -> None:
    assert redacted("a@x.org or b@x.org", "I wrote to B@x.org, not a@x.org") == [
        "{email} or {email_2}",
        "I wrote to {email_2}, not {email}",
    ]


def test_a_name_is_found_wherever_it_stands() -> None:
    assert redacted("hi, my name is Hannah Kowalczyk", "Hello Hannah! Aoife here.", "thanks Aoife") == [
        "hi, my name is {name}",
        "Hello {name}! {agent_name} here.",
        "thanks {agent_name}",
    ]


def test_replaced_values_are_counted_by_type() -> None:
    turn = Turn(speaker="customer", text="WB-204611 and WB-204612, a@x.org")

    _, counts = redact(Conversation(id="c", turns=(turn,)))

    assert counts == {"order_number": 2, "email": 1}


@given(st.from_regex(r"[2-6][0-9]{11,17}", fullmatch=True))
def test_exactly_one_check_digit_makes_a_card_number(digits: str) -> None:
    assert sum(luhn(digits + str(check)) for check in range(10)) == 1


def test_models_read_words_instead_of_placeholders() -> None:
    assert without_placeholders("cancel {order_number_2} now") == "cancel order number now"
