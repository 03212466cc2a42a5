"""A release at work: everything that answering needs, put together once and swapped as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from bot.calibration import Calibration
from bot.dialog.assistant import Assistant, build_assistant
from bot.dialog.decision import Candidate, Costs
from bot.dialog.domain import parse_domain
from bot.dialog.rules import parse_rules
from bot.dialog.stories import MAX_HISTORY, parse_stories
from bot.learned.model import NextActions
from bot.project import Project, domain_mapping
from bot.reader import Reader, Reading, candidates
from bot.refined import Refined
from bot.release import Release
from bot.settings import ProjectSettings
from encoders.encoder import Encoder
from encoders.errors import ArtifactError, KefuError
from encoders.workers import ModelWorkers
from intents.builtin.extract import built_in_names
from intents.classifier import IntentClassifier
from intents.verbatim import Verbatim
from knowledge.base import LiveKnowledgeBase
from knowledge.index import KnowledgeIndex

CALIBRATION = "calibration.json"
NEXT_ACTIONS = "next_actions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One release, loaded. The assistant's wording is the project's newest, all else the release's."""

    release: Release
    assistant: Assistant
    reader: Reader
    costs: Costs
    settings: ProjectSettings
    calibration: Calibration = field(default_factory=Calibration)

    def candidates(self, reading: Reading, *, language: str) -> tuple[Candidate, ...]:
        """What competes to answer a message, on one scale of probability."""
        return self.calibration.apply(candidates(reading, titles=self.settings.choices, language=language))


class Runtimes(Protocol):
    """The releases at work."""

    def __call__(self, conversation_id: str = "") -> Runtime:
        """The one that answers a conversation; without one, the one that answers most."""
        ...


def costs_of(settings: ProjectSettings) -> Costs:
    """The operator's costs as the decision takes them."""
    given = settings.costs
    return Costs(wrong=given.wrong, handover=given.handover, clarify=given.clarify)


OpenLive = Callable[[KnowledgeIndex], LiveKnowledgeBase]


def load_runtime(
    project: Project, release: Release, *, workers: ModelWorkers, live: OpenLive | None = None
) -> Runtime:
    """Load the models and the index of a release; `live` adds the articles that changed since.

    Raises:
        ArtifactError: when a part of the release is damaged or does not fit the others.
    """
    classifier = IntentClassifier.load(release.folder / "intents")
    assistant = load_snapshot(project, release)
    index = _knowledge(project, release, classifier)
    knowledge = live(index) if live is not None and index is not None else index
    return Runtime(
        release=release,
        assistant=assistant,
        reader=Reader(
            classifier=classifier,
            knowledge=knowledge,
            workers=workers,
            refine=Refined(
                Verbatim.load(release.folder / "verbatim.json"), built_in_names(assistant.domain.entities)
            ),
        ),
        calibration=Calibration.load(release.folder / CALIBRATION),
        costs=costs_of(project.settings),
        settings=project.settings,
    )


def load_snapshot(project: Project, release: Release) -> Assistant:
    """The release's domain, rules and stories and what was learned from them, with the wording of now.

    Raises:
        ArtifactError: when the snapshot cannot be read.
    """
    domain = _json(release.folder / "domain.json")
    domain["responses"] = newest_responses(project, domain.get("responses") or {})
    stories, rules = _json(release.folder / "stories.json"), _json(release.folder / "rules.json")
    assistant = build_assistant(
        parse_domain(domain, where=str(project.folder / "domain.yml")),
        parse_rules(rules, where="rules.json"),
        parse_stories(stories, where="stories.json"),
        max_history=stories.get("max_history", MAX_HISTORY),
        fallback=rules.get("fallback"),
    )
    learned = release.folder / NEXT_ACTIONS
    return replace(assistant, learned=NextActions.load(learned)) if learned.is_dir() else assistant


def newest_responses(project: Project, known: Mapping[str, Any]) -> dict[str, Any]:
    """The project's responses; those of the release where the project cannot be read at the moment.

    A half-saved file must not stop a server that has a good release.
    """
    try:
        return {**known, **(domain_mapping(project).get("responses") or {})}
    except KefuError:
        return dict(known)


def _knowledge(project: Project, release: Release, classifier: IntentClassifier) -> KnowledgeIndex | None:
    """The release's index, with its encoder; None where the project has no articles."""
    folder = release.folder / "knowledge"
    if not folder.is_dir():
        return None
    encoder = Encoder.load(release.folder / "encoder")
    if encoder.id == classifier.encoder.id:
        encoder = classifier.encoder
    return KnowledgeIndex.open(folder, encoder)


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}). Train a new release.") from error
    if not isinstance(value, dict):
        raise ArtifactError(f"{path} holds no object. Train a new release.")
    return value
