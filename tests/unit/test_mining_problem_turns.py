from __future__ import annotations

import numpy as np
import pytest

from intents.mining.evidence import settle
from intents.mining.problem_turns import Statement, problem_turns
from intents.mining.vectors import unit
from intents.transcripts.conversation import Conversation, Speaker, Turn

SPEAKERS: dict[str, Speaker] = {"C": "customer", "A": "agent", "B": "bot"}


def found(dialog: str) -> list[tuple[int | None, str, str]]:
    turns = tuple(
        Turn(speaker=SPEAKERS[line.strip()[0]], text=line.strip()[2:]) for line in dialog.strip().splitlines()
    )
    return [(one.turn, one.text, one.reason) for one in problem_turns(Conversation(id="c", turns=turns))]


@pytest.mark.parametrize(
    "text",
    ["i need your help", "hello, can you help me with something", "thanks for all your help", "no more help needed",
     "hi", "Good morning!", "我有个问题想咨询一下", "ok thanks", "yes", "no.", "WB-204611",
     "{order_number}", "👍", "在吗", "你好", "谢谢",
     "好的", "收到", "138-0000-4471", "sec", "bye"],
)  # fmt: skip
def test_what_states_nothing_is_no_problem_turn(text: str) -> None:
    assert found(f"C {text}") == []


@pytest.mark.parametrize(
    "text",
    ["cant log in", "Where's my order?", "I want to return a kettle", "code SPRING15 doesnt work", 
     "退款怎么还没到", "能开发票吗", "我的快递三天没动了", "how many points do i have", "You charged me twice!!!"],
)  # fmt: skip
def test_a_statement_is_one(text: str) -> None:
    assert found(f"C {text}") == [(0, text, "opening")]


def test_fragments_are_joined_and_the_fullest_turn_stands_for_them() -> None:
    dialog = """
        C hi
        C my order
        C was supposed to be here friday and its monday now
        A Have you the order number?
        C {order_number}
    """

    assert found(dialog) == [(2, "my order was supposed to be here friday and its monday now", "opening")]


def test_chinese_fragments_are_joined_too() -> None:
    assert found("C 在吗\nC 退款怎么还没到\nC 都一个星期了\nA 我查一下") == [
        (1, "退款怎么还没到，都一个星期了", "opening")
    ]


def test_answers_to_the_agents_question_are_left_out() -> None:
    dialog = """
        C my coffee machine shows an orange light
        A Have you descaled it since you bought it?
        C uh no i never descaled that machine
        A What is your address?
        C my address is 14 Tannery Row in Leeds
    """

    assert [turn for turn, _, _ in found(dialog)] == [0]


def test_a_second_problem_in_the_conversation_is_found() -> None:
    dialog = """
        C 你好 空气净化器红灯一直亮
        A 长按滤芯键5秒就好
        C 灭了
        C 另外滤芯能洗吗
        A 不能水洗
        C 谢谢
    """

    assert [(turn, reason) for turn, _, reason in found(dialog)] == [(0, "opening"), (3, "another subject")]
    english = (
        "C cant log in\nA I sent you a link.\nC works. also I need to change my delivery address\nA Done."
    )
    assert [(turn, reason) for turn, _, reason in found(english)] == [(0, "opening"), (2, "another subject")]


def test_where_the_other_side_is_missing_turns_are_not_joined() -> None:
    assert [
        turn for turn, _, _ in found("C hii\nC i need a new card\nC 4453\nC ok\nC i want to check my balance")
    ] == [1, 4]


def statement(text: str, *, reason: str = "", asked: bool = False) -> Statement:
    return Statement(id="c", turns=(0,), texts=(text,), language="en", asked=asked, reason=reason)


def test_a_history_corrects_the_rules_both_ways_but_never_takes_an_answer() -> None:
    said = [statement("problem", reason="request")] * 90 + [statement("problem")] * 10
    said += [statement("remark")] * 120 + [statement("remark", reason="trouble")] * 10
    said.append(statement("problem", asked=True))
    rng = np.random.default_rng(0)
    sides = np.array([[1.0, 0] if one.text == "problem" else [0, 1.0] for one in said], np.float32)
    vectors = unit(sides + rng.normal(scale=0.1, size=sides.shape).astype(np.float32))

    settled = settle(said, vectors)

    assert [one.reason for one in settled[90:100]] == ["alike"] * 10
    assert not any(one.reason for one in settled[100:])
    assert all(one.reason == "request" for one in settled[:90])


def test_of_a_few_statements_nothing_is_learned() -> None:
    said = [statement("problem", reason="request"), statement("remark")] * 10

    assert settle(said, np.eye(20, dtype=np.float32)) == said
