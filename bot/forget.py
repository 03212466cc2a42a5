"""A person's conversation out of what a project learned from: dialogs, drafts and training data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.project import Project, data_files, domain_files
from bot.project_edits import without_examples, write_files
from bot.release import release_ids
from bot.yaml_files import line_of, read_yaml
from encoders.artifacts import MANIFEST, read_manifest
from encoders.records import read_text
from intents.mining.forget import forget_in_drafts
from intents.mining.mine import MINED
from intents.mining.review import conversation_of
from intents.nlu_yaml import parse_nlu_yaml
from intents.transcripts.forget import forget_in_dialogs


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was taken out, and what a person has to look at.

    Attributes:
        dialogs, drafts, examples: how many records, mined turns and training examples went.
        wordings: responses (`file:line: name`) that were drafted from the conversation; they stay.
        releases: that were trained before and may hold its examples.
    """

    dialogs: int
    drafts: int
    examples: int
    wordings: tuple[str, ...]
    releases: tuple[str, ...]

    @property
    def anything(self) -> bool:
        return bool(self.dialogs or self.drafts or self.examples or self.wordings)


def forget_conversation(project: Project, conversation: str) -> Forgotten:
    """Take a conversation out of `dialogs/`, of the drafts mined from it, and of the training examples.

    Raises:
        InputError: before anything is changed, when a file holds it in a form that cannot be rewritten.
    """
    changed: dict[Path, str] = {}
    examples = 0
    for path in data_files(project):
        text = read_text(path).replace("\r\n", "\n")
        found = sum(conversation_of(one) == conversation for one in parse_nlu_yaml(text, path).examples)
        if found:
            changed[path] = without_examples(text, path, lambda one: conversation_of(one) == conversation)
            examples += found
    dialogs = forget_in_dialogs(project.folder / "dialogs", conversation)
    drafts = sum(forget_in_drafts(folder, conversation) for folder in draft_folders(project))
    write_files(changed)
    return Forgotten(
        dialogs=dialogs, drafts=drafts, examples=examples,
        wordings=tuple(_wordings(project, conversation)), releases=release_ids(project),
    )  # fmt: skip


def draft_folders(project: Project) -> list[Path]:
    """The folders of mined drafts in the project."""
    manifests = [*project.folder.glob(f"*/{MANIFEST}"), *project.folder.glob(f"drafts/*/{MANIFEST}")]
    return sorted(path.parent for path in manifests if read_manifest(path.parent, kind=MINED) is not None)


def _wordings(project: Project, conversation: str) -> Iterator[str]:
    """Where responses say that their wording is from the conversation."""
    for path in (*domain_files(project), *data_files(project)):
        responses: Any = read_yaml(path).get("responses") or {}
        for name, variations in responses.items():
            for place, one in enumerate(variations if isinstance(variations, list) else ()):
                if (
                    isinstance(one, dict)
                    and str((one.get("metadata") or {}).get("conversation")) == conversation
                ):
                    yield f"{path}:{line_of(path, ('responses', name, place))}: {name}"
