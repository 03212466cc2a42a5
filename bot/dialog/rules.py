"""Rules: short pieces of conversation that always go the same way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .domain import Domain
from .reading import Place
from .state import ACTION_LISTEN, Moment, UserTurn
from .steps import (
    ActionStep,
    CheckpointStep,
    LoopStep,
    SlotStep,
    Step,
    UserStep,
    parse_slot_values,
    parse_steps,
    slot_is_like,
)

_ANY: Final = "*"
_BEGINS: Final = ("*", None)
_RULE_KEYS: Final = frozenset(
    {"rule", "condition", "conversation_start", "wait_for_user_input", "steps", "metadata"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as written, one of its ways through `or` steps.

    Attributes:
        condition: what must hold before its first step.
        from_start: it only applies at the start of a conversation.
        waits: after its last action it is the customer's turn.
        where, path: the file and the keys in it, for messages.
    """

    name: str
    steps: tuple[Step, ...]
    condition: tuple[LoopStep | SlotStep, ...] = ()
    from_start: bool = False
    waits: bool = True
    where: str = field(default="", compare=False)
    path: tuple[str | int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What one moment must be like; `_ANY` and None leave a thing open, except a `loop` of None: no form."""

    prev_action: str
    user: UserTurn | None = None
    loop: str | None = _ANY
    slots: tuple[tuple[str, Any], ...] = ()

    @property
    def weight(self) -> int:
        """How much it asks for."""
        user = (self.user is not None) + (len(self.user.entities) if self.user else 0)
        return 1 + user + (self.loop != _ANY) + len(self.slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """After moments like these, this action."""

    rule: Rule
    patterns: tuple[Pattern, ...]
    action: str

    @property
    def specificity(self) -> tuple[int, int]:
        return len(self.patterns), sum(pattern.weight for pattern in self.patterns)

    @property
    def knows_loop(self) -> bool:
        """Whether the rule was written with an active form in mind."""
        return any(pattern.loop not in {_ANY, None} for pattern in self.patterns)


Key = tuple[str, str | None, tuple[str, str | None]]
"""Action and intent of the last moment, and those of the one before; `_BEGINS` where there is no such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules, found by the last action, its intent and the intent before, the most specific first."""

    predictions: Mapping[Key, tuple[Prediction, ...]] = field(default_factory=dict)

    def matching(
        self, moments: Sequence[Moment], domain: Domain, *, from_start: bool
    ) -> Iterator[Prediction]:
        """Predictions that fit the conversation, the most specific first.

        Args:
            from_start: whether `moments` begin where the conversation does.
        """
        if not moments:
            return
        now = moments[-1]
        before: set[tuple[str, str | None]] = {_BEGINS}
        if len(moments) > 1:
            before |= {(moments[-2].prev_action or "", intent) for intent in _intents(moments[-2])}
        found = [
            prediction
            for intent in _intents(now)
            for prior in before
            for prediction in self.predictions.get((now.prev_action or "", intent, prior), ())
            if _fits(prediction, moments, domain, from_start=from_start)
        ]
        yield from sorted(found, key=lambda prediction: prediction.specificity, reverse=True)


def parse_rules(mapping: Mapping[str, Any], *, where: str) -> tuple[Rule, ...]:
    """The rules of a loaded YAML file.

    Raises:
        DomainError: with the path to the culprit.
    """
    members = Place(mapping, where).mapping().get("rules").members()
    return tuple(rule for member in members for rule in _rules(member.mapping(known=_RULE_KEYS)))


def index_rules(rules: Sequence[Rule]) -> Rules:
    """Rules made ready to be looked up."""
    found: dict[Key, list[Prediction]] = {}
    for rule in rules:
        for prediction in _predictions(rule):
            *_, prior, last = (None, *prediction.patterns)
            earlier = (prior.prev_action, _intent(prior)) if prior else _BEGINS
            found.setdefault((last.prev_action, _intent(last), earlier), []).append(prediction)
    return Rules(predictions={key: tuple(predictions) for key, predictions in found.items()})


def _intent(pattern: Pattern) -> str | None:
    return pattern.user.full_intent if pattern.user else None


def _intents(moment: Moment) -> set[str | None]:
    """The intents by which predictions about a moment can be found."""
    return {None} if moment.user is None else {None, moment.user.intent, moment.user.full_intent}


def _rules(place: Place) -> list[Rule]:
    name = place.get("rule").text()
    condition: list[LoopStep | SlotStep] = []
    for member in place.get("condition").members():
        item = member.mapping(known={"active_loop", "slot_was_set"})
        if "active_loop" in item.value:
            condition.append(LoopStep(name=item.get("active_loop").optional_text()))
        if "slot_was_set" in item.value:
            condition.append(SlotStep(values=parse_slot_values(item.get("slot_was_set"))))
    for member in place.get("steps").members():
        keys = set(member.value) if isinstance(member.value, Mapping) else set()
        if keys & {"checkpoint", "bot"} or ("user" in keys and "intent" not in keys):
            member.fail("checkpoints and end-to-end steps are for stories; a rule has intents and actions")
    return [
        Rule(
            name=name,
            steps=steps,
            condition=tuple(condition),
            from_start=place.get("conversation_start").flag(False),
            waits=place.get("wait_for_user_input").flag(True),
            where=place.where,
            path=place.path,
        )
        for steps in parse_steps(place.get("steps"))
    ]


def _predictions(rule: Rule) -> Iterator[Prediction]:
    """Every next action that a rule fixes.

    Its first action, when no message comes before it, is where the rule begins and not a consequence.
    """
    patterns: tuple[Pattern, ...] = ()
    now = _conditioned(Pattern(prev_action=_ANY), rule.condition)
    for step in rule.steps:
        if isinstance(step, UserStep):
            if patterns:
                yield Prediction(rule=rule, patterns=patterns, action=ACTION_LISTEN)
            now = replace(now, prev_action=ACTION_LISTEN, user=step.turn)
            patterns = (*patterns, now)
        elif isinstance(step, ActionStep):
            if patterns:
                yield Prediction(rule=rule, patterns=patterns, action=step.name)
            now = replace(now, prev_action=step.name, user=None)
            patterns = (*patterns, now)
        elif not isinstance(step, CheckpointStep):  # which `parse_rules` refuses
            now = _conditioned(now, (step,))
            patterns = (*patterns[:-1], now) if patterns else patterns
    if rule.waits and patterns and now.prev_action != ACTION_LISTEN:
        yield Prediction(rule=rule, patterns=patterns, action=ACTION_LISTEN)


def _conditioned(pattern: Pattern, conditions: Sequence[LoopStep | SlotStep]) -> Pattern:
    for condition in conditions:
        if isinstance(condition, LoopStep):
            pattern = replace(pattern, loop=condition.name)
        else:
            slots = {**dict(pattern.slots), **dict(condition.values)}
            pattern = replace(pattern, slots=tuple(slots.items()))
    return pattern


def _fits(prediction: Prediction, moments: Sequence[Moment], domain: Domain, *, from_start: bool) -> bool:
    patterns = prediction.patterns
    if len(patterns) > len(moments):
        return False
    if prediction.rule.from_start and not (from_start and len(patterns) == len(moments)):
        return False
    last = moments[-len(patterns) :]
    return all(_is_like(moment, pattern, domain) for moment, pattern in zip(last, patterns, strict=True))


def _is_like(moment: Moment, pattern: Pattern, domain: Domain) -> bool:
    if pattern.prev_action not in {_ANY, moment.prev_action} or pattern.loop not in {_ANY, moment.loop}:
        return False
    if pattern.user is not None and not _means(moment.user, pattern.user):
        return False
    return all(
        slot_is_like(domain.slots.get(name), moment.slots.get(name), wanted) for name, wanted in pattern.slots
    )


def _means(said: UserTurn | None, wanted: UserTurn) -> bool:
    if said is None or wanted.full_intent not in {said.intent, said.full_intent}:
        return False
    found = {entity[:3] for entity in said.entities}
    return all(entity[:3] in found for entity in wanted.entities)
