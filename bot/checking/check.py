"""Checking a whole project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.checking.dialog import check_dialog
from bot.checking.domain import check_answers, check_references, check_unused
from bot.checking.examples import check_examples
from bot.checking.files import check_actions, check_fallback, check_files
from bot.checking.problem import Places, Problem, of_error
from bot.dialog.domain import Domain
from bot.dialog.rules import Rule
from bot.dialog.stories import Story
from bot.project import Project, load_assistant, load_domain, load_rules, training_files
from encoders.errors import KefuError
from intents.nlu import load_training_data

Read = TypeVar("Read")
_ORDER = ("error", "warning", "note")


def check_project(project: Project) -> list[Problem]:
    """Every problem found, errors first. Where a file cannot be read, what depends on it is left out."""
    problems: list[Problem] = []
    places = Places(project)
    domain = _tried(problems, project.folder, lambda: load_domain(project))
    data = _tried(problems, project.folder, lambda: load_training_data(training_files(project)))
    rules = _tried(problems, project.folder, lambda: load_rules(project))
    if domain is not None:
        problems += check_references(domain, places)
        problems += check_actions(project, domain, places)
        problems += check_fallback(project, domain)
        problems += _with_rules(project, problems, domain, rules or ([], []), places)
        problems += check_unused(domain, *(rules or ([], [])), data, places=places, code=project.folder)
    if domain is not None and data is not None:
        problems += check_examples(domain, data, places)
    problems += check_files(project)
    return sorted(problems, key=lambda problem: _ORDER.index(problem.level))


def _with_rules(
    project: Project,
    problems: list[Problem],
    domain: Domain,
    rules: tuple[list[Rule], list[Story]],
    places: Places,
) -> list[Problem]:
    broken = any(problem.level == "error" for problem in problems)
    assistant = None if broken else _tried(problems, project.folder, lambda: load_assistant(project))
    return [
        *check_dialog(domain, *rules, assistant, places),
        *check_answers(domain, *rules, places),
    ]


def _tried(problems: list[Problem], where: Path, read: Callable[[], Read]) -> Read | None:
    """What `read` gives; its error goes to the list."""
    try:
        return read()
    except KefuError as error:
        problems.append(of_error(error, where))
        return None
