"""Stories: checkpoints, end-to-end steps, how far back they look and what they forget."""

from __future__ import annotations

import pytest

from bot.dialog.assistant import build_assistant
from bot.dialog.calls import ActionResult
from bot.dialog.checkpoints import MOST_WAYS, open_checkpoints
from bot.dialog.domain import DomainError, parse_domain
from bot.dialog.events import ActionExecuted, BotUttered, SlotSet
from bot.dialog.stories import parse_stories
from tests.unit.dialog_assistant import Talk, assistant, yaml

DOMAIN = """
intents: [greet, order, affirm, deny, chat]
slots:
  tier: {type: categorical, values: [gold, none]}
  name: {type: text}
actions: [action_tier]
responses:
  utter_greet: [{text: hello}]
  utter_sure: [{text: sure?}]
  utter_done: [{text: done}]
  utter_kept: [{text: kept}]
  utter_chat: [{text: chat}]
  utter_gold: [{text: gold}]
"""


async def test_stories_go_on_through_checkpoints() -> None:
    talk = Talk(
        assistant(
            DOMAIN,
            stories="""
            stories:
              - story: asks
                steps: [{intent: order}, {action: utter_sure}, {checkpoint: asked}]
              - story: done
                steps: [{checkpoint: asked}, {intent: affirm}, {action: utter_done}]
              - story: kept
                steps: [{checkpoint: asked}, {intent: deny}, {action: utter_kept}]
            """,
        )
    )
    assert await talk.says("/order") == ["utter_sure", "“sure?”"]
    assert await talk.says("/deny") == ["utter_kept", "“kept”"]
    await talk.says("/order")
    assert await talk.says("/affirm") == ["utter_done", "“done”"]
    assert "story: asks > done" in [
        event.metadata.get("why") for event in talk.tracker.events if isinstance(event, ActionExecuted)
    ]


async def test_a_checkpoint_may_ask_for_slots() -> None:
    stories = """
    stories:
      - story: asks
        steps: [{intent: order}, {action: action_tier}, {checkpoint: asked}]
      - story: gold
        steps:
          - checkpoint: asked
            slot_was_set: [{tier: gold}]
          - intent: affirm
          - action: utter_gold
      - story: others
        steps: [{checkpoint: asked}, {intent: affirm}, {action: utter_done}]
    """
    for tier, said in ((None, "utter_done"), ("gold", "utter_gold")):
        found = ActionResult(events=(SlotSet(name="tier", value=tier),))
        talk = Talk(assistant(DOMAIN, stories=stories), actions={"action_tier": lambda _, found=found: found})
        await talk.says("/order")
        assert (await talk.says("/affirm"))[0] == said


def test_checkpoints_that_lead_back_end_and_too_many_are_refused() -> None:
    loop = {
        "steps": [{"checkpoint": "c"}, {"intent": "affirm"}, {"action": "utter_sure"}, {"checkpoint": "c"}]
    }
    first = {"story": "first", "steps": [{"intent": "order"}, {"action": "utter_sure"}, {"checkpoint": "c"}]}
    domain = parse_domain(yaml(DOMAIN), where="domain.yml")

    def stories(times: int):
        written = [first, *({"story": f"loop {number}", **loop} for number in range(times))]
        return parse_stories({"stories": written}, where="stories.yml")

    assert build_assistant(domain, (), stories(3)).stories.memory
    with pytest.raises(DomainError, match=str(MOST_WAYS)):
        build_assistant(domain, (), stories(9))


def test_open_checkpoints_are_found() -> None:
    stories = parse_stories(
        yaml("""
        stories:
          - story: a
            steps: [{intent: order}, {action: utter_sure}, {checkpoint: nobody_goes_on}]
          - story: b
            steps: [{checkpoint: nobody_leads_here}, {intent: affirm}, {action: utter_done}]
        """),
        where="stories.yml",
    )
    assert open_checkpoints([(one.name, one.steps) for one in stories]) == (
        {"nobody_leads_here"},
        {"nobody_goes_on"},
    )


async def test_an_end_to_end_story_is_followed_by_its_words() -> None:
    talk = Talk(
        assistant(
            DOMAIN,
            stories="""
            stories:
              - story: in words
                steps:
                  - user: Do you sell stamps?
                  - bot: We do, at the counter.
                  - intent: affirm
                  - action: utter_done
            """,
        )
    )
    assert await talk.says("do you sell  stamps", "chat") == ["None", "“We do, at the counter.”"]
    action = next(event for event in talk.last.events if isinstance(event, ActionExecuted))
    assert (action.action_text, action.policy) == ("We do, at the counter.", "stories")
    assert any(isinstance(event, BotUttered) for event in talk.last.events)
    assert await talk.says("/affirm") == ["utter_done", "“done”"]
    assert await talk.says("do you sell envelopes", "chat") == ["utter_chat", "“chat”"]


async def test_what_was_filled_before_a_story_began_is_forgotten() -> None:
    """Rasa's augmented memoization: a story that says nothing of a slot applies whatever it held before."""
    stories = """
    stories:
      - story: order
        steps: [{intent: order}, {action: utter_sure}, {intent: affirm}, {action: utter_done}]
    """
    talk = Talk(assistant(DOMAIN, stories=stories))
    talk.tracker = talk.tracker.update(SlotSet(name="name", value="Ann"))
    await talk.says("/chat")
    assert await talk.says("/order") == ["utter_sure", "“sure?”"]
    assert await talk.says("/affirm") == ["utter_done", "“done”"]


@pytest.mark.parametrize(("max_history", "then"), [(2, "utter_kept"), (None, "utter_done")])
def test_max_history_says_how_far_back_stories_look(max_history: int | None, then: str) -> None:
    """With two moments only the last action and message count, and the longer story is a contradiction."""
    stories = parse_stories(
        yaml("""
        stories:
          - story: one
            steps: [{intent: greet}, {action: utter_greet}, {intent: order}, {action: utter_sure},
                    {intent: affirm}, {action: utter_done}]
          - story: other
            steps: [{intent: chat}, {action: utter_chat}, {intent: order}, {action: utter_sure},
                    {intent: affirm}, {action: utter_kept}]
        """),
        where="stories.yml",
    )
    domain = parse_domain(yaml(DOMAIN), where="domain.yml")
    built = build_assistant(domain, (), stories, max_history=max_history)
    actions = {found.action for found in built.stories.memory.values()}
    assert ("utter_done" in actions) is (then == "utter_done")


@pytest.mark.parametrize(
    ("entity", "intents", "told_apart"),
    [
        ("kind", "[order]", True),
        ("kind: {influence_conversation: false}", "[order]", False),
        ("kind: {influence_conversation: false}", "[order: {use_entities: [kind]}]", True),
        ("kind", "[order: {ignore_entities: [kind]}]", False),
    ],
)
async def test_stories_see_the_entities_that_count(entity: str, intents: str, told_apart: bool) -> None:
    domain = f"""
    intents: {intents}
    entities: [{entity}]
    responses:
      utter_sure: [{{text: sure?}}]
    """
    stories = "stories: [{story: plain, steps: [{intent: order}, {action: utter_sure}]}]"
    talk = Talk(assistant(domain, stories=stories))
    answered = await talk.says("tea", "order", {"kind": "tea"})
    assert (answered == ["utter_sure", "“sure?”"]) is not told_apart
