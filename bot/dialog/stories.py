"""Stories: whole conversations that are followed when this one has gone the same way so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .definitions import Intent
from .domain import Domain
from .events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from .reading import Place
from .state import ACTION_LISTEN, Moment, UserTurn
from .steps import ActionStep, LoopStep, Step, UserStep, parse_steps, slot_feature
from .tracker import Tracker

MAX_HISTORY: Final = 5
"""Moments a story is remembered by, as in Rasa's MemoizationPolicy."""
_STORY_KEYS: Final = frozenset({"story", "metadata", "steps"})
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as written, one of its ways through `or` steps."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The next action of a story."""

    action: str
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """Next actions by what the last moments were; where stories disagree, none is remembered."""

    memory: Mapping[Key, Remembered] = field(default_factory=dict)

    def recall(self, moments: Sequence[Moment], domain: Domain) -> Remembered | None:
        """What follows the longest stretch of the last moments that some story begins with."""
        if not self.memory:
            return None
        keys = [_key(moment, domain) for moment in moments[-MAX_HISTORY:]]
        recalled = (self.memory.get(tuple(keys[start:])) for start in range(len(keys)))
        return next((found for found in recalled if found), None)


def parse_stories(mapping: Mapping[str, Any], *, where: str) -> tuple[Story, ...]:
    """The stories of a loaded YAML file.

    Raises:
        DomainError: with the path to the culprit.
    """
    members = Place(mapping, where).mapping().get("stories").members()
    return tuple(story for member in members for story in _stories(member.mapping(known=_STORY_KEYS)))


def index_stories(stories: Sequence[Story], domain: Domain) -> Stories:
    """Stories made ready to be looked up, by playing each through the fold that conversations use."""
    memory: dict[Key, Remembered | None] = {}
    for story in stories:
        for moments, action in _played(story, domain):
            key = tuple(_key(moment, domain) for moment in moments[-MAX_HISTORY:])
            known = memory.setdefault(key, Remembered(action=action, story=story.name))
            if known is not None and known.action != action:
                memory[key] = None
    return Stories(memory={key: found for key, found in memory.items() if found is not None})


def _stories(place: Place) -> list[Story]:
    name = place.get("story").text()
    return [Story(name=name, steps=steps) for steps in parse_steps(place.get("steps"))]


def _played(story: Story, domain: Domain) -> Iterator[tuple[Sequence[Moment], str]]:
    """Each moment of a story with the action that comes next."""
    tracker = Tracker.start(story.name, domain)
    if isinstance(story.steps[0], UserStep):  # one that begins with an action may begin in mid-conversation
        tracker = tracker.update(ActionExecuted(name=ACTION_LISTEN))
    for step in story.steps:
        if isinstance(step, ActionStep):
            if tracker.moments:
                yield tracker.moments, step.name
        elif isinstance(step, UserStep) and tracker.latest_action_name not in {ACTION_LISTEN, None}:
            yield tracker.moments, ACTION_LISTEN
            tracker = tracker.update(ActionExecuted(name=ACTION_LISTEN))
        tracker = tracker.extended(_events(step))
    if tracker.latest_action_name != ACTION_LISTEN:
        yield tracker.moments, ACTION_LISTEN


def _events(step: Step) -> tuple[Event, ...]:
    if isinstance(step, UserStep):
        intent = {"name": step.turn.intent, "full_retrieval_intent_name": step.turn.full_intent}
        entities = [
            {"entity": entity, "role": role, "group": group, "value": value}
            for entity, role, group, value in step.turn.entities
        ]
        return (UserUttered(text=None, parse_data={"intent": intent, "entities": entities}),)
    if isinstance(step, ActionStep):
        return (ActionExecuted(name=step.name),)
    if isinstance(step, LoopStep):
        return (ActiveLoop(name=step.name),)
    return tuple(SlotSet(name=name, value=value) for name, value in step.values)


def _key(moment: Moment, domain: Domain) -> Key:
    """What of a moment must be equal."""
    user = moment.user if moment.prev_action == ACTION_LISTEN else None
    slots = tuple(
        (name, feature)
        for name, slot in domain.slots.items()
        if (feature := slot_feature(slot, moment.slots.get(name))) is not None
    )
    said = (user.full_intent if user.full_intent in domain.intents else user.intent) if user else None
    return (moment.prev_action, said, _entities(user, domain), moment.loop, slots)


def _entities(user: UserTurn | None, domain: Domain) -> frozenset[tuple[str, str | None, str | None]]:
    """The entities of a message that its intent lets count."""
    if user is None:
        return frozenset()
    intent = domain.intents.get(user.intent or "", Intent(name=""))
    return frozenset(
        (entity, role, group)
        for entity, role, group, _value in user.entities
        if (intent.use_entities is None or entity in intent.use_entities)
        and entity not in intent.ignore_entities
    )
