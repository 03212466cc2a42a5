"""Examples held against the domain: unknown names, too few examples, the same text twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.checking.problem import Places, Problem, not_known
from bot.dialog.definitions import BUILT_IN_INTENTS
from bot.dialog.domain import Domain
from intents.examples import OUT_OF_SCOPE, TrainingData

FEW_EXAMPLES = 5


def check_examples(domain: Domain, data: TrainingData, places: Places) -> Iterator[Problem]:
    """Everything about examples."""
    counts = Counter(example.intent for example in data.examples)
    first = {example.intent: example.source for example in reversed(data.examples)}
    for intent, count in sorted(counts.items()):
        if intent != OUT_OF_SCOPE and intent.partition("/")[0] not in domain.intents:
            text = (
                f"{not_known('intent', intent, domain.intents)} It is understood, and nothing can answer it."
            )
            yield Problem(level="warning", where=first[intent], text=text)
        elif count < FEW_EXAMPLES:
            text = f"the intent {intent!r} has {count} examples; give it at least ten varied ones."
            yield Problem(level="warning", where=first[intent], text=text)
    trained = {intent.partition("/")[0] for intent in counts}
    for intent in domain.intents:
        if intent not in trained and intent not in BUILT_IN_INTENTS:
            text = f"the intent {intent!r} has no examples: only payloads such as /{intent} bring it."
            yield Problem(level="warning", where=places.name_in_domain("intents", intent), text=text)
    yield from _entities(domain, data)
    yield from _contradictions(data)


def _entities(domain: Domain, data: TrainingData) -> Iterator[Problem]:
    """Annotations with entities, roles or groups that the domain does not have; each once."""
    seen: set[str] = set()
    for example in data.examples:
        for one in example.entities:
            kind = domain.entities.get(one.entity)
            text = ""
            if kind is None:
                text = not_known("entity", one.entity, domain.entities)
            elif one.role is not None and kind.roles and one.role not in kind.roles:
                text = not_known("role", one.role, kind.roles, where=f"the entity {one.entity!r}")
            elif one.group is not None and kind.groups and one.group not in kind.groups:
                text = not_known("group", one.group, kind.groups, where=f"the entity {one.entity!r}")
            if text and text not in seen:
                seen.add(text)
                yield Problem(level="warning", where=example.source, text=text)


def _contradictions(data: TrainingData) -> Iterator[Problem]:
    seen: dict[str, tuple[str, str]] = {}
    for example in data.examples:
        intent, source = seen.setdefault(example.text.strip().lower(), (example.intent, example.source))
        if intent != example.intent:
            text = f"the same text is an example of {intent!r} at {source}; keep one."
            yield Problem(level="warning", where=example.source, text=text)
