"""Stories: whole conversations that are followed when this one has gone the same way so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .checkpoints import written_out
from .definitions import Intent
from .domain import Domain
from .events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from .reading import Place
from .state import ACTION_LISTEN, Moment, UserTurn
from .steps import (
    ActionStep,
    CheckpointStep,
    LoopStep,
    SlotStep,
    Step,
    UserStep,
    parse_steps,
    slot_feature,
)
from .tracker import Tracker

MAX_HISTORY: Final = 5
"""Moments that a story is remembered by where nothing else is said."""
_STORY_KEYS: Final = frozenset({"story", "metadata", "steps"})
_LISTEN: Final = ActionStep(name=ACTION_LISTEN)
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as written, one of its ways through `or` steps.

    Attributes:
        where, path: the file and the keys in it, for messages.
    """

    name: str
    steps: tuple[Step, ...]
    where: str = field(default="", compare=False)
    path: tuple[str | int, ...] = field(default=(), compare=False)

    @property
    def checkpoints(self) -> set[str]:
        return {step.name for step in self.steps if isinstance(step, CheckpointStep)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The next action of a story; with `says` it is the words to say."""

    action: str
    story: str
    says: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """Next actions by what the last moments were; where stories disagree, none is remembered.

    Attributes:
        beginnings: the moments that a remembered stretch can begin with; `starts` are they without slots.
        longest: moments of the longest one.
        words: what end-to-end stories have the customer say, folded.
        max_history: moments that a stretch has at most; None for the whole session.
    """

    memory: Mapping[Key, Remembered] = field(default_factory=dict)
    beginnings: frozenset[Key] = frozenset()
    starts: frozenset[Key] = frozenset()
    longest: int = 0
    words: frozenset[str] = frozenset()
    max_history: int | None = MAX_HISTORY

    def recall(self, moments: Sequence[Moment], domain: Domain) -> Remembered | None:
        """What follows the longest stretch of the last moments that some story begins with.

        Where the stretch is not the whole conversation, slots that were set before it are forgotten, as in
        Rasa's AugmentedMemoizationPolicy: first it is tried with them, then without.
        """
        if not self.memory:
            return None
        kept = moments[-self.longest - 1 :]  # one more than can match, for what was set before
        for said in self._readings(kept):
            if found := self._recalled(said, domain, whole=len(kept) == len(moments) <= self.longest):
                return found
        return None

    def _readings(self, moments: Sequence[Moment]) -> Iterator[Sequence[Moment]]:
        """The moments by their intents, and by their words where end-to-end stories have these words."""
        if self.words and any(_words(moment) in self.words for moment in moments):
            yield [_by_words(moment) if _words(moment) in self.words else moment for moment in moments]
        yield moments

    def _recalled(self, moments: Sequence[Moment], domain: Domain, *, whole: bool) -> Remembered | None:
        views = _views(moments, domain)
        for start in range(0 if whole else 1, len(views)):
            if views[start].bare not in self.starts:
                continue
            if found := self._stretch(views[start:]):
                return found
            if start and views[start - 1].features:
                before = moments[start - 1].slots
                first = _forgetting(views[start], before, domain)
                if first.key in self.beginnings and (
                    found := self._stretch([_forgetting(view, before, domain) for view in views[start:]])
                ):
                    return found
        return None

    def _stretch(self, views: Sequence[_View]) -> Remembered | None:
        if views[0].key not in self.beginnings:
            return None
        return self.memory.get(tuple(view.key for view in views))


@dataclass(slots=True)
class _View:
    """What of a moment must be equal: its `bare` part and the features of slots."""

    bare: Key
    slots: Mapping[str, Any]
    features: Mapping[str, Any]

    @property
    def key(self) -> Key:
        return (self.bare, tuple(self.features.items()))


def parse_stories(mapping: Mapping[str, Any], *, where: str) -> tuple[Story, ...]:
    """The stories of a loaded YAML file.

    Raises:
        DomainError: with the path to the culprit.
    """
    members = Place(mapping, where).mapping().get("stories").members()
    return tuple(story for member in members for story in _stories(member.mapping(known=_STORY_KEYS)))


def index_stories(
    stories: Sequence[Story], domain: Domain, *, max_history: int | None = MAX_HISTORY
) -> Stories:
    """Stories made ready to be looked up, by playing each through the fold that conversations use.

    Raises:
        DomainError: when their checkpoints lead to too many ways.
    """
    memory: dict[Key, Remembered | None] = {}
    words: set[str] = set()
    for name, steps in written_out([(story.name, story.steps) for story in stories]):
        words |= {folded(step.turn.text) for step in steps if isinstance(step, UserStep) and step.turn.text}
        for moments, action in played(name, steps, domain):
            kept = moments[-max_history:] if max_history else moments
            key = tuple(view.key for view in _views(kept, domain))
            found = Remembered(action=action.name, story=name, says=action.says)
            known = memory.setdefault(key, found)
            if known is not None and (known.action, known.says) != (found.action, found.says):
                memory[key] = None
    kept_memory = {key: found for key, found in memory.items() if found is not None}
    return Stories(
        memory=kept_memory,
        beginnings=frozenset(key[0] for key in kept_memory),
        starts=frozenset(key[0][0] for key in kept_memory),
        longest=max(map(len, kept_memory), default=0),
        words=frozenset(words),
        max_history=max_history,
    )


def folded(text: str) -> str:
    """A text as end-to-end stories compare it: case, spacing and closing marks aside."""
    return " ".join(text.lower().split()).rstrip(".!?。！？ ")


def _stories(place: Place) -> list[Story]:
    name = place.get("story").text()
    return [
        Story(name=name, steps=steps, where=place.where, path=place.path)
        for steps in parse_steps(place.get("steps"))
    ]


def played(name: str, steps: Sequence[Step], domain: Domain) -> Iterator[tuple[Sequence[Moment], ActionStep]]:
    """Each moment of a story with the action that comes next."""
    for tracker, action in played_trackers(name, steps, domain):
        yield tracker.moments, action


def played_trackers(name: str, steps: Sequence[Step], domain: Domain) -> Iterator[tuple[Tracker, ActionStep]]:
    """The conversation before each of a story's actions, `action_listen` where it is the customer's turn."""
    tracker = Tracker.start(name, domain)
    if isinstance(steps[0], UserStep):  # one that begins with an action may begin in mid-conversation
        tracker = tracker.update(ActionExecuted(name=ACTION_LISTEN))
    for step in steps:
        if isinstance(step, ActionStep):
            if tracker.moments:
                yield tracker, step
        elif isinstance(step, UserStep) and tracker.latest_action_name not in {ACTION_LISTEN, None}:
            yield tracker, _LISTEN
            tracker = tracker.update(ActionExecuted(name=ACTION_LISTEN))
        tracker = tracker.extended(step_events(step))
    if tracker.latest_action_name != ACTION_LISTEN:
        yield tracker, _LISTEN


def step_events(step: Step) -> tuple[Event, ...]:
    """What a step of a story makes happen."""
    if isinstance(step, UserStep):
        intent = {"name": step.turn.intent, "full_retrieval_intent_name": step.turn.full_intent}
        entities = [
            {"entity": entity, "role": role, "group": group, "value": value}
            for entity, role, group, value in step.turn.entities
        ]
        return (UserUttered(text=step.turn.text, parse_data={"intent": intent, "entities": entities}),)
    if isinstance(step, ActionStep):
        said = (None, step.name) if step.says else (step.name, None)
        return (ActionExecuted(name=said[0], action_text=said[1]),)
    if isinstance(step, LoopStep):
        return (ActiveLoop(name=step.name),)
    if isinstance(step, SlotStep):
        return tuple(SlotSet(name=name, value=value) for name, value in step.values)
    return ()


def _words(moment: Moment) -> str:
    return folded(moment.user.text) if moment.user and moment.user.text else ""


def _by_words(moment: Moment) -> Moment:
    return replace(moment, user=UserTurn(text=moment.user.text if moment.user else None))


def _views(moments: Sequence[Moment], domain: Domain) -> list[_View]:
    """How stories see the moments; slots that did not change are looked at once."""
    views: list[_View] = []
    for moment in moments:
        same = views[-1] if views and views[-1].slots is moment.slots else None
        features = same.features if same else _features(moment.slots, domain)
        views.append(_View(_bare(moment, domain), moment.slots, features))
    return views


def _features(slots: Mapping[str, Any], domain: Domain) -> dict[str, Any]:
    return {
        name: feature
        for name, slot in domain.seen_slots
        if (value := slots.get(name)) is not None and (feature := slot_feature(slot, value)) is not None
    }


def _forgetting(view: _View, before: Mapping[str, Any], domain: Domain) -> _View:
    """The view with the slots as at the start of a conversation where they have not changed since before."""
    if not any(before.get(name) == view.slots.get(name) for name in view.features):
        return view
    slots = {
        name: domain.initial_slots.get(name)
        if before.get(name) == view.slots.get(name)
        else view.slots.get(name)
        for name, _ in domain.seen_slots
    }
    return _View(view.bare, slots, _features(slots, domain))


def _bare(moment: Moment, domain: Domain) -> Key:
    """What of a moment must be equal besides slots."""
    user = moment.user if moment.prev_action == ACTION_LISTEN else None
    said = (user.full_intent if user.full_intent in domain.intents else user.intent) if user else None
    words = folded(user.text) if user and user.intent is None and user.text else None
    return (moment.prev_action, said, words, _entities(user, domain), moment.loop)


def _entities(user: UserTurn | None, domain: Domain) -> frozenset[tuple[str, str | None, str | None]]:
    """The entities of a message that its intent lets count."""
    if user is None or not user.entities:
        return frozenset()
    intent = domain.intents.get(user.intent or "", Intent(name=""))
    return frozenset(
        (entity, role, group)
        for entity, role, group, _value in user.entities
        if _counts(entity, intent, domain)
    )


def _counts(entity: str, intent: Intent, domain: Domain) -> bool:
    if intent.use_entities is not None:
        return entity in intent.use_entities and entity not in intent.ignore_entities
    known = domain.entities.get(entity)
    return entity not in intent.ignore_entities and (known is None or known.influence_conversation)
