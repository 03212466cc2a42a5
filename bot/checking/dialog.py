"""Rules and stories: unknown names, checkpoints that lead nowhere, and contradictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.checking.problem import Places, Problem, not_known
from bot.dialog.assistant import Assistant
from bot.dialog.builtin import BUILT_IN_ACTIONS
from bot.dialog.checkpoints import open_checkpoints
from bot.dialog.decision import OWN_ACTIONS
from bot.dialog.defaults import DEFAULT_RESPONSES
from bot.dialog.definitions import BUILT_IN_INTENTS, TALK_TO_PERSON
from bot.dialog.domain import Domain
from bot.dialog.rules import Prediction, Rule
from bot.dialog.state import ACTION_LISTEN, Moment
from bot.dialog.steps import ActionStep, LoopStep, SlotStep, Step, UserStep
from bot.dialog.stories import Story, played
from bot.dialog.twostage import TWO_STAGE

Written = Rule | Story


def check_dialog(
    domain: Domain,
    rules: Sequence[Rule],
    stories: Sequence[Story],
    assistant: Assistant | None,
    places: Places,
) -> Iterator[Problem]:
    """Everything about rules and stories; contradictions only where all their names are known."""
    written: list[Written] = [*rules, *stories]
    found = dict.fromkeys(problem for one in written for problem in _unknown_names(one, domain, places))
    yield from found
    yield from _open_checkpoints(stories, places)
    if assistant is not None and not found:
        yield from _rules_against_rules(assistant, places)
        yield from _stories_against_rules(stories, assistant, places)


def place_of(one: Written, places: Places, step: int | None = None) -> str:
    """`file:line` of a rule or story, or of one of its steps."""
    return places.of(one.where, one.path if step is None else (*one.path, "steps", step))


def _unknown_names(one: Written, domain: Domain, places: Places) -> Iterator[Problem]:
    kind = "rule" if isinstance(one, Rule) else "story"
    for condition in one.condition if isinstance(one, Rule) else ():
        for wrong in _unknown(condition, domain):
            yield Problem(level="error", where=place_of(one, places), text=f"{kind} {one.name!r}: {wrong}")
    for number, step in enumerate(one.steps):
        for wrong in _unknown(step, domain):
            where = place_of(one, places, number)
            yield Problem(level="error", where=where, text=f"{kind} {one.name!r}: {wrong}")


def _unknown(step: Step, domain: Domain) -> Iterator[str]:
    if isinstance(step, UserStep) and step.turn.intent is not None:
        intents = {*domain.intents, *BUILT_IN_INTENTS, TALK_TO_PERSON}
        if step.turn.intent not in intents:
            yield not_known("intent", step.turn.intent, intents)
        for entity, *_ in step.turn.entities:
            if entity not in domain.entities:
                yield not_known("entity", entity, domain.entities)
    elif isinstance(step, ActionStep) and not step.says and step.name not in known_actions(domain):
        yield not_known("action", step.name, known_actions(domain))
    elif isinstance(step, LoopStep) and step.name not in {None, TWO_STAGE, *domain.forms}:
        yield not_known("form", str(step.name), domain.forms)
    elif isinstance(step, SlotStep):
        for name, _ in step.values:
            if name not in domain.slots:
                yield not_known("slot", name, domain.slots)


def known_actions(domain: Domain) -> set[str]:
    """All that a step may name: actions, responses (of retrieval intents by their common name too), forms."""
    retrieval = {name.partition("/")[0] for name in domain.responses if "/" in name}
    return {
        *domain.actions, *domain.responses, *retrieval, *domain.forms, *BUILT_IN_ACTIONS, *OWN_ACTIONS,
        *DEFAULT_RESPONSES,
    }  # fmt: skip


def _open_checkpoints(stories: Sequence[Story], places: Places) -> Iterator[Problem]:
    entered, left = open_checkpoints([(story.name, story.steps) for story in stories])
    problems = [(name, "no story leads to it") for name in entered]
    problems += [(name, "no story goes on from it") for name in left]
    for name, problem in sorted(problems):
        story = next(story for story in stories if name in story.checkpoints)
        text = f"the checkpoint {name!r} is open: {problem}."
        yield Problem(level="warning", where=place_of(story, places), text=text)


def _rules_against_rules(assistant: Assistant, places: Places) -> Iterator[Problem]:
    """Rules that ask for the same things and then do different ones."""
    for predictions in assistant.rules.predictions.values():
        for number, one in enumerate(predictions):
            for other in predictions[:number]:
                if _same_conditions(one, other) and one.action != other.action:
                    text = (
                        f"rule {one.rule.name!r} goes on with {one.action}, but rule {other.rule.name!r} with "
                        f"{other.action}, after the very same. Give one of them a `condition`."
                    )
                    yield Problem(level="error", where=place_of(one.rule, places), text=text)


def _same_conditions(one: Prediction, other: Prediction) -> bool:
    return one.patterns == other.patterns and one.rule.from_start == other.rule.from_start


def _stories_against_rules(
    stories: Sequence[Story], assistant: Assistant, places: Places
) -> Iterator[Problem]:
    """Steps of stories that rules decide otherwise: rules come first, so the story is never followed there."""
    for story in stories:
        moments_and_actions = list(played(story.name, _without_checkpoints(story), assistant.domain))
        for moments, action in moments_and_actions:
            rule = _deciding(moments, assistant)
            if rule is not None and rule.action != action.name and not _is_form_matter(moments, rule, action):
                text = (
                    f"story {story.name!r} goes on with {action.name}, but rule {rule.rule.name!r} with "
                    f"{rule.action}: rules come first. Change one of them, or give the rule a `condition`."
                )
                yield Problem(level="error", where=place_of(story, places), text=text)
                break


def _deciding(moments: Sequence[Moment], assistant: Assistant) -> Prediction | None:
    matching = assistant.rules.matching(moments, assistant.domain, from_start=True)
    return next(iter(matching), None)


def _is_form_matter(moments: Sequence[Moment], rule: Prediction, action: ActionStep) -> bool:
    """With a form active, the form comes before rules, and a rule that knows of no form does not end its turn."""
    loop = moments[-1].loop
    return loop is not None and (
        action.name == loop or (rule.action == ACTION_LISTEN and not rule.knows_loop)
    )


def _without_checkpoints(story: Story) -> Sequence[Step]:
    return [step for step in story.steps if isinstance(step, UserStep | ActionStep | SlotStep | LoopStep)]


def used_names(rules: Iterable[Rule], stories: Iterable[Story]) -> set[str]:
    """Intents, actions and forms that rules and stories name, and the slots they look at."""
    names: set[str] = set()
    written: list[Written] = [*rules, *stories]
    for one in written:
        for step in (*one.steps, *(one.condition if isinstance(one, Rule) else ())):
            if isinstance(step, UserStep):
                names |= {step.turn.intent or "", step.turn.full_intent or ""}
            elif isinstance(step, ActionStep | LoopStep):
                names.add(step.name or "")
            elif isinstance(step, SlotStep):
                names |= {name for name, _ in step.values}
    return names
