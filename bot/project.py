"""An assistant's folder: which files it has and what they say.

domain.yml or domain/     intents, slots, forms, responses        (one mapping, may be split)
nlu.yml, data/            training examples
rules.yml, stories.yml    what follows what; as in Rasa projects they may also lie in data/
knowledge/                articles, with questions*.jsonl to learn answerability from
dialogs/                  historical conversations
evaluation/               held-out intents.csv and questions.jsonl
tests/                    conversation tests
actions.py or actions/    custom actions
kefu.yml, credentials.yml, endpoints.yml
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.dialog.assistant import Assistant, build_assistant
from bot.dialog.domain import Domain, DomainError, parse_domain
from bot.dialog.rules import Rule, parse_rules
from bot.dialog.stories import MAX_HISTORY, Story, parse_stories
from bot.rasa_config import read_rasa_config
from bot.settings import ProjectSettings, load_settings
from bot.yaml_files import Lines, line_of, read_yaml
from encoders.errors import InputError

_YAML = (".yml", ".yaml")
_LISTS = ("intents", "entities", "actions", "e2e_actions")
_MAPPINGS = ("slots", "forms", "responses", "session_config", "config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An assistant's folder with its settings; everything else is read when it is asked for."""

    folder: Path
    settings: ProjectSettings

    @property
    def releases(self) -> Path:
        return self.folder / "releases"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def work(self) -> Path:
        """What the server makes for itself and may lose, but for articles that were put there by a program."""
        return self.folder / ".kefu"

    @property
    def live_articles(self) -> Path:
        """Articles that changed since a release was trained, by the encoder's id."""
        return self.work / "articles"

    @property
    def tuned_encoder(self) -> Path:
        """What `kefu knowledge tune` keeps."""
        return self.folder / "encoder"

    @property
    def tuned_reranker(self) -> Path:
        """What `kefu knowledge tune --reranker` keeps."""
        return self.folder / "reranker"

    @property
    def articles(self) -> Path:
        return self.folder / "knowledge"

    @property
    def heldout_intents(self) -> Path:
        return self.folder / "evaluation" / "intents.csv"

    @property
    def heldout_questions(self) -> Path:
        return self.folder / "evaluation" / "questions.jsonl"

    @property
    def database_url(self) -> str:
        """Where conversations are kept unless `--database` says otherwise."""
        return f"sqlite+aiosqlite:///{self.folder.absolute() / 'kefu.sqlite'}"


def open_project(folder: Path) -> Project:
    """The assistant in `folder`.

    Raises:
        InputError: when it is no folder, has no domain, or its `kefu.yml` is wrong.
    """
    if not folder.is_dir():
        raise InputError(folder, "there is no such folder.", remedy="`kefu new FOLDER` makes an assistant.")
    if not (folder / "domain.yml").is_file() and not (folder / "domain").is_dir():
        raise InputError(folder, "has no domain.yml.", remedy="`kefu new FOLDER` makes an assistant.")
    return Project(folder=folder, settings=load_settings(folder))


def data_files(project: Project) -> list[Path]:
    """The YAML files that may hold examples, rules, stories or responses, in a stable order."""
    roots = [project.folder / name for name in ("nlu.yml", "rules.yml", "stories.yml")]
    return [path for path in roots if path.is_file()] + _yaml_below(project.folder / "data")


def training_files(project: Project) -> list[Path]:
    """The files with training examples.

    Raises:
        InputError: when there are none.
    """
    files = [path for path in data_files(project) if "nlu" in _top_keys(path)]
    if not files:
        raise InputError(project.folder, "has no training examples.", remedy="Write nlu.yml or mine some.")
    return files


def domain_files(project: Project) -> list[Path]:
    """`domain.yml`, else every YAML file below `domain/`."""
    single = project.folder / "domain.yml"
    return [single] if single.is_file() else _yaml_below(project.folder / "domain")


def domain_mapping(project: Project) -> dict[str, Any]:
    """The domain files as one mapping, with the responses that data files add.

    Raises:
        InputError: for YAML that cannot be read, or a name that two files define.
    """
    merged: dict[str, Any] = {}
    for path in domain_files(project):
        _merge(merged, read_yaml(path), path)
    for path in data_files(project):
        if "responses" in _top_keys(path):
            _merge(merged, {"responses": read_yaml(path)["responses"]}, path)
    return merged


def load_domain(project: Project) -> Domain:
    """The domain.

    Raises:
        InputError: with file and line where it is wrong.
    """
    mapping = domain_mapping(project)
    try:
        return parse_domain(mapping, where=str(project.folder))
    except DomainError as error:
        raise _located(_domain_file(project, error.path), error) from error


def load_assistant(project: Project) -> Assistant:
    """Domain, rules and stories, ready to decide with.

    Raises:
        InputError: with file and line where one of them is wrong.
    """
    rules, stories = load_rules(project)
    domain = load_domain(project)
    try:
        return build_assistant(
            domain, rules, stories, max_history=max_history(project), fallback=core_fallback(project)
        )
    except DomainError as error:
        raise InputError(project.folder, f"{error}.") from error


def max_history(project: Project) -> int | None:
    """Moments that stories are remembered by: as `config.yml` says, None for the whole session.

    Raises:
        InputError: when `config.yml` cannot be read.
    """
    config = read_rasa_config(project.folder)
    return MAX_HISTORY if config is None else config.max_history


def core_fallback(project: Project) -> str | None:
    """The action that `config.yml` names for what nothing answers.

    Raises:
        InputError: when `config.yml` cannot be read.
    """
    config = read_rasa_config(project.folder)
    return None if config is None else config.fallback


def load_rules(project: Project) -> tuple[list[Rule], list[Story]]:
    """The rules and the stories.

    Raises:
        InputError: with file and line where one of them is wrong.
    """
    rules: list[Rule] = []
    stories: list[Story] = []
    for path in data_files(project):
        keys = _top_keys(path)
        if not keys & {"rules", "stories"}:
            continue
        mapping = read_yaml(path)
        try:
            rules += parse_rules({"rules": mapping.get("rules")}, where=str(path))
            stories += parse_stories({"stories": mapping.get("stories")}, where=str(path))
        except DomainError as error:
            raise _located(path, error) from error
    return rules, stories


def _domain_file(project: Project, path: tuple[str | int, ...]) -> Path:
    """The file of the domain that has a field; a response may stand in a data file."""
    files = domain_files(project) + [file for file in data_files(project) if "responses" in _top_keys(file)]
    return next((file for file in files if Lines(file).has(path[:2])), files[0])


def _located(path: Path, error: DomainError) -> InputError:
    line = line_of(path, error.path) if path.is_file() else None
    field = ".".join(str(key) for key in error.path)
    return InputError(path, f"{field + ': ' if field else ''}{error.problem}", line=line)


def _yaml_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in _YAML and path.is_file())


def _top_keys(path: Path) -> set[str]:
    """The keys that begin a line: enough to tell what a file is for, without parsing all of it."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return {line.partition(":")[0] for line in file if line[:1].isalpha() and ":" in line}


def _merge(merged: dict[str, Any], mapping: Mapping[str, Any], path: Path) -> None:
    for key, value in mapping.items():
        if value is None:
            merged.setdefault(key, value)
        elif key in _LISTS and isinstance(value, list):
            merged[key] = _joined(merged.get(key) or [], value)
        elif key in _MAPPINGS and isinstance(value, dict):
            merged[key] = _united(merged.get(key) or {}, value, key, path)
        else:
            merged[key] = value


def _joined(first: list[Any], second: Iterable[Any]) -> list[Any]:
    return first + [item for item in second if item not in first]


def _united(first: dict[str, Any], second: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
    for name, value in second.items():
        if name in first and first[name] != value and key not in ("session_config", "config"):
            line = line_of(path, (key, name))
            raise InputError(path, f"{key}.{name} is defined in another file as well.", line=line)
    return {**first, **second}
