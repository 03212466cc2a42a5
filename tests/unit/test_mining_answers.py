from __future__ import annotations

import numpy as np
import pytest

from intents.mining.answers import Answer, agents_turns, may_answer, rank_answers, without_own_name
from intents.mining.problem_turns import ProblemTurn
from intents.mining.responses import draft_responses, response_document, settle_answers, slot_suggestions
from intents.mining.slots import slot_name
from intents.mining.templates import find_templates, matches, tokens_of
from intents.mining.variables import generalised
from intents.mining.vectors import unit
from intents.transcripts.conversation import Conversation, Turn


def conversation(*texts: str, id: str = "c") -> Conversation:
    return Conversation(
        id=id,
        turns=tuple(Turn(speaker=("customer", "agent")[i % 2], text=text) for i, text in enumerate(texts)),
    )


def problem(turn: int = 0, *, id: str = "c") -> ProblemTurn:
    return ProblemTurn(id=id, turn=turn, turns=(turn,), text="", language="en", reason="opening")


def answer(text: str, *, language: str = "en", worked: bool = False, turn: int = 1) -> Answer:
    return Answer(text=text, language=language, conversation="c", turn=turn, worked=worked, problem=0)


def test_what_only_asks_for_a_number_is_no_answer_and_thanks_are_evidence() -> None:
    said = conversation(
        "where is my parcel", "What's your order number please?", "{order_number}",
        "It left the depot this morning and comes today.", "thanks!",
    )  # fmt: skip

    (found,) = may_answer(agents_turns({"c": said}, [problem()]))

    assert (found.turn, found.thanked, found.worked, found.asks_back) == (3, True, True, False)


def test_turns_before_any_problem_belong_to_none_and_no_use_is_no_success() -> None:
    said = Conversation(
        id="c",
        turns=(
            Turn(speaker="agent", text="Hello, how can I help?"),
            Turn(speaker="customer", text="cant log in"),
            Turn(speaker="agent", text="Please clear the cache of your browser."),
            Turn(speaker="customer", text="thanks but that didn't work"),
        ),
        metadata={"status": "resolved"},
    )

    greeting, advice = agents_turns({"c": said}, [problem(1)])

    assert (greeting.problem, advice.problem) == (-1, 0)
    assert advice.thanked
    assert not advice.worked


def test_an_answer_after_which_the_same_problem_came_again_did_not_work() -> None:
    once = answer("Please try again.", worked=True)

    (settled,) = settle_answers([once], ["log_in", "log_in"], ["c", "c"])
    (other,) = settle_answers([once], ["log_in", "refund"], ["c", "c"])

    assert (settled.worked, other.worked) == (False, True)


def test_an_answer_that_worked_ranks_before_an_equal_one() -> None:
    answers = [answer("one"), answer("two", worked=True), answer("three")]

    assert rank_answers(answers, unit(np.ones((3, 4), np.float32)))[0].text == "two"


TRACKING = [
    f"Your parcel {{order_number}} left our {place} depot and arrives on {day}."
    for place, day in [("Leeds", "Monday"), ("York", "Friday"), ("Hull", "Tuesday"), ("Bath", "Monday")]
]


def test_what_varies_is_a_variable_and_the_template_matches_what_it_was_made_from() -> None:
    texts = [
        *TRACKING,
        "Is there anything else?",
        "Is there anything else?",
        "Is there anything else?",
        "one of a kind",
    ]

    tracking, anything = find_templates(texts, least=3)

    assert tracking.text == "Your parcel {order_number} left our {depot} depot and arrives on {day}."
    assert set(tracking.values["day"]) == {"Monday", "Friday", "Tuesday"}
    assert tracking.members == (0, 1, 2, 3)
    assert all(matches(tracking.text).fullmatch(text) for text in TRACKING)
    assert (anything.text, len(anything.members)) == ("Is there anything else?", 3)


def test_two_fillings_are_two_templates() -> None:
    texts = ["Please tell me the first colour.", "Please tell me the second colour."] * 4

    assert {one.text for one in find_templates(texts, least=3)} == set(texts)


def test_chinese_templates_have_variables_too() -> None:
    texts = [f"您好，您的快递已经到{city}了，预计{day}送达。" for city, day in
             [("上海", "周一"), ("北京", "周五"), ("广州", "明天"), ("成都", "周三")]]  # fmt: skip

    (found,) = find_templates(texts, least=3)

    assert found.text == "您好，您的快递已经到{value}了，预计{day}送达。"


@pytest.mark.parametrize("text", ["At 9 pm: $12.50, don't!", "您好 ok，12点 {name_2}", "", "a\n b  c"])
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(tokens_of(text)) == " ".join(text.split())


def test_single_answers_are_generalised() -> None:
    text = "We refunded £12.99 on 2026-03-02 to {name}, case 48213; size 38 stays."

    assert generalised(text) == "We refunded {amount} on {date} to {name}, case {number}; size 38 stays."


@pytest.mark.parametrize(
    ("question", "replies", "slot"),
    [
        ("May I have your name, please?", ["{name}", "It's {name}"], "name"),
        ("At what time can you come?", ["noon"], "time"),
        ("How many people should it be for?", ["4"], "people"),
        ("Where do you need to go?", ["to the {name} hotel"], "place"),
        ("Should I book that for you?", ["yes"], ""),
        ("麻烦提供一下订单号？", ["好"], "订单号"),
        ("还有别的问题吗？", ["没有"], ""),
    ],
)
def test_slots_are_named_after_what_is_asked_for(question: str, replies: list[str], slot: str) -> None:
    assert slot_name(question, replies, "en" if question.isascii() else "zh") == slot


def test_drafts_are_per_intent_with_evidence_and_questions_become_slots() -> None:
    agents, intents, ids = [], [], []
    for case, text in enumerate(TRACKING):
        id = f"d{case}"
        said = conversation(
            "where is my parcel", "What is your order number?", "{order_number}", text, "thank you", id=id
        )
        agents += [
            Answer(
                text=one.text, language="en", conversation=id, turn=one.turn, problem=case, thanked=one.thanked,
                worked=one.worked, asks_back=one.asks_back, reply=one.reply,
            )
            for one in agents_turns({id: said}, [problem(id=id)])
        ]  # fmt: skip
        intents.append("track_order")
        ids.append(id)

    drafts = draft_responses(settle_answers(agents, intents, ids), intents, {"track_order": []})

    told, asked = drafts
    assert (told.name, told.kind, told.uses, told.conversations, told.worked) == (
        "utter_track_order", "answer", 4, 4, 4,
    )  # fmt: skip
    assert (asked.name, asked.slot) == ("utter_ask_track_order_order_number", "order_number")
    (slot,) = slot_suggestions("track_order", drafts, agents, intents)
    assert (slot.slot, slot.response, slot.share) == ("order_number", asked.name, 1.0)


def test_without_a_template_the_best_answer_of_each_language_is_drafted() -> None:
    best = [answer("We paid back £5.10 today.", worked=True), answer("钱今天退给您了", language="zh")]

    drafts = draft_responses([], [], {"refund": best})

    english, chinese = response_document(drafts)["responses"]["utter_refund"]
    assert english["text"] == "We paid back {amount} today."
    assert english["metadata"]["turn"] == 1
    assert chinese["condition"] == [{"type": "slot", "name": "language", "value": "zh"}]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Good morning, {agent_name} here. Your refund is on its way.", "Your refund is on its way."),
        ("您好，我是{agent_name}。退款三天内到账。", "退款三天内到账。"),
        ("Hello, this is {agent_name}.", "Hello, this is {agent_name}."),
        ("Ask for {name} at the desk.", "Ask for {name} at the desk."),
    ],
)
def test_who_the_agent_is_is_no_part_of_the_answer(said: str, answer: str) -> None:
    assert without_own_name(said) == answer
