"""What the project has already, as reviewers choose from it: intents with their answers, and articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.project import Project, data_files, domain_mapping
from bot.review.articles import articles
from bot.review.plans import said_in
from encoders.records import read_text
from intents.examples import OUT_OF_SCOPE
from intents.nlu_yaml import parse_nlu_yaml

Json = dict[str, Any]


def intents_of(project: Project) -> list[Json]:
    """`{name, examples, answers: {language: text}, title}` of each intent, as the domain orders them.

    Raises:
        InputError: when the domain or the training data is wrong.
    """
    domain = domain_mapping(project)
    counts = _examples(project)
    responses = domain.get("responses") or {}
    names = [
        str(next(iter(one))) if isinstance(one, dict) else str(one) for one in domain.get("intents") or ()
    ]
    return [
        {
            "name": name,
            "title": _title(project, name),
            "examples": counts[name],
            "answers": _answers(project, responses.get(f"utter_{name}")),
        }
        for name in names
        if name != OUT_OF_SCOPE
    ]


def articles_of(project: Project) -> list[Json]:
    """The Markdown articles with their texts."""
    return [asdict(one) for one in articles(project)]


def _examples(project: Project) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in data_files(project):
        stamp = path.stat()
        found.update(_counted(path, stamp.st_mtime_ns, stamp.st_size))
    return found


@lru_cache(maxsize=64)
def _counted(path: Path, _changed: int, _size: int) -> Mapping[str, int]:
    """How many examples a file has of each intent; read again when it has changed."""
    text = read_text(path)
    return Counter(one.intent for one in parse_nlu_yaml(text, path).examples) if "nlu:" in text else {}


def _title(project: Project, intent: str) -> str:
    """How the intent reads on a button, where the project says it."""
    return project.settings.choices.get(intent, {}).get(project.settings.language, "")


def _answers(project: Project, variations: Any) -> Mapping[str, str]:
    """The first wording in each language."""
    found: dict[str, str] = {}
    for one in variations if isinstance(variations, list) else ():
        if isinstance(one, dict) and isinstance(one.get("text"), str):
            found.setdefault(said_in(project, one), one["text"])
    return found
