"""Releases: immutable folders with everything a server needs to answer; only the wording is the project's own.

releases/<id>/
    manifest.json      sizes and hashes of every file, and the facts
    intents/           the intent model with its encoder
    knowledge/         the index of the articles as they were, with the fitted answerability
    encoder/           the encoder of the articles and questions
    verbatim.json      the examples' own words, which need no model
    domain.json, rules.json, stories.json
    next_actions/      what was learned from the stories, where it helps
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.project import Project
from encoders.artifacts import MANIFEST, open_artifact
from encoders.errors import ArtifactError

KIND = "release"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release folder that was checked on opening."""

    id: str
    folder: Path
    facts: dict[str, Any]


def new_release_id(now: datetime) -> str:
    """Sorts by time, and two made in the same second still differ."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def release_ids(project: Project) -> tuple[str, ...]:
    """The complete releases, oldest first."""
    return tuple(sorted(path.parent.name for path in project.releases.glob(f"*/{MANIFEST}")))


def open_release(project: Project, release_id: str) -> Release:
    """A release, every file compared with its hash.

    Raises:
        ArtifactError: when there is no such release or it is damaged; the message says what to do.
    """
    if not _ID.fullmatch(release_id):
        raise ArtifactError(f"{release_id!r} is no release id.")
    folder = project.releases / release_id
    if not folder.is_dir():
        known = ", ".join(release_ids(project)) or "none"
        raise ArtifactError(f"There is no release {release_id} in {project.releases} (there: {known}).")
    try:
        facts = open_artifact(folder, kind=KIND)
    except ArtifactError as error:
        raise ArtifactError(
            f"{error} Train a new release with `kefu train {project.folder}`, or promote another one."
        ) from error
    return Release(id=release_id, folder=folder, facts=facts)


def choose_release(project: Project, active: str | None) -> str:
    """The release to serve: the promoted one, else the newest.

    Raises:
        ArtifactError: when there is none at all.
    """
    known = release_ids(project)
    if active is not None:
        return active
    if not known:
        raise ArtifactError(
            f"{project.folder} has no release yet. Train one with `kefu train {project.folder}`."
        )
    return known[-1]
