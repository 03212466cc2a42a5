"""The two-stage fallback: did you mean …, say it otherwise, the default fallback."""

from __future__ import annotations

from bot.dialog.events import Event, UserUttered
from tests.unit.dialog_assistant import Talk, assistant

DOMAIN = """
intents: [greet, order, nlu_fallback]
slots: {language: {type: text, influence_conversation: false}}
responses:
  utter_greet: [{text: hello}]
  utter_order: [{text: ordered}]
  utter_default: [{text: I give up}]
"""
RULES = """
rules:
  - rule: two stages
    steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
  - rule: greet
    steps: [{intent: greet}, {action: utter_greet}]
"""


def talk() -> Talk:
    return Talk(assistant(DOMAIN, RULES))


def buttons(events: tuple[Event, ...]) -> list[str]:
    return [b["payload"] for e in events for b in (getattr(e, "data", None) or {}).get("buttons") or ()]


async def test_the_guess_is_asked_about_and_taken() -> None:
    now = talk()
    said = await now.says("grt", "nlu_fallback", ranking=["greet", "order"])
    assert said == ["action_two_stage_fallback", "“Did you mean “greet”?”"]
    assert buttons(now.last.events) == ["/greet", "/out_of_scope"]
    assert await now.says("/greet") == ["action_two_stage_fallback", "utter_greet", "“hello”"]
    assert now.tracker.active_loop is None
    users = [event for event in now.tracker.applied if isinstance(event, UserUttered)]
    assert [user.text for user in users] == ["/greet"]
    assert now.tracker.latest_message["intent"]["name"] == "greet"


async def test_no_then_other_words_then_understood() -> None:
    now = talk()
    await now.says("ordr", "nlu_fallback", ranking=["greet"])
    assert "“Could you say that in other words?”" in await now.says("/out_of_scope")
    assert await now.says("I want to order", "order") == [
        "action_two_stage_fallback", "utter_order", "“ordered”",
    ]  # fmt: skip
    assert now.tracker.active_loop is None


async def test_it_gives_up_in_the_end() -> None:
    now = talk()
    await now.says("x", "nlu_fallback", ranking=["greet"])
    await now.says("/out_of_scope")
    said = await now.says("y", "nlu_fallback", ranking=["greet"])
    assert said == ["action_two_stage_fallback", "“I give up”"]
    assert now.tracker.active_loop is None
    assert not any(isinstance(event, UserUttered) for event in now.tracker.applied)


async def test_it_asks_in_the_customers_language() -> None:
    now = talk()
    await now.says("你好呀", "nlu_fallback", ranking=["greet"], language="zh")
    assert "您是指" in str(now.last.events)


async def test_a_project_asks_in_its_own_words() -> None:
    now = Talk(assistant(DOMAIN + "  utter_ask_affirmation: [{text: 'This, {guess}?'}]\n", RULES))
    assert "“This, greet?”" in await now.says("grt", "nlu_fallback", ranking=["greet"])
