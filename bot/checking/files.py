"""The other files of a project: articles, tests, config.yml and endpoints.yml."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checking.problem import Problem, of_error
from bot.conversations.reading import read_tests
from bot.endpoints import load_endpoints
from bot.project import Project
from bot.rasa_config import read_rasa_config, remarks
from encoders.errors import KefuError
from knowledge.ingest import read_documents, read_questions


def check_files(project: Project) -> Iterator[Problem]:
    """Everything about them."""
    yield from _articles(project)
    yield from _tests(project)
    yield from _config(project)


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
