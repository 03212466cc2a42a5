"""A person's conversations out of what a project learned from, and out of its database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.project import Project, data_files, domain_files
from bot.project_edits import without_examples, write_files
from bot.release import release_ids
from bot.review.origin import alias
from bot.review.plans import QUESTIONS
from bot.store.locks import ConversationLocks
from bot.store.store import Store
from bot.yaml_files import line_of, read_yaml
from encoders.artifacts import MANIFEST, read_manifest
from encoders.records import read_text
from intents.nlu_yaml import parse_nlu_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was taken out, and what a person has to look at.

    Attributes:
        dialogs, drafts, examples: how many records, mined turns and training examples (of intents and of articles)
            went.
        live: how many conversations went out of the database.
        wordings: responses (`file:line: name`) that were drafted from the conversation; they stay.
        releases: that were trained before and may hold its examples.
    """

    dialogs: int = 0
    drafts: int = 0
    examples: int = 0
    live: int = 0
    wordings: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        return bool(self.dialogs or self.drafts or self.examples or self.live or self.wordings)

    def __add__(self, other: Forgotten) -> Forgotten:
        return Forgotten(
            dialogs=self.dialogs + other.dialogs,
            drafts=self.drafts + other.drafts,
            examples=self.examples + other.examples,
            live=self.live + other.live,
            wordings=(*self.wordings, *other.wordings),
            releases=self.releases or other.releases,
        )


async def forget_person(
    project: Project,
    store: Store,
    conversation: str,
    *,
    locks: ConversationLocks,
    erased: Callable[[str], None] = lambda _: None,
) -> Forgotten:
    """Take a customer's conversations, the one named and all others that they had on its channel, out of the
    database and out of all that was learned from them.

    `erased` is told of each that is gone. A server that has one in hand begins it anew with the next message.

    Raises:
        InputError: before anything of a conversation is changed, when a file holds it in a form that cannot be
            rewritten.
    """
    done = Forgotten()
    for one in sorted({conversation, *await store.archive.of_person(conversation)}):
        async with locks.hold(one):
            done += await asyncio.to_thread(forget_conversation, project, one)
            if await store.erase_conversation(one):
                done += Forgotten(live=1)
            erased(one)
    return done


def forget_conversation(project: Project, conversation: str) -> Forgotten:
    """Take a conversation out of `dialogs/`, of the drafts mined from it, and of the training examples.

    A live conversation is found in the training examples by its alias (`bot.review.origin`).

    Raises:
        InputError: before anything is changed, when a file holds it in a form that cannot be rewritten.
    """
    from intents.mining.forget import forget_in_drafts
    from intents.mining.review import conversation_of
    from intents.transcripts.forget import forget_in_dialogs, forget_lines

    changed: dict[Path, str] = {}
    names = {conversation, alias(conversation)}
    examples = 0
    for path in data_files(project):
        text = read_text(path).replace("\r\n", "\n")
        found = sum(conversation_of(one) in names for one in parse_nlu_yaml(text, path).examples)
        if found:
            changed[path] = without_examples(text, path, lambda one: conversation_of(one) in names)
            examples += found
    dialogs = forget_in_dialogs(project.folder / "dialogs", conversation)
    drafts = sum(forget_in_drafts(folder, conversation) for folder in draft_folders(project))
    questions = project.articles / QUESTIONS
    if questions.is_file():
        examples += forget_lines(questions, lambda line: _asked_in(line) in names)
    write_files(changed)
    return Forgotten(
        dialogs=dialogs, drafts=drafts, examples=examples,
        wordings=tuple(_wordings(project, conversation)), releases=release_ids(project),
    )  # fmt: skip


def said(project: Project, done: Forgotten) -> list[str]:
    """What went, and what a person has to look at."""
    live = f"{done.live} live conversation{'' if done.live == 1 else 's'}, " if done.live else ""
    lines = [
        f"Removed: {live}{done.dialogs} records in dialogs/, {done.drafts} mined turns, "
        f"{done.examples} training examples."
    ]
    lines += [f"{where} was drafted from it: look whether its wording may stay." for where in done.wordings]
    if done.examples and done.releases:
        trained = ", ".join(done.releases)
        lines.append(f"Trained with it: {trained}. Train again and remove those from releases/.")
    if done.live and project.settings.events.file is not None:
        lines.append(f"Its events were also written to {project.settings.events.file}: take them out there.")
    return lines


def draft_folders(project: Project) -> list[Path]:
    """The folders of mined drafts in the project."""
    from intents.mining.mine import MINED

    manifests = [*project.folder.glob(f"*/{MANIFEST}"), *project.folder.glob(f"drafts/*/{MANIFEST}")]
    return sorted(path.parent for path in manifests if read_manifest(path.parent, kind=MINED) is not None)


def _asked_in(line: str) -> str | None:
    """The conversation that a training question is from."""
    return (json.loads(line).get("metadata") or {}).get("conversation") if line.strip() else None


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
