"""Forms: walked through with validation, interrupted, ended early."""

from __future__ import annotations

from typing import Any

from bot.dialog.calls import ActionResult
from bot.dialog.decision import Candidate, Costs, Decision, decide
from bot.dialog.events import ActionExecutionRejected, ActiveLoop, LoopInterrupted, SlotSet
from bot.dialog.forms import answers_form
from bot.dialog.tracker import Tracker
from tests.unit.dialog_assistant import Act, Talk, assistant

DOMAIN = """
intents: [book, inform, stop, affirm, deny, chat, explain]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  people: {type: float, influence_conversation: false, mappings: [{type: from_entity, entity: number}]}
  note:
    type: text
    influence_conversation: false
    mappings: [{type: from_text, conditions: [{active_loop: table_form, requested_slot: note}]}]
forms:
  table_form: {required_slots: [city, people, note], ignored_intents: [chat]}
responses:
  utter_ask_city: [{text: which city?}]
  utter_ask_table_form_people: [{text: how many?}]
  utter_ask_people: [{text: never said}]
  utter_ask_note: [{text: a note?}]
  utter_done: [{text: "{people} in {city}, {note}"}]
  utter_chat: [{text: chat}]
  utter_ask_continue: [{text: go on?}]
  utter_explain: [{text: because}]
actions: [validate_table_form]
"""
RULES = """
rules:
  - rule: begin
    steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]
  - rule: end
    condition: [{active_loop: table_form}]
    steps:
      - {action: table_form}
      - {active_loop: null}
      - {slot_was_set: [{requested_slot: null}]}
      - {action: utter_done}
  - rule: chat
    steps: [{intent: chat}, {action: utter_chat}]
  - rule: explain
    condition: [{active_loop: table_form}, {slot_was_set: [{requested_slot: city}]}]
    steps: [{intent: explain}, {action: utter_explain}, {action: table_form}, {active_loop: table_form}]
"""
STORIES = """
stories:
  - story: stop and go on
    steps:
      - {intent: book}
      - {action: table_form}
      - {active_loop: table_form}
      - {intent: stop}
      - {action: utter_ask_continue}
      - {intent: affirm}
      - {action: table_form}
      - {active_loop: null}
      - {action: utter_done}
  - story: stop
    steps:
      - {intent: book}
      - {action: table_form}
      - {active_loop: table_form}
      - {intent: stop}
      - {action: utter_ask_continue}
      - {intent: deny}
      - {action: action_deactivate_loop}
      - {active_loop: null}
"""


def set_last(tracker: Tracker) -> dict[str, Any]:
    """The slot events at the end of the tracker, as rasa-sdk's validation reads them."""
    found: dict[str, Any] = {}
    for event in reversed(tracker.events):
        if not isinstance(event, SlotSet):
            break
        found.setdefault(event.name, event.value)
    return found


def validate(tracker: Tracker) -> ActionResult:
    """Delft only; at least one."""
    events: list[SlotSet] = []
    said: list[dict[str, Any]] = []
    for name, value in set_last(tracker).items():
        bad = (name == "city" and value != "Delft") or (name == "people" and value < 1)
        if bad:
            said.append({"text": f"not {value}"})
        events.append(SlotSet(name=name, value=None if bad else value))
    return ActionResult(events=tuple(events), responses=tuple(said))


def talk(validation: Act = validate) -> Talk:
    return Talk(assistant(DOMAIN, RULES, STORIES), actions={"validate_table_form": validation})


async def test_a_form_is_walked_through() -> None:
    now = talk()
    assert await now.says("a table", "book") == ["table_form", "“which city?”"]
    assert now.tracker.requested_slot == "city"
    assert await now.says("Delft", "inform", {"city": "Delft"}) == ["table_form", "“how many?”"]
    assert await now.says("four", "inform", {"number": 4}) == ["table_form", "“a note?”"]
    assert await now.says("by the window", "inform") == [
        "table_form", "utter_done", "“4 in Delft, by the window”"
    ]  # fmt: skip
    assert now.tracker.active_loop is None
    assert now.tracker.slots["requested_slot"] is None


async def test_what_is_invalid_is_said_and_asked_again() -> None:
    now = talk()
    await now.says("a table", "book")
    assert await now.says("Paris", "inform", {"city": "Paris"}) == [
        "table_form",
        "“not Paris”",
        "“which city?”",
    ]
    assert now.tracker.slots["city"] is None


async def test_what_is_known_at_the_start_is_not_asked_for_but_validated_once() -> None:
    now = talk()
    assert await now.says("a table in Delft", "book", {"city": "Delft"}) == ["table_form", "“how many?”"]
    assert len(now.keys) == 1
    other = talk()
    assert await other.says("in Paris", "book", {"city": "Paris"}) == [
        "table_form",
        "“not Paris”",
        "“which city?”",
    ]


async def test_a_form_filled_at_once_ends_at_once() -> None:
    now = talk()
    now.tracker = now.tracker.update(SlotSet(name="note", value="none"))
    lines = await now.says("4 in Delft", "book", {"city": "Delft", "number": 4})
    assert lines == ["table_form", "utter_done", "“4 in Delft, none”"]


async def test_two_slots_in_one_message() -> None:
    now = talk()
    await now.says("a table", "book")
    assert await now.says("4 in Delft", "inform", {"city": "Delft", "number": 4}) == [
        "table_form",
        "“a note?”",
    ]


async def test_an_interruption_is_answered_and_the_slot_asked_for_again() -> None:
    now = talk()
    await now.says("a table", "book")
    lines = await now.says("how are you", "chat")
    assert lines == ["utter_chat", "“chat”", "table_form", "“which city?”"]
    assert await now.says("Delft", "inform", {"city": "Delft"}) == ["table_form", "“how many?”"]


async def test_an_ignored_intent_does_not_fill_a_slot() -> None:
    now = talk()
    await now.says("4 in Delft", "book", {"city": "Delft", "number": 4})
    assert (await now.says("how are you", "chat"))[-1] == "“a note?”"
    assert now.tracker.slots["note"] is None


async def test_a_message_that_nothing_handles_makes_the_form_ask_again() -> None:
    now = talk()
    await now.says("a table", "book")
    assert await now.says("hm", "deny") == ["table_form", "“which city?”"]
    assert now.tracker.active_loop is not None
    assert not now.tracker.active_loop.is_interrupted


async def test_a_rule_for_an_interruption_of_this_slot() -> None:
    domain = DOMAIN.replace(
        "\nslots:", "\nslots:\n  requested_slot: {type: categorical, values: [city, people, note]}"
    )
    now = Talk(assistant(domain, RULES, STORIES), actions={"validate_table_form": validate})
    await now.says("a table", "book")
    assert await now.says("why", "explain") == ["utter_explain", "“because”", "table_form", "“which city?”"]


async def test_a_story_stops_the_form_and_goes_on() -> None:
    now = talk()
    await now.says("a table", "book")
    assert await now.says("stop", "stop") == ["utter_ask_continue", "“go on?”"]
    assert await now.says("yes", "affirm") == ["table_form", "“which city?”"]
    assert (await now.says("Delft", "inform", {"city": "Delft"}))[-1] == "“how many?”"


async def test_a_story_stops_the_form_for_good() -> None:
    now = talk()
    await now.says("a table", "book")
    await now.says("stop", "stop")
    assert await now.says("no", "deny") == ["action_deactivate_loop"]
    assert now.tracker.active_loop is None


async def test_an_answer_instead_of_yes_or_no_goes_to_the_form() -> None:
    now = talk()
    await now.says("a table", "book")
    await now.says("stop", "stop")
    assert await now.says("Delft", "inform", {"city": "Delft"}) == ["table_form", "“how many?”"]


def decided(*candidates: Candidate) -> Decision:
    return decide(candidates, Costs(), may_clarify=True)


async def test_a_citation_interrupts_and_the_form_asks_again() -> None:
    now = talk()
    await now.says("a table", "book")
    decision = decided(Candidate(kind="passage", name="p#1", p=0.95))
    assert await now.says("do you have parking?", None, decision=decision) == [
        "action_cite", "table_form", "“which city?”"
    ]  # fmt: skip


async def test_after_a_hand_over_the_form_is_silent() -> None:
    now = talk()
    await now.says("a table", "book")
    unsure = decided(Candidate(kind="intent", name="book", p=0.1))
    first = await now.says("???", None, decision=unsure)
    assert (first[0], first[-1]) == ("action_default_ask_rephrase", "“which city?”")
    assert await now.says("???", None, decision=unsure) == ["action_hand_over"]
    assert now.tracker.owner == "waiting"


async def test_answers_to_the_form_need_no_decision() -> None:
    now = talk()
    assert not answers_form(now.tracker)
    await now.says("a table", "book")
    assert not answers_form(now.tracker)
    asked = now.tracker
    await now.says("Delft", "inform", {"city": "Delft"})
    said = asked.extended(event for event in now.tracker.events[asked.length :][:2])
    assert answers_form(said)


async def test_a_validation_may_choose_the_next_slot_or_end_the_form() -> None:
    def people_first(tracker: Tracker) -> ActionResult:
        return ActionResult(events=(SlotSet(name="requested_slot", value="people"),))

    assert await talk(people_first).says("a table", "book") == ["table_form", "“how many?”"]

    def enough(tracker: Tracker) -> ActionResult:
        return ActionResult(events=(SlotSet(name="requested_slot", value=None),))

    now = talk(enough)
    assert (await now.says("a table", "book"))[:2] == ["table_form", "utter_done"]
    assert now.tracker.active_loop is None


async def test_a_validation_that_declines_leaves_it_to_rules() -> None:
    now = talk(lambda tracker: ActionResult(rejected=True))
    lines = await now.says("a table", "book")
    assert "table_form" not in lines[:1]
    assert now.tracker.latest_action_name == "action_listen"


async def test_a_form_that_is_gone_ends() -> None:
    now = talk()
    now.tracker = now.tracker.update(ActiveLoop(name="old_form"))
    lines = await now.says("how are you", "chat")
    assert lines[0] == "action_deactivate_loop"
    assert now.tracker.active_loop is None


async def test_the_projects_own_question() -> None:
    domain = DOMAIN.replace("actions: [", "actions: [action_ask_city, ")
    now = Talk(
        assistant(domain, RULES),
        actions={
            "validate_table_form": validate,
            "action_ask_city": lambda tracker: ActionResult(responses=({"text": "Delft or Leiden?"},)),
        },
    )
    assert await now.says("a table", "book") == ["table_form", "“Delft or Leiden?”"]


async def test_the_projects_own_slot_extraction_comes_before_the_form() -> None:
    domain = DOMAIN.replace("mappings: [{type: from_entity, entity: city}]", "mappings: [{type: custom}]")
    domain = domain.replace("actions: [", "actions: [action_validate_slot_mappings, ")

    def extract(tracker: Tracker) -> ActionResult:
        delft = "delft" in str(tracker.latest_message["text"]).lower()
        return ActionResult(events=(SlotSet(name="city", value="Delft"),) if delft else ())

    now = Talk(
        assistant(domain, RULES),
        actions={"validate_table_form": validate, "action_validate_slot_mappings": extract},
    )
    await now.says("a table", "book")
    assert await now.says("in Delft", "inform") == ["table_form", "“how many?”"]


async def test_a_validation_declines_by_an_event_of_its_own() -> None:
    """As code for Rasa does that wants rules and stories to have a message that filled nothing of the form."""

    def declining(tracker: Tracker) -> ActionResult:
        result = validate(tracker)
        if tracker.requested_slot and not result.events:
            return ActionResult(
                events=(
                    SlotSet(name="note", value="asked twice"),
                    LoopInterrupted(is_interrupted=True),
                    ActionExecutionRejected(name="table_form"),
                )
            )
        return result

    now = talk(declining)
    await now.says("a table", "book")
    assert await now.says("stop", "stop") == ["utter_ask_continue", "“go on?”"]
    assert now.tracker.slots["note"] == "asked twice"
    assert await now.says("yes", "affirm") == ["table_form", "“which city?”"]


async def test_after_an_interruption_the_validation_says_which_slot_is_next() -> None:
    """rasa-sdk's `required_slots` may leave slots out; that holds when the form is come back to, too."""

    def people_first(tracker: Tracker) -> ActionResult:
        result = validate(tracker)
        if tracker.slots.get("people") is None:
            asked = SlotSet(name="requested_slot", value="people")
            return ActionResult(events=(*result.events, asked), responses=result.responses)
        return result

    now = talk(people_first)
    assert await now.says("a table", "book") == ["table_form", "“how many?”"]
    assert await now.says("how are you", "chat") == ["utter_chat", "“chat”", "table_form", "“how many?”"]
    assert await now.says("four", "inform", {"number": 4}) == ["table_form", "“which city?”"]
