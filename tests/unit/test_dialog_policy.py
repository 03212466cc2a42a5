"""Who decides what comes next: rules, stories, responses and the decision, through the real loop."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from bot.actions.loop import begin_session
from bot.dialog.calls import ActionResult
from bot.dialog.decision import Candidate, Costs, Decision, decide
from bot.dialog.events import (
    ActionExecuted,
    ActionReverted,
    ConversationPaused,
    DecisionMade,
    FollowupAction,
    OwnerSet,
    Shown,
    SlotSet,
    UserUttered,
)
from bot.dialog.policy import next_action
from bot.dialog.tracker import Tracker
from tests.unit.dialog_assistant import Talk, assistant

SHOP = """
intents: [greet, affirm, deny, help, faq, talk_to_person, out_of_scope, order]
slots:
  tier: {type: categorical, values: [gold, none]}
  name: {type: text, influence_conversation: false}
responses:
  utter_greet: [{text: hello, buttons: [{title: Help, payload: /help}]}]
  utter_affirm: [{text: good}]
  utter_help: [{text: help}]
  utter_gold: [{text: for gold}]
  utter_hello_again: [{text: hello again}]
  utter_faq/hours: [{text: nine to five}]
  utter_faq/place: [{text: Delft}]
  utter_more: [{text: more?}]
  utter_bye: [{text: bye}]
actions: [action_look, action_ask]
"""
RULES = """
rules:
  - rule: help
    steps: [{intent: help}, {action: utter_help}]
  - rule: help for gold
    condition: [{slot_was_set: [{tier: gold}]}]
    steps: [{intent: help}, {action: utter_gold}, {action: utter_more}]
  - rule: only at the start
    conversation_start: true
    steps: [{intent: greet}, {action: utter_greet}]
  - rule: faq
    steps: [{intent: faq}, {action: utter_faq}]
  - rule: goes on after more
    steps: [{action: utter_more}, {intent: deny}, {action: utter_bye}]
  - rule: order
    wait_for_user_input: false
    steps: [{intent: order}, {action: action_look}]
  - rule: after looking
    steps: [{action: action_look}, {action: utter_more}]
"""
STORIES = """
stories:
  - story: greeting again
    steps: [{intent: greet}, {action: utter_greet}, {intent: greet}, {action: utter_hello_again}]
  - story: after help
    steps:
      - {action: utter_help}
      - {intent: affirm}
      - {action: utter_more}
      - {intent: affirm}
      - {action: utter_bye}
"""


def talk(**more: object) -> Talk:
    return Talk(assistant(SHOP, RULES, STORIES), **more)  # type: ignore[arg-type]


def intent(name: str, p: float) -> Candidate:
    return Candidate(kind="intent", name=name, p=p, title=name)


def decided(*candidates: Candidate, may_clarify: bool = True) -> Decision:
    return decide(candidates, Costs(), may_clarify=may_clarify)


async def test_a_rule_answers_and_says_why() -> None:
    now = talk()
    assert await now.says("can you help", "help") == ["utter_help", "“help”"]
    executed = [event for event in now.last.events if isinstance(event, ActionExecuted)]
    assert [event.name for event in executed] == ["utter_help", "action_listen"]
    assert executed[0].policy == "rules"
    assert executed[0].metadata["why"] == "rule: help"


async def test_the_runner_up_is_named() -> None:
    now = talk()
    await now.says("help", "help")
    executed = next(event for event in now.last.events if isinstance(event, ActionExecuted))
    assert executed.metadata["runner_up"] == "response: utter_help"


async def test_the_more_specific_rule_wins() -> None:
    now = talk()
    now.tracker = now.tracker.update(SlotSet(name="tier", value="gold"))
    assert await now.says("help", "help") == ["utter_gold", "“for gold”", "utter_more", "“more?”"]


async def test_a_rule_goes_on_over_turns() -> None:
    now = talk()
    now.tracker = now.tracker.update(SlotSet(name="tier", value="gold"))
    await now.says("help", "help")
    assert await now.says("no", "deny") == ["utter_bye", "“bye”"]


async def test_a_rule_for_the_start_applies_only_there_and_then_a_story_does() -> None:
    now = talk()
    assert await now.says("hi", "greet") == ["utter_greet", "“hello”"]
    assert await now.says("hi", "greet") == ["utter_hello_again", "“hello again”"]


async def test_a_story_that_begins_with_an_action_applies_in_mid_conversation() -> None:
    now = talk()
    await now.says("hi", "greet")
    await now.says("help", "help")
    assert await now.says("yes", "affirm") == ["utter_more", "“more?”"]
    assert await now.says("yes", "affirm") == ["utter_bye", "“bye”"]


async def test_an_intent_with_a_response_of_its_name_answers() -> None:
    assert await talk().says("yes", "affirm") == ["utter_affirm", "“good”"]


async def test_a_retrieval_intent_says_the_chosen_answer() -> None:
    assert await talk().says("/faq/place") == ["utter_faq", "“Delft”"]
    assert (await talk().says("/faq/hours"))[-1] == "“nine to five”"


async def test_a_rule_that_does_not_wait_hands_over_to_the_next() -> None:
    now = talk(actions={"action_look": lambda tracker: ActionResult(responses=({"text": "found"},))})
    assert await now.says("/order") == ["action_look", "“found”", "utter_more", "“more?”"]


async def test_a_payload_that_nothing_answers_gets_the_default() -> None:
    lines = await talk().says("/unheard_of")
    assert lines[0] == "action_default_fallback"
    assert "Sorry" in lines[1]


async def test_talk_to_person_hands_over_unless_a_rule_says_otherwise() -> None:
    now = talk()
    assert await now.says("a human please", "talk_to_person") == ["action_hand_over"]
    assert now.tracker.owner == "waiting"
    rules = "rules: [{rule: r, steps: [{intent: talk_to_person}, {action: utter_bye}]}]"
    assert await Talk(assistant(SHOP, rules)).says("a human", "talk_to_person") == ["utter_bye", "“bye”"]


async def test_a_decision_to_answer_goes_through_rules() -> None:
    now = talk()
    lines = await now.says("helping hand", "order", decision=decided(intent("help", 0.95)))
    assert lines == ["utter_help", "“help”"]
    first = now.last.events[0]
    assert isinstance(first, DecisionMade)
    assert first.intent == "help"


@pytest.mark.parametrize(
    ("candidates", "action"),
    [
        ([Candidate(kind="passage", name="p#1", p=0.95)], "action_cite"),
        ([intent("help", 0.5), intent("greet", 0.45)], "action_clarify"),
        ([intent("help", 0.05)], "action_hand_over"),
    ],
)
async def test_the_decisions_own_actions(candidates: list[Candidate], action: str) -> None:
    now = talk()
    decision = decided(*candidates)
    assert await now.says("something", "help", decision=decision) == [action]
    executed = next(event for event in now.last.events if isinstance(event, ActionExecuted))
    assert (executed.policy, executed.metadata["why"]) == ("decision", decision.why)


async def test_a_rule_takes_what_was_rejected() -> None:
    rules = "rules: [{rule: r, steps: [{intent: out_of_scope}, {action: utter_out_of_scope}]}]"
    now = Talk(assistant(SHOP, rules))
    lines = await now.says("the weather", "help", decision=decided(intent("help", 0.05)))
    assert lines[0] == "utter_out_of_scope"
    assert now.tracker.owner == "bot"


async def test_an_accepted_intent_that_nothing_answers_goes_to_a_person() -> None:
    assert await talk().says("no", "deny", decision=decided(intent("deny", 0.99))) == ["action_hand_over"]


async def test_a_projects_own_fallback_comes_before_a_person() -> None:
    built = replace(assistant(SHOP, RULES, STORIES), fallback="utter_more")
    now = Talk(built)
    assert await now.says("yes", "deny", decision=decided(intent("deny", 0.99))) == ["utter_more", "“more?”"]
    rejected = decided(intent("deny", 0.01), may_clarify=False)
    assert await Talk(built).says("hm", "deny", decision=rejected) == ["utter_more", "“more?”"]
    assert await Talk(built).says("person", "talk_to_person") == ["action_hand_over"]
    assert await Talk(built).says("help", "help") == ["utter_help", "“help”"]


async def test_an_action_default_fallback_of_the_projects_own_is_its_fallback() -> None:
    def sorry(tracker: Tracker) -> ActionResult:
        return ActionResult(responses=({"text": "sorry"},))

    own = assistant(SHOP.replace("action_ask]", "action_ask, action_default_fallback]"), RULES, STORIES)
    now = Talk(own, actions={"action_default_fallback": sorry})
    said = await now.says("no", "deny", decision=decided(intent("deny", 0.99)))
    assert said == ["action_default_fallback", "“sorry”"]


async def test_a_followup_comes_first() -> None:
    result = ActionResult(events=(FollowupAction(name="utter_bye"),))
    assert (await talk(actions={"action_look": lambda tracker: result}).says("/order"))[:3] == [
        "action_look", "utter_bye", "“bye”"
    ]  # fmt: skip


async def test_an_action_that_declines_leaves_it_to_the_next_policy() -> None:
    lines = await talk(actions={"action_look": lambda tracker: ActionResult(rejected=True)}).says("/order")
    assert lines[0] == "action_default_fallback"


async def test_a_failed_action_is_an_apology_and_a_hand_over(caplog: pytest.LogCaptureFixture) -> None:
    now = talk()
    with caplog.at_level(logging.ERROR):
        lines = await now.says("/order")
    assert lines[0] == "utter_action_failed"
    assert "Sorry" in lines[1]
    assert now.tracker.owner == "waiting"
    assert now.tracker.latest_action_name == "action_listen"
    assert "action_look" in caplog.text


async def test_a_turn_that_goes_round_and_round_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    now = talk(actions={"action_look": lambda tracker: ActionResult(events=(ActionReverted(),))})
    with caplog.at_level(logging.WARNING):
        assert await now.says("/order") == ["action_look"] * 10
    assert "stopped" in caplog.text
    assert now.tracker.latest_action_name == "action_listen"


async def test_each_call_has_a_key_of_message_and_step() -> None:
    actions = {"action_look": lambda tracker: ActionResult(events=(FollowupAction(name="action_ask"),))}
    now = talk(actions={**actions, "action_ask": lambda tracker: ActionResult()})
    await now.says("/order")
    assert now.keys == ["m1:1", "m1:2"]


async def test_restart_begins_a_new_session() -> None:
    now = talk()
    now.tracker = now.tracker.update(SlotSet(name="tier", value="gold"))
    await now.says("hi", "greet")
    assert [line for line in await now.says("/restart") if "“" not in line] == [
        "action_restart",
        "action_session_start",
    ]
    assert now.tracker.slots["tier"] is None
    assert await now.says("hi", "greet") == ["utter_greet", "“hello”"]


async def test_back_takes_back_the_last_message() -> None:
    now = talk()
    await now.says("hi", "greet")
    before = now.tracker
    await now.says("help", "help")
    await now.says("/back")
    assert now.tracker.latest_intent == before.latest_intent == "greet" or now.tracker.latest_intent is None
    assert [moment.prev_action for moment in now.tracker.moments if moment.user] == [
        moment.prev_action for moment in before.moments if moment.user
    ]


async def test_a_paused_conversation_stays_silent() -> None:
    now = talk()
    now.tracker = now.tracker.update(ConversationPaused())
    assert await now.says("help", "help") == []


async def test_buttons_that_are_shown_and_pressed_are_events() -> None:
    now = talk()
    await now.says("hi", "greet")
    shown = [event for event in now.last.events if isinstance(event, Shown)]
    assert [(event.what, event.items) for event in shown] == [
        ("buttons", ({"title": "Help", "payload": "/help"},))
    ]
    await now.says("/help")
    assert {"event": "chosen", "what": "buttons"}.items() <= next(
        event.items() for event in now.tracker.current_state()["events"] if event["event"] == "chosen"
    )


async def test_a_session_carries_its_slots_over() -> None:
    now = talk()
    now.tracker = now.tracker.extended([SlotSet(name="name", value="Ann"), OwnerSet(owner="bot")])
    begun = await begin_session(now.tracker, now.ports)
    assert [event.name_ for event in begun.events] == ["action", "session_started", "slot", "action"]
    assert begun.tracker.slots["name"] == "Ann"
    assert begun.tracker.latest_action_name == "action_listen"


@pytest.mark.parametrize(
    "entities", [3, [4], [{"entity": ["a"], "role": {"b": 1}, "group": [], "value": {}}]]
)
def test_parse_data_from_elsewhere_does_no_harm(entities: object) -> None:
    now = talk()
    data = {"intent": {"name": "help"}, "entities": entities}
    tracker = now.tracker.update(UserUttered(text="x", parse_data=data))
    assert next_action(tracker, now.assistant, None).action == "utter_help"


def test_with_nothing_said_there_is_nothing_to_do() -> None:
    now = talk()
    assert next_action(now.tracker, now.assistant, None).action == "action_listen"
    unanswered = now.tracker.update(UserUttered(text="x", parse_data={}))
    assert next_action(unanswered, now.assistant, None).action == "action_default_fallback"
