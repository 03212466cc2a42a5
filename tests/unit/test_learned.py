"""The learned next action: when it may act, what it says, and whether stories that were held out are helped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.dialog.assistant import Assistant, build_assistant
from bot.dialog.decision import Candidate, Costs, decide
from bot.dialog.domain import parse_domain
from bot.dialog.events import ActionExecuted, Event, UserUttered
from bot.dialog.learned import features_of, guessed
from bot.dialog.policy import next_action
from bot.dialog.rules import parse_rules
from bot.dialog.state import ACTION_LISTEN
from bot.dialog.stories import Story, parse_stories
from bot.dialog.tracker import Tracker
from bot.learned.evidence import HeldOutStep, held_out_steps, weighed
from bot.learned.model import NextActions
from bot.learned.rows import fit_next_actions, rows_of
from encoders.errors import ArtifactError
from tests.unit.dialog_assistant import yaml

TOPICS = ("parcel", "refund", "invoice", "warranty", "sizes", "gift_card", "opening_hours")
COSTS = Costs(wrong=10.0, handover=5.0)
DOMAIN = parse_domain(
    {
        "intents": [*TOPICS, "affirm", "deny", "weather"],
        "responses": {"utter_great": [{"text": "great"}], "utter_sorry": [{"text": "sorry"}]},
        "actions": [f"action_{topic}" for topic in TOPICS],
    },
    where="domain.yml",
)


def told(topics: Sequence[str], *, turned: bool = False) -> list[Story]:
    """A story of each topic: what is asked is shown, and a yes or no is answered alike (`turned`: differently)."""
    written = []
    for number, topic in enumerate(topics):
        answers = ("utter_great", "utter_sorry")
        yes, no = answers[::-1] if turned and number % 2 else answers
        for intent, answer in (("affirm", yes), ("deny", no)):
            steps = [{"intent": topic}, {"action": f"action_{topic}"}, {"intent": intent}, {"action": answer}]
            written.append({"story": f"{topic}, {intent}", "steps": steps})
    return list(parse_stories({"stories": written}, where="stories.yml"))


def taught(topics: Sequence[str], *, threshold: float = 0.5) -> Assistant:
    stories = told(topics)
    learned = fit_next_actions(rows_of(stories, DOMAIN), threshold=threshold)
    return Assistant(domain=DOMAIN, stories=build_assistant(DOMAIN, (), stories).stories, learned=learned)


def said(*turns: str) -> Tracker:
    """A conversation: intents and the actions that followed them, waiting for the bot."""
    events: list[Event] = [ActionExecuted(name=ACTION_LISTEN)]
    for turn in turns:
        if turn.startswith(("action_", "utter_")):
            events.append(ActionExecuted(name=turn))
        else:
            if len(events) > 1:
                events.append(ActionExecuted(name=ACTION_LISTEN))
            events.append(UserUttered(text=turn, parse_data={"intent": {"name": turn}, "entities": []}))
    return Tracker.fold("c", DOMAIN, events)


def test_it_goes_on_as_stories_of_other_topics_do() -> None:
    assistant = taught(TOPICS[:-1])
    new = said("opening_hours", "action_opening_hours", "affirm")
    choice = next_action(new, assistant, None)
    assert (choice.action, choice.policy) == ("utter_great", "learned")
    assert choice.confidence >= 0.5
    assert "said affirm" in choice.why
    assert choice.runner_up is not None
    assert choice.runner_up.startswith("learned: ")
    assert next_action(new, Assistant(domain=DOMAIN), None).policy == "fallback"


def test_rules_and_stories_come_before_it() -> None:
    assistant = taught(TOPICS[:-1])
    known = said("parcel", "action_parcel", "affirm")
    assert next_action(known, assistant, None).policy == "stories"
    rule = {"rule": "yes", "steps": [{"intent": "affirm"}, {"action": "utter_sorry"}]}
    rules = parse_rules({"rules": [rule]}, where="rules.yml")
    ruled = build_assistant(DOMAIN, rules)
    both = Assistant(domain=DOMAIN, rules=ruled.rules, learned=assistant.learned)
    assert next_action(said("opening_hours", "action_opening_hours", "affirm"), both, None).policy == "rules"


def test_it_leaves_to_others_what_it_does_not_know() -> None:
    learned = taught(TOPICS[:-1]).learned
    assert guessed(said("parcel", "action_parcel", "weather"), learned) is None, "no story has this intent"
    assert guessed(said("parcel", "action_parcel", "affirm", "utter_great"), learned) is None, "it listens"
    assert guessed(said("parcel", "action_parcel", "affirm"), taught(TOPICS, threshold=1.0).learned) is None
    assert guessed(said("parcel", "action_parcel", "affirm"), None) is None


def test_it_says_nothing_about_a_message_that_was_not_understood() -> None:
    assistant = taught(TOPICS[:-1])
    new = said("opening_hours", "action_opening_hours", "affirm")
    rejected = decide([Candidate(kind="intent", name="affirm", p=0.01)], COSTS, may_clarify=False)
    assert rejected.kind == "hand_over"
    assert next_action(new, assistant, rejected).policy != "learned"
    accepted = decide([Candidate(kind="intent", name="affirm", p=0.99)], COSTS, may_clarify=False)
    assert next_action(new, assistant, accepted).policy == "learned"


def test_features_read_as_words() -> None:
    found = features_of(said("parcel", "action_parcel", "affirm").moments, DOMAIN)
    assert {
        "said affirm",
        "did action_parcel (1 back)",
        "said parcel before",
        "affirm after action_parcel",
    } <= found


def test_held_out_stories_are_helped_where_stories_are_alike() -> None:
    stories = told(TOPICS)
    assistant = build_assistant(DOMAIN, (), stories)
    evidence = weighed(held_out_steps(assistant, (), stories, max_history=None), COSTS)
    assert evidence.kept
    assert evidence.stories == 2 * len(TOPICS)
    assert evidence.right_with - evidence.right_without >= len(TOPICS)
    assert evidence.hurt == 0


def test_it_is_off_where_stories_have_nothing_in_common() -> None:
    stories = told(TOPICS, turned=True)
    assistant = build_assistant(DOMAIN, (), stories)
    assert not weighed(held_out_steps(assistant, (), stories, max_history=None), COSTS).kept


def test_what_it_does_wrong_costs_more_than_what_it_does_right() -> None:
    def step(story: str, guess: str) -> HeldOutStep:
        return HeldOutStep(story=story, wanted="a", without="hand over", guess=guess, p=0.9)

    mixed = [step(f"s{number}", guess) for number in range(9) for guess in ("a", "b")]
    dear = weighed(mixed, Costs(wrong=10.0, handover=3.0))
    assert (dear.helped, dear.kept) == (0, False)
    right = [step(f"s{number}", "a") for number in range(9)]
    assert weighed(right, Costs(wrong=10.0, handover=3.0)).threshold == 0.7, (
        "the price of a person says from where on"
    )
    assert weighed(right, Costs(wrong=10.0, handover=3.0)).kept


def test_a_model_comes_back_as_it_was(tmp_path: Path) -> None:
    model = taught(TOPICS).learned
    assert isinstance(model, NextActions)
    model.save(tmp_path / "model")
    again = NextActions.load(tmp_path / "model")
    features = features_of(said("parcel").moments, DOMAIN)
    assert again.guess(features) == model.guess(features)
    np.save(tmp_path / "model" / "weights.npy", np.zeros((2, 2), np.float32))
    with pytest.raises(ArtifactError, match="do not fit"):
        NextActions.load(tmp_path / "model")
    (tmp_path / "model" / "names.json").write_text("[]")
    with pytest.raises(ArtifactError, match="Train a new release"):
        NextActions.load(tmp_path / "model")


def test_two_actions_are_enough_to_choose_from() -> None:
    rows = [(frozenset({"said a"}), "x"), (frozenset({"said b"}), "y")]
    model = fit_next_actions(rows, threshold=0.5)
    assert model is not None
    assert model.guess(frozenset({"said a"})).action == "x"
    assert fit_next_actions(rows[:1], threshold=0.5) is None


def test_the_stories_are_read_from_yaml_like_all_others() -> None:
    text = "stories: [{story: a, steps: [{user: hello}, {bot: hi}, {intent: affirm}, {action: utter_great}]}]"
    rows = rows_of(parse_stories(yaml(text), where="stories.yml"), DOMAIN)
    assert {action for _, action in rows} == {"utter_great", ACTION_LISTEN}, "words are not actions"
