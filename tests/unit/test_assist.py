"""Suggested replies: what may be suggested, how it is put in order, and what is learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.assist.assist import lines_of
from bot.assist.canned import Canned, read_canned
from bot.assist.likeness import SAME, likeness
from bot.assist.past import PastAnswers, asked_before, exchanges_of
from bot.assist.pool import in_order
from bot.assist.ranking import FEATURES, Ranking, Scene
from bot.assist.suggestion import Suggestion
from bot.assist.templates import templates
from bot.dialog.events import SlotSet
from bot.dialog.tracker import Tracker
from encoders.errors import InputError
from intents.transcripts.conversation import Conversation, Turn
from intents.understanding import IntentScore, Understanding
from tests.unit.dialog_assistant import assistant

DOMAIN = """
    version: "3.1"
    intents: [track_order, returns]
    slots:
      order_number: {type: text, mappings: [{type: custom}]}
    forms:
      order_form: {required_slots: [order_number]}
    responses:
      utter_returns:
      - text: "You have thirty days."
      utter_track_order:
      - text: "Order {order_number} is on its way."
      utter_ask_order_number:
      - text: "Which order is it?"
"""
RETURNS = Scene(intent="returns")
RULES = """
    version: "3.1"
    rules:
    - rule: ask
      steps:
      - intent: track_order
      - action: order_form
      - active_loop: order_form
"""


def understood(*intents: str) -> Understanding:
    ranking = tuple(
        IntentScore(intent=one, confidence=0.9 / (place + 1)) for place, one in enumerate(intents)
    )
    return Understanding(text="?", ranking=ranking, in_scope=1.0, language="en", model_id="m")


def suggestion(key: str, text: str, score: float = 0.5, source: str = "past") -> Suggestion:
    return Suggestion(source=source, key=key, text=text, score=score)  # type: ignore[arg-type]


def said(*lines: tuple[str, str]) -> Conversation:
    turns = tuple(Turn(speaker=who, text=text) for who, text in lines)  # type: ignore[arg-type]
    return Conversation(id="c", turns=turns)


# ── candidates ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_template_with_a_gap_that_nothing_fills_is_not_suggested() -> None:
    made = assistant(DOMAIN, RULES)
    tracker = Tracker.start("c", made.domain)
    found = {one.key: one.text for one in templates(tracker, made, understood("track_order", "returns"))}
    assert found == {"utter_ask_order_number": "Which order is it?", "utter_returns": "You have thirty days."}
    tracker = tracker.update(SlotSet(name="order_number", value="WB-1"))
    found = {one.key: one.text for one in templates(tracker, made, understood("track_order"))}
    assert found == {"utter_track_order": "Order WB-1 is on its way."}


def test_what_agents_answered_is_kept_without_personal_data_and_without_what_was_no_use() -> None:
    conversation = said(
        ("customer", "where is my parcel, I'm at eva.novak@mail.example"),
        ("agent", "Maaike here. It arrives tomorrow."),
        ("customer", "will you write to eva.novak@mail.example too?"),
        ("agent", "Of course, I write to eva.novak@mail.example then."),
        ("customer", "and can I still change the address of it?"),
        ("agent", "You can change it under My orders until it has left."),
        ("customer", "that does not help at all, it doesn't work"),
    )
    (exchange,) = exchanges_of(conversation)
    assert exchange.asked == "where is my parcel, I'm at {email}"
    assert exchange.answered == "{agent_name} here. It arrives tomorrow."


def test_a_short_last_line_is_asked_with_the_one_before() -> None:
    lines = [
        ("customer", "I want to send the chairs back"),
        ("agent", "Which order is it?"),
        ("customer", "WB-190412"),
    ]
    assert asked_before(lines) == "I want to send the chairs back\nWB-190412"
    assert asked_before([*lines, ("agent", "Thank you.")]) == "", "nothing is open"


def test_what_was_passed_on_is_open_though_the_bot_spoke_last() -> None:
    asked = {"event": "user", "text": "do you gift wrap"}
    passed_on = {"event": "bot", "text": "I'll pass you on to a colleague."}
    waiting = {"event": "owner", "owner": "waiting", "reason": "unsure"}
    assert asked_before(lines_of([asked, passed_on])) == "", "the bot has answered"
    assert asked_before(lines_of([asked, passed_on, waiting])) == "do you gift wrap"
    wish = {"event": "user", "text": "let me talk to somebody"}
    about = lines_of([asked, passed_on, wish, {**waiting, "reason": "asked"}, passed_on])
    assert asked_before(about) == "do you gift wrap"
    answered = {"event": "agent", "text": "We do."}
    assert asked_before(lines_of([asked, waiting, passed_on, answered])) == ""


def test_past_answers_are_found_by_what_they_answered_in_the_language() -> None:
    exchanges = [
        *exchanges_of(
            said(("customer", "how long do I have to send it back"), ("agent", "Thirty days from delivery."))
        ),
        *exchanges_of(
            said(("customer", "do you ship abroad"), ("agent", "To all of Europe, for nine euros."))
        ),
        *exchanges_of(said(("customer", "可以寄到国外吗"), ("agent", "目前只寄欧洲和国内，运费另算。"))),
    ]
    past = PastAnswers(2)
    past.add(exchanges, np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], np.float32))
    found = past.like(np.array([0.1, 0.99], np.float32), language="en", count=5)
    assert [one.text for one in found] == ["To all of Europe, for nine euros."]
    assert PastAnswers(2).like(np.array([1.0, 0.0], np.float32), language="en", count=5) == []


def test_what_says_the_same_is_suggested_once_and_counts_as_support() -> None:
    pool = [
        suggestion("a", "You have thirty days.", 0.9),
        suggestion("b", "You have thirty days!", 0.8),
        suggestion("c", "No."),
    ]
    kept = in_order(pool, Ranking(), RETURNS)
    assert [one.key for one in kept] == ["a", "c"]
    assert kept[0].support == pytest.approx(0.5)
    assert kept[1].support == 0.0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The refund takes 3 to 5 days.", "the refund takes 3 to 5 days", True),
        ("The refund takes 3 to 5 days.", "Hi Eva, the refund takes 3 to 5 working days.", True),
        ("The refund takes 3 to 5 days.", "Please send me a photo of the label.", False),
        ("退款三到五个工作日到账。", "亲，退款三到五个工作日内到账哦", True),
        ("", "", False),
        ("!", "?", False),
    ],
)
def test_a_changed_suggestion_is_known_again(one: str, other: str, same: bool) -> None:
    assert (likeness(one, other) >= SAME) is same
    assert likeness(one, other) == pytest.approx(likeness(other, one))


def ranked(ranking: Ranking, pool: list[Suggestion]) -> list[Suggestion]:
    return [ranking.seen(pool[place], RETURNS) for place in ranking.order(pool, RETURNS)]


# ── ranking ──────────────────────────────────────────────────────────────────────────────────────────────


def test_before_anything_is_learned_the_sources_own_scores_decide() -> None:
    pool = [
        suggestion("a", "x", 0.2),
        suggestion("b", "x", 0.9, "template"),
        suggestion("c", "x", 0.5, "passage"),
    ]
    assert [one.key for one in ranked(Ranking(), pool)] == ["b", "c", "a"]


def test_what_agents_take_for_an_intent_comes_first_there_and_less_so_elsewhere() -> None:
    ranking = Ranking()
    pool = [suggestion(key, f"answer {key}", score) for key, score in (("a", 0.7), ("b", 0.69), ("c", 0.6))]
    for _ in range(30):
        order = ranked(ranking, pool)
        taken = [one.key for one in order].index("c")
        ranking.learn([one.as_dict() for one in order], taken, "returns")
    assert ranked(ranking, pool)[0].key == "c"
    assert ranking.taken_for("returns") == ["c"]
    assert ranking.taken_for("other") == []
    gap = {
        intent: float(
            np.subtract(
                *(ranking.weights @ ranking.features(pool[place], Scene(intent=intent)) for place in (2, 0))
            )
        )
        for intent in ("returns", "other")
    }
    assert gap["returns"] > gap["other"]


def test_rejections_make_a_suggestion_less_likely() -> None:
    ranking = Ranking()
    pool = [suggestion("a", "x"), suggestion("b", "x")]
    place = FEATURES.index("key_taken_for_intent")
    before = ranking.features(pool[0], RETURNS)[place]
    ranking.learn([one.as_dict() for one in ranked(ranking, pool)], None, "returns")
    assert ranking.features(pool[0], RETURNS)[place] < before


# ── canned replies ───────────────────────────────────────────────────────────────────────────────────────


def test_canned_replies_are_filled_read_again_and_kept_when_the_file_breaks(tmp_path: Path) -> None:
    canned = Canned(tmp_path)
    assert canned.read() == {}
    file = tmp_path / "canned.yml"
    file.write_text("hello:\n  en: Hi, {agent} here about {order}.\n  zh: 您好\n")
    found = canned.for_conversation({"order": "WB-1"}, language="en", agent="Ann")
    assert found == [{"name": "hello", "text": "Hi, Ann here about WB-1."}]
    assert canned.for_conversation({}, language="nl", agent="Ann") == []
    file.write_text("hello: [oops")
    assert set(canned.read()) == {"hello"}


@pytest.mark.parametrize("text", ["hello: hi\n", "hello: {}\n", "hello:\n  en: ''\n", "- hello\n"])
def test_canned_replies_that_are_none_are_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "canned.yml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"canned\.yml"):
        read_canned(file)
