"""The other files of a project: articles, tests, config.yml and endpoints.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.actions.loading import find_actions
from bot.checking.dialog import known_actions
from bot.checking.problem import Places, Problem, not_known, of_error
from bot.conversations.reading import read_tests
from bot.dialog.builtin import BUILT_IN_ACTIONS
from bot.dialog.domain import Domain
from bot.endpoints import load_endpoints
from bot.migrating import VERSION
from bot.project import Project, core_fallback, domain_files
from bot.rasa_config import CONFIG, read_rasa_config, remarks
from bot.yaml_files import Lines, read_yaml
from encoders.errors import KefuError
from knowledge.ingest import read_documents, read_questions

_RASA_MARKDOWN = re.compile(
    r"^## *(intent|synonym|regex|lookup|story|happy path)\b|^\* *\w+(\{|$)", re.MULTILINE
)


def check_actions(project: Project, domain: Domain, places: Places) -> Iterator[Problem]:
    """Custom actions that nothing runs: no code in the project, and no server in `endpoints.yml`."""
    own = [name for name in domain.actions if name not in domain.responses and name not in BUILT_IN_ACTIONS]
    try:
        served = load_endpoints(project.folder).actions is not None
    except KefuError:  # which `check_files` tells of
        return
    if own and not served and find_actions(project.folder) is None:
        text = (
            f"nothing runs the actions ({', '.join(own[:3])}{', …' if len(own) > 3 else ''}): there is no "
            "actions.py, and endpoints.yml names no action_endpoint. Whoever needs one is handed to a person."
        )
        yield Problem(level="warning", where=places.in_domain("actions"), text=text)


def check_fallback(project: Project, domain: Domain) -> Iterator[Problem]:
    """The action that `config.yml` names for what nothing answers."""
    try:
        name = core_fallback(project)
    except KefuError:  # which `check_files` tells of
        return
    if name is not None and name not in known_actions(domain):
        text = f"core_fallback_action_name: {not_known('action', name, known_actions(domain))}"
        yield Problem(level="error", where=str(project.folder / CONFIG), text=text)


def check_files(project: Project) -> Iterator[Problem]:
    """Everything about them."""
    yield from _old(project)
    yield from _markdown(project)
    yield from _articles(project)
    yield from _tests(project)
    yield from _config(project)


def _old(project: Project) -> Iterator[Problem]:
    """Domain files of Rasa 2: its slots had no mappings."""
    for path in domain_files(project):
        try:
            version = str(read_yaml(path).get("version", VERSION))
        except KefuError:  # which reading the domain tells of
            continue
        if version.startswith(("1", "2")):
            line = Lines(path).of(("version",))
            text = f"this is the format {version}: `kefu migrate {project.folder}` rewrites it as {VERSION}."
            yield Problem(level="warning", where=f"{path}:{line}" if line else str(path), text=text)


def _markdown(project: Project) -> Iterator[Problem]:
    """Training data as Rasa 1 wrote it, which Rasa 2 still read."""
    for path in sorted((project.folder / "data").rglob("*.md")):
        if _RASA_MARKDOWN.search(path.read_text(encoding="utf-8", errors="replace")):
            text = "Markdown is not read; Rasa 3 does not read it either. Write it as YAML, one file for one."
            yield Problem(level="warning", where=str(path), text=text)


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
        yield of_error(error, project.articles)


def _tests(project: Project) -> Iterator[Problem]:
    try:
        read_tests(project.folder / "tests")
    except KefuError as error:
        yield of_error(error, project.folder / "tests")


def _config(project: Project) -> Iterator[Problem]:
    """What Rasa's own files ask for and kefu does in another way, each said once."""
    try:
        config = read_rasa_config(project.folder)
        said = [*(remarks(config) if config else ()), *load_endpoints(project.folder).remarks]
    except KefuError as error:
        yield of_error(error, project.folder)
        return
    for where, text in said:
        yield Problem(level="note", where=where, text=text)
