"""What is wrong with a project beyond what reading it refuses: names that lead nowhere, unused things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, TypeVar

from bot.dialog.definitions import BUILT_IN_INTENTS, TALK_TO_PERSON
from bot.dialog.domain import Domain
from bot.dialog.rules import Rule
from bot.dialog.steps import ActionStep, LoopStep, Step, UserStep
from bot.dialog.stories import Story
from bot.project import Project, load_domain, load_rules, training_files
from bot.yaml_files import line_of, read_yaml
from encoders.errors import KefuError
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.nlu import load_training_data
from knowledge.ingest import read_documents, read_questions

FEW_EXAMPLES = 5
_BUILT_IN_ACTIONS = (
    "action_listen", "action_restart", "action_session_start", "action_default_fallback",
    "action_deactivate_loop", "action_two_stage_fallback", "action_default_ask_affirmation",
    "action_default_ask_rephrase", "action_back", "action_unlikely_intent", "action_extract_slots",
    "action_revert_fallback_events", "action_cite", "action_clarify", "action_hand_over",
)  # fmt: skip

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An `error` stops the assistant from working as written; a `warning` is probably not what was meant."""

    level: Literal["error", "warning"]
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.level}: {self.text}"


def check_project(project: Project) -> list[Problem]:
    """Every problem found, errors first. Where a file cannot be read, what depends on it is left out."""
    problems: list[Problem] = []
    domain = _tried(problems, project.folder, lambda: load_domain(project))
    data = _tried(problems, project.folder, lambda: load_training_data(training_files(project)))
    rules = _tried(problems, project.folder, lambda: load_rules(project))
    if domain is not None and rules is not None:
        problems += _steps(project, domain, rules)
    if domain is not None and data is not None:
        problems += _examples(project, domain, data)
    if domain is not None:
        problems += _answers(project, domain, rules or ([], []))
    problems += _articles(project)
    problems += _tests(project)
    return sorted(problems, key=lambda problem: problem.level)


def _tried(problems: list[Problem], where: Path, read: Callable[[], Read]) -> Read | None:
    """What `read` gives; its error goes to the list."""
    try:
        return read()
    except KefuError as error:
        problems.append(_of(error, where))
        return None


def _of(error: KefuError, where: Path) -> Problem:
    place = getattr(error, "where", str(where))
    return Problem(level="error", where=place, text=str(error).removeprefix(f"{place}: "))


def _steps(project: Project, domain: Domain, rules: tuple[list[Rule], list[Story]]) -> Iterator[Problem]:
    """Intents and actions in rules and stories that the domain does not know."""
    actions = {*domain.actions, *domain.responses, *domain.forms, *_BUILT_IN_ACTIONS}
    intents = {*domain.intents, *BUILT_IN_INTENTS}
    written: list[tuple[str, Rule | Story]] = [("rule", one) for one in rules[0]]
    written += [("story", one) for one in rules[1]]
    for kind, one in written:
        for step in one.steps:
            if wrong := _unknown(step, intents, actions, set(domain.forms)):
                text = f"{kind} {one.name!r}: {wrong}"
                yield Problem(level="error", where=str(project.folder), text=text)


def _unknown(step: Step, intents: set[str], actions: set[str], forms: set[str]) -> str:
    if isinstance(step, UserStep) and step.turn.intent not in intents:
        return _not_known("intent", str(step.turn.intent), intents)
    if isinstance(step, ActionStep) and step.name not in actions:
        return _not_known("action", step.name, actions)
    if isinstance(step, LoopStep) and step.name is not None and step.name not in forms:
        return _not_known("form", step.name, forms)
    return ""


def _not_known(what: str, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"the {what} {name!r} is not in the domain." + (f" Did you mean {close[0]!r}?" if close else "")


def _examples(project: Project, domain: Domain, data: TrainingData) -> Iterator[Problem]:
    """Examples and the domain's intents held against each other; too few, or the same text twice."""
    counts = Counter(example.intent for example in data.examples)
    first = {example.intent: example.source for example in reversed(data.examples)}
    for intent, count in sorted(counts.items()):
        if intent != OUT_OF_SCOPE and intent.partition("/")[0] not in domain.intents:
            yield Problem(
                level="error", where=first[intent], text=_not_known("intent", intent, domain.intents)
            )
        elif count < FEW_EXAMPLES:
            text = f"the intent {intent!r} has {count} examples; give it at least ten varied ones."
            yield Problem(level="warning", where=first[intent], text=text)
    trained = {intent.partition("/")[0] for intent in counts}
    for intent in domain.intents:
        if intent not in trained and intent not in BUILT_IN_INTENTS:
            yield _in_domain(
                project, ("intents",), f"the intent {intent!r} has no examples: it is never understood."
            )
    yield from _contradictions(data)


def _contradictions(data: TrainingData) -> Iterator[Problem]:
    seen: dict[str, tuple[str, str]] = {}
    for example in data.examples:
        intent, source = seen.setdefault(example.text.strip().lower(), (example.intent, example.source))
        if intent != example.intent:
            text = f"the same text is an example of {intent!r} at {source}; keep one."
            yield Problem(level="warning", where=example.source, text=text)


def _answers(project: Project, domain: Domain, rules: tuple[list[Rule], list[Story]]) -> Iterator[Problem]:
    """Intents that lead nowhere, and forms' slots that nothing asks for."""
    steps = [step for one in rules[0] for step in one.steps]
    steps += [step for one in rules[1] for step in one.steps]
    handled = {step.turn.intent for step in steps if isinstance(step, UserStep)} | {TALK_TO_PERSON}
    answered = {name.removeprefix("utter_").partition("/")[0] for name in domain.responses}
    for intent in domain.intents:
        if intent not in handled | answered and intent not in BUILT_IN_INTENTS:
            text = f"nothing answers the intent {intent!r}: write the response utter_{intent} or a rule."
            yield _in_domain(project, ("intents",), text)
    for form in domain.forms.values():
        for slot in form.required_slots:
            names = (f"utter_ask_{form.name}_{slot}", f"utter_ask_{slot}")
            asks = {*domain.responses, *domain.actions}
            if not asks & {*names, f"action_ask_{form.name}_{slot}", f"action_ask_{slot}"}:
                text = f"nothing asks for the slot {slot!r} of {form.name!r}: write the response {names[1]}."
                yield _in_domain(project, ("forms", form.name), text)


def _in_domain(project: Project, field: tuple[str, ...], text: str) -> Problem:
    path = project.folder / "domain.yml"
    line = line_of(path, field) if path.is_file() else None
    return Problem(level="warning", where=f"{path}:{line}" if line else str(path), text=text)


def _articles(project: Project) -> Iterator[Problem]:
    """Articles that cannot be read, and questions that name articles which do not exist."""
    if not project.articles.is_dir():
        return
    try:
        known = {document.id for document in read_documents([project.articles])}
        for path in sorted(project.articles.glob("questions*.jsonl")):
            for question in read_questions([path]):
                for missing in set(question.document_ids) - known:
                    text = f"the question {question.id!r} names an article that does not exist: {missing!r}."
                    yield Problem(level="error", where=str(path), text=text)
    except KefuError as error:
        yield _of(error, project.articles)


def _tests(project: Project) -> Iterator[Problem]:
    for path in sorted((project.folder / "tests").glob("*.y*ml")):
        try:
            read_yaml(path)
        except KefuError as error:
            yield _of(error, path)
