"""The tracker is a fold: Rasa's meaning of each event, the same state however it was reached."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rasa_sdk import Tracker as SdkTracker

from bot.dialog.domain import Domain, parse_domain
from bot.dialog.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    Chosen,
    ConversationPaused,
    ConversationResumed,
    DecisionMade,
    Event,
    FollowupAction,
    OwnerSet,
    Restarted,
    SessionStarted,
    Shown,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
    event_to_dict,
)
from bot.dialog.tracker import WINDOW, Tracker
from tests.unit.dialog_events import events

DOMAIN: Domain = parse_domain(
    {
        "intents": ["greet", "inform"],
        "slots": {"city": {"type": "text"}, "count": {"type": "float", "initial_value": 1.0}},
        "forms": {"order_form": {"required_slots": ["city"]}},
    },
    where="domain.yml",
)
LISTEN = ActionExecuted(name="action_listen")


def user(intent: str, **more: object) -> UserUttered:
    return UserUttered(text=intent, parse_data={"intent": {"name": intent, "confidence": 1.0}, **more})


def fold(*happened: Event) -> Tracker:
    return Tracker.fold("c1", DOMAIN, happened)


@settings(max_examples=200)
@given(st.lists(events(), max_size=30))
def test_any_events_fold_and_fold_the_same_again(happened: list[Event]) -> None:
    tracker = fold(*happened)
    assert tracker == fold(*happened)
    assert tracker.length == len(happened)
    assert (
        tracker.state
        == Tracker.fold("c1", DOMAIN, happened[: len(happened) // 2])
        .extended(happened[len(happened) // 2 :])
        .state
    )
    assert tracker.current_state()["events"] == [event_to_dict(event) for event in happened]


@given(st.lists(events(), max_size=20))
def test_rasa_sdk_reads_the_state_and_agrees_on_what_applies(happened: list[Event]) -> None:
    tracker = fold(*happened)
    theirs = SdkTracker.from_dict(tracker.current_state())
    begun = [event["event"] for event in theirs.applied_events()]
    if not any(isinstance(event, SessionStarted) for event in happened):
        # the SDK does not begin anew there, Rasa itself does; a later revert may also take the event out
        assert begun == [event.name_ for event in tracker.applied]
    assert theirs.current_slot_values() == tracker.slots


def test_slots_begin_at_their_initial_values_and_reset_to_them() -> None:
    tracker = fold(SlotSet(name="city", value="Delft"), SlotSet(name="count", value=3.0))
    assert (tracker.slots["city"], tracker.slots["count"]) == ("Delft", 3.0)
    assert tracker.update(AllSlotsReset()).slots == DOMAIN.initial_slots


def test_a_slot_that_the_domain_has_lost_is_passed_over() -> None:
    assert "gone" not in fold(SlotSet(name="gone", value=1)).slots


def test_restart_forgets_the_talk_and_keeps_who_owns_it() -> None:
    tracker = fold(user("greet"), SlotSet(name="city", value="Delft"), OwnerSet(owner="person"), Restarted())
    assert tracker.slots == DOMAIN.initial_slots
    assert tracker.latest_message == {}
    assert tracker.followup_action == "action_session_start"
    assert tracker.owner == "person"
    assert len(tracker.events) == 4


def test_undo_takes_back_the_last_action_and_what_followed() -> None:
    before = fold(LISTEN, user("greet"))
    after = before.extended(
        [ActionExecuted(name="utter_greet"), SlotSet(name="city", value="Delft"), ActionReverted()]
    )
    assert after.state.moments == before.state.moments
    assert after.slots["city"] is None


def test_rewind_takes_back_the_message_and_the_listening_before_it() -> None:
    before = fold(LISTEN, user("greet"), ActionExecuted(name="utter_greet"))
    after = before.extended(
        [LISTEN, user("inform"), SlotSet(name="city", value="x"), UserUtteranceReverted()]
    )
    assert after.latest_action_name == "utter_greet"
    assert after.latest_intent == "greet"
    assert after.slots["city"] is None


def test_rewind_leaves_the_owner_alone() -> None:
    assert fold(user("greet"), OwnerSet(owner="waiting"), UserUtteranceReverted()).owner == "waiting"


def test_a_session_begins_anew_and_takes_over_the_slots_set_in_it() -> None:
    tracker = fold(SlotSet(name="city", value="a"), SessionStarted(), SlotSet(name="count", value=2.0))
    assert (tracker.slots["city"], tracker.slots["count"]) == (None, 2.0)


def test_followup_lasts_until_an_action() -> None:
    asked = fold(user("greet"), FollowupAction(name="utter_greet"))
    assert asked.followup_action == "utter_greet"
    assert asked.update(ActionExecuted(name="utter_greet")).followup_action is None


def test_pause_and_resume() -> None:
    assert fold(ConversationPaused()).paused
    assert not fold(ConversationPaused(), ConversationResumed()).paused


def test_a_form_asked_several_times_counts_once_in_the_history() -> None:
    first = [LISTEN, user("greet"), ActionExecuted(name="order_form"), ActiveLoop(name="order_form")]
    again = [LISTEN, user("inform"), ActionExecuted(name="order_form"), ActiveLoop(name=None)]
    tracker = fold(*first, *again)
    assert [moment.prev_action for moment in tracker.moments] == ["action_listen", "order_form"]
    assert (tracker.moments[-1].loop, tracker.active_loop) == (None, None)
    assert tracker.latest_message["text"] == "inform"


def test_an_interrupted_form_keeps_the_interruption_in_the_history() -> None:
    tracker = fold(
        *[LISTEN, user("greet"), ActionExecuted(name="order_form"), ActiveLoop(name="order_form")],
        *[LISTEN, user("inform"), ActionExecuted(name="utter_help"), ActionExecuted(name="order_form")],
    )
    assert [moment.prev_action for moment in tracker.moments][-2:] == ["utter_help", "order_form"]


def test_actions_and_rules_see_the_intent_that_was_decided() -> None:
    tracker = fold(LISTEN, user("greet"), DecisionMade(kind="hand_over", action="x", intent="nlu_fallback"))
    assert tracker.latest_intent == "nlu_fallback"
    assert tracker.latest_message["intent"]["name"] == "nlu_fallback"
    full = tracker.update(DecisionMade(kind="answer", action="x", intent="faq/hours"))
    assert (full.latest_intent, full.state.now.user.full_intent) == ("faq", "faq/hours")  # type: ignore[union-attr]


def test_a_clarification_is_open_until_chosen_or_until_the_answering_turn_is_over() -> None:
    asked = fold(user("greet"), Shown(what="clarification", items=({"payload": "/greet"},)), LISTEN)
    assert asked.clarification is not None
    assert asked.update(Shown(what="buttons")).clarification is asked.clarification
    assert asked.update(Chosen(what="clarification", item={})).clarification is None
    answering = asked.update(user("inform"))
    assert answering.clarification is not None
    assert answering.update(LISTEN).clarification is None


def test_long_conversations_keep_a_bounded_window_and_the_whole_state() -> None:
    turn = [LISTEN, user("greet"), ActionExecuted(name="utter_greet"), SlotSet(name="count", value=2.0)]
    tracker = fold(SlotSet(name="city", value="Delft"), *(turn * 400))
    assert WINDOW <= len(tracker.events) <= 2 * WINDOW
    assert len(tracker.applied) <= 2 * WINDOW
    assert tracker.length == 1601
    assert (tracker.slots["city"], tracker.latest_action_name) == ("Delft", "utter_greet")
    rewound = tracker.update(UserUtteranceReverted())
    assert (rewound.slots["city"], rewound.latest_action_name) == ("Delft", "utter_greet")


def test_another_release_keeps_the_slots_it_knows() -> None:
    newer = parse_domain({"slots": {"city": {"type": "text"}, "new": {"type": "bool"}}}, where="d")
    tracker = fold(SlotSet(name="city", value="Delft"), SlotSet(name="count", value=9)).under(newer)
    assert tracker.slots["city"] == "Delft"
    assert tracker.slots["new"] is None
    assert "count" not in tracker.slots
    assert tracker.update(AllSlotsReset()).slots == newer.initial_slots


def test_a_session_is_over_after_the_domains_minutes() -> None:
    assert fold().session_over(0.0)
    tracker = fold(SlotSet(timestamp=1000.0, name="city"))
    assert not tracker.session_over(1000.0 + 60 * 60)
    assert tracker.session_over(1000.1 + 60 * 60)


def test_the_language_is_the_slots_else_the_messages() -> None:
    assert fold(user("greet", language="zh")).language == "zh"
    domain = parse_domain({"slots": {"language": {"type": "text", "initial_value": "en"}}}, where="d")
    assert Tracker.fold("c", domain, [user("greet", language="zh")]).language == "en"


def test_the_state_has_rasas_keys() -> None:
    state = fold(
        user("greet"), ActionExecuted(name="order_form"), ActiveLoop(name="order_form")
    ).current_state()
    assert state.keys() == {
        "sender_id", "slots", "latest_message", "latest_event_time", "followup_action", "paused", "events",
        "latest_input_channel", "active_loop", "latest_action", "latest_action_name",
    }  # fmt: skip
    assert state["active_loop"].keys() == {"name", "is_interrupted", "rejected", "trigger_message"}
