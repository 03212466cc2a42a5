"""The domain: names that lead nowhere, questions nobody asks, and things nothing uses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from bot.checking.dialog import used_names
from bot.checking.problem import Level, Places, Problem, not_known
from bot.dialog.builtin import BUILT_IN_ACTIONS
from bot.dialog.defaults import DEFAULT_RESPONSES
from bot.dialog.definitions import (
    ANY_LOOP,
    BUILT_IN_INTENTS,
    LANGUAGE_SLOT,
    TALK_TO_PERSON,
    Slot,
    SlotMapping,
)
from bot.dialog.domain import Domain
from bot.dialog.forms import VALIDATE_SLOTS
from bot.dialog.rules import Rule
from bot.dialog.stories import Story
from intents.builtin.extract import BUILT_IN
from intents.examples import TrainingData

_MADE_NAME = re.compile(r"\b(utter_\w*)(?=\{)")
"""The beginning of a response's name that code puts together, as in f"utter_order_{status}"."""
_ASKS = ("utter_ask_", "action_ask_", "validate_", "utter_default", "utter_restart", "utter_back")


def check_references(domain: Domain, places: Places) -> Iterator[Problem]:
    """Slots of forms, and what mappings and conditions name."""
    for form in domain.forms.values():
        for number, slot in enumerate(form.required_slots):
            if slot not in domain.slots:
                where = places.in_domain("forms", form.name, "required_slots", number)
                text = f"form {form.name!r}: {not_known('slot', slot, domain.slots)}"
                yield Problem(level="error", where=where, text=text)
    yield from _slots(domain, places)
    yield from _conditions(domain, places)


def _slots(domain: Domain, places: Places) -> Iterator[Problem]:
    for slot in domain.slots.values():
        for number, mapping in enumerate(slot.mappings):
            for level, wrong in _mapping(mapping, domain):
                where = places.in_domain("slots", slot.name, "mappings", number)
                yield Problem(level=level, where=where, text=f"slot {slot.name!r}: {wrong}")
        if not slot.mappings and slot.name in domain.entities:
            text = (
                f"slot {slot.name!r} has no mappings: nothing fills it. In Rasa 2 the entity of its name did; "
                "`kefu migrate` writes that down."
            )
            yield Problem(level="warning", where=places.in_domain("slots", slot.name), text=text)
        if slot.type_name not in {slot.type, "unfeaturized"}:
            text = (
                f"slot {slot.name!r}: kefu runs no slot classes of a project's own. {slot.type_name} is kept as any "
                "value, which rules and stories do not see."
            )
            yield Problem(level="warning", where=places.in_domain("slots", slot.name, "type"), text=text)
        if wrong := _slot(slot):
            yield Problem(level="error", where=places.in_domain("slots", slot.name), text=wrong)


def _conditions(domain: Domain, places: Places) -> Iterator[Problem]:
    """Slots that the variants of responses ask about."""
    for name, variants in domain.responses.items():
        for number, variant in enumerate(variants):
            for condition in variant.conditions:
                if condition.name not in domain.slots and condition.name != LANGUAGE_SLOT:
                    where = places.in_domain("responses", name, number)
                    text = f"{name}: {not_known('slot', condition.name, domain.slots)}"
                    yield Problem(level="error", where=where, text=text)


def _slot(slot: Slot) -> str:
    if slot.type == "categorical" and not slot.values:
        return f"slot {slot.name!r} is categorical and has no `values`."
    if slot.type == "float" and slot.min_value >= slot.max_value:
        return f"slot {slot.name!r}: min_value is not below max_value."
    return ""


def _mapping(mapping: SlotMapping, domain: Domain) -> Iterator[tuple[Level, str]]:
    if mapping.entity is not None and mapping.entity not in domain.entities:
        yield "error", not_known("entity", mapping.entity, domain.entities)
    intents = {*domain.intents, *BUILT_IN_INTENTS}
    for intent in (*mapping.intents, *mapping.not_intents):
        if intent.partition("/")[0] not in intents:
            yield "warning", not_known("intent", intent, intents)
    for condition in mapping.conditions:
        if condition.active_loop not in {ANY_LOOP, None, *domain.forms}:
            yield "error", not_known("form", str(condition.active_loop), domain.forms)
        if condition.requested_slot is not None and condition.requested_slot not in domain.slots:
            yield "error", not_known("slot", condition.requested_slot, domain.slots)


def check_answers(
    domain: Domain, rules: list[Rule], stories: list[Story], places: Places
) -> Iterator[Problem]:
    """Intents that lead nowhere, and forms' slots that nothing asks for."""
    used = used_names(rules, stories) | {TALK_TO_PERSON}
    answered = {name.removeprefix("utter_").partition("/")[0] for name in domain.responses}
    filling = {
        intent for slot in domain.slots.values() for mapping in slot.mappings for intent in mapping.intents
    }
    for intent in domain.intents:
        if intent not in used | answered | filling and intent not in BUILT_IN_INTENTS:
            text = f"nothing answers the intent {intent!r}: write the response utter_{intent} or a rule."
            yield Problem(level="warning", where=places.name_in_domain("intents", intent), text=text)
    asks = {*domain.responses, *domain.actions}
    for form in domain.forms.values():
        for slot in form.required_slots:
            names = (f"utter_ask_{form.name}_{slot}", f"utter_ask_{slot}")
            if not asks & {*names, f"action_ask_{form.name}_{slot}", f"action_ask_{slot}"}:
                text = f"nothing asks for the slot {slot!r} of {form.name!r}: write the response {names[1]}."
                yield Problem(level="warning", where=places.in_domain("forms", form.name), text=text)


def check_unused(
    domain: Domain,
    rules: list[Rule],
    stories: list[Story],
    data: TrainingData | None,
    *,
    places: Places,
    code: Path,
) -> Iterator[Problem]:
    """Responses, actions, forms and entities that nothing names.

    The project's own code may name them too: where that code is not here, nothing is said about what it may
    use.
    """
    used = used_names(rules, stories)
    written = _code(code)
    known_code = written is not None or not domain.actions
    for form in domain.forms:
        if form not in used and known_code and form not in (written or ""):
            yield _unused(places.in_domain("forms", form), "form", form, "no rule or story starts it")
    if known_code:
        yield from _unused_names(domain, used, written or "", places)
    if data is not None:
        yield from _unused_entities(domain, data, places)


def _unused_names(domain: Domain, used: set[str], code: str, places: Places) -> Iterator[Problem]:
    said = used | {f"utter_{intent}" for intent in domain.intents} | DEFAULT_RESPONSES.keys()
    made = tuple(_MADE_NAME.findall(code))
    for name in domain.responses:
        base = name.partition("/")[0]
        if not {name, base} & said and not name.startswith((*_ASKS, *made)) and base not in code:
            yield _unused(places.in_domain("responses", name), "response", name, "nothing says it")
    for name in domain.actions:
        named = name in used or name in domain.responses or name in BUILT_IN_ACTIONS
        mapped = any(one.action == name for slot in domain.slots.values() for one in slot.mappings)
        if (
            not named
            and not mapped
            and name != VALIDATE_SLOTS
            and not name.startswith(_ASKS)
            and name not in code
        ):
            yield _unused(places.name_in_domain("actions", name), "action", name, "no rule or story names it")


def _unused_entities(domain: Domain, data: TrainingData, places: Places) -> Iterator[Problem]:
    found: set[str] = {one.entity for example in data.examples for one in example.entities}
    found |= {*data.regexes, *data.lookups, *BUILT_IN}
    for entity in domain.entities:
        if entity not in found and f'"{entity}"' not in _payloads(domain):
            text = (
                f"the entity {entity!r} is never found: no example, regex or lookup table has it, it is no "
                "built-in one, and no button brings it."
            )
            yield Problem(level="warning", where=places.name_in_domain("entities", entity), text=text)


def _payloads(domain: Domain) -> str:
    """All that buttons send, together."""
    return "\n".join(
        str(button.get("payload"))
        for variants in domain.responses.values()
        for variant in variants
        for button in variant.content.get("buttons") or ()
    )


def _unused(where: str, kind: str, name: str, why: str) -> Problem:
    return Problem(level="warning", where=where, text=f"the {kind} {name!r} is never used: {why}.")


def _code(folder: Path) -> str | None:
    """All of the project's own Python, or None where there is none."""
    files: Collection[Path] = [
        path
        for path in (folder / "actions.py", *sorted((folder / "actions").rglob("*.py")))
        if path.is_file()
    ]
    if not files:
        return None
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
