"""What a decision changes in the project's files, and what takes it back; nothing is written here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.drafts import planned, text_so_far
from bot.project import Project, data_files, domain_files, load_domain
from bot.project_edits import domain_file_with, with_entries, without_examples
from bot.review.edits import Overwritten, hunks, taken_back
from bot.review.origin import metadata_of, origin_of
from bot.store.reviews import Change, Item
from bot.yaml_edits import with_item, with_text
from bot.yaml_files import read_yaml
from encoders.errors import InputError
from encoders.records import read_text
from intents.examples import Example
from intents.mining.review import Accepted
from intents.nlu_yaml import parse_nlu_yaml

Json = dict[str, Any]
QUESTIONS = "questions-review.jsonl"
"""Messages that an article answers, for training, beside the project's own questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """New texts of files (None: the file goes), what is needed to take them back, and what came of the items.

    Attributes:
        left: items that cannot be decided so, with the intent that has the same words already.
    """

    files: Mapping[Path, str | None] = field(default_factory=dict)
    edits: tuple[Json, ...] = ()
    left: Mapping[int, str] = field(default_factory=dict)


def assigned(project: Project, items: Sequence[Item], intent: str, answers: Mapping[str, str]) -> Plan:
    """Messages as examples of an intent, which is made where it is not there, with its answer by language.

    Raises:
        InputError: when a file cannot be added to.
    """
    examples = tuple(
        Example(text=item.text, intent=intent, metadata={"example": metadata_of(item)}) for item in items
    )
    variations = _variations(project, answers)
    responses = {f"utter_{intent}": variations} if variations else {}
    applied, files = planned(project, Accepted(examples=examples, responses=responses))
    if applied.unfilled:
        missing = ", ".join("{" + name + "}" for names in applied.unfilled.values() for name in names)
        raise InputError("the answer", f"no slot gives {missing}.", remedy="Say it without, or add the slot.")
    elsewhere = {_folded(text): other for text, other in applied.elsewhere}
    left = {item.id: elsewhere[_folded(item.text)] for item in items if _folded(item.text) in elsewhere}
    domain = set(domain_files(project))
    edits = [
        {**_edit(project, path, text), "intents": list(applied.intents)}
        if path in domain
        else {"file": _name(project, path), "examples": True}
        for path, text in files.items()
    ]
    return Plan(files=files, edits=tuple(edits), left=left)


def answered(project: Project, response: str, answers: Mapping[str, str]) -> Plan:
    """What a response says in each language: its first wording of the language, or a new one.

    Raises:
        InputError: when the response is written in a way that cannot be changed.
    """
    path, there = find_response(project, response)
    if path is None:
        path = domain_file_with(project, "responses")
        text = with_entries(
            text_so_far(path, {}), path, "responses", {response: _variations(project, answers)}
        )
        return Plan(files={path: text}, edits=(_edit(project, path, text),))
    text = text_so_far(path, {})
    for language, wording in answers.items():
        place = next((at for at, one in enumerate(there) if said_in(project, one) == language), None)
        if place is None:
            text = with_item(text, path, ("responses", response), _variation(project, language, wording))
        elif there[place].get("text") != wording:
            text = with_text(text, path, ("responses", response, place, "text"), wording)
    return Plan(files={path: text}, edits=(_edit(project, path, text),))


def find_response(project: Project, response: str) -> tuple[Path | None, Sequence[Mapping[str, Any]]]:
    """The file that has a response, and its wordings."""
    for path in (*domain_files(project), *data_files(project)):
        responses: Any = read_yaml(path).get("responses") or {}
        if response in responses:
            return path, [one for one in responses[response] or () if isinstance(one, dict)]
    return None, ()


def said_in(project: Project, variation: Mapping[str, Any]) -> str:
    """The language of a response's variation: its condition's, else the project's."""
    for condition in variation.get("condition") or ():
        if isinstance(condition, dict) and condition.get("name") == "language":
            return str(condition.get("value"))
    return project.settings.language


def written(project: Project, path: Path, text: str, items: Sequence[Item], document_id: str) -> Plan:
    """An article's new text, and the messages that it answers as training questions."""
    before = text_so_far(path, {}) if path.is_file() else None
    digest = hashlib.sha256(text.encode()).hexdigest()
    files: dict[Path, str | None] = {path: text}
    edits: list[Json] = [{"file": _name(project, path), "before": before, "after": digest}]
    if items:
        questions = project.articles / QUESTIONS
        files[questions] = text_so_far(questions, {}) + "".join(_question(one, document_id) for one in items)
        edits.append({"file": _name(project, questions), "questions": True})
    return Plan(files=files, edits=tuple(edits))


def undone(project: Project, change: Change, items: Sequence[Item]) -> Plan:
    """What takes a change back.

    Raises:
        Overwritten: when somebody has changed the same lines since.
        InputError: when a file cannot be read.
    """
    files: dict[Path, str | None] = {}
    origins = {origin_of(metadata_of(item)) for item in items}
    for edit in sorted(
        change.edits, key=lambda one: "hunks" in one
    ):  # examples first: who uses the intent then?
        path = project.folder / edit["file"]
        if edit.get("examples"):
            files[path] = without_examples(
                text_so_far(path, {}),
                path,
                lambda one: origin_of(one.metadata.get("example") or {}) in origins,
            )
        elif edit.get("questions"):
            files[path] = _without_questions(path, items)
        elif "hunks" in edit:
            files[path] = taken_back(text_so_far(path, {}), _removable(project, edit, files))
        else:
            files[path] = _restored(path, edit)
    return Plan(files=files)


def _removable(project: Project, edit: Mapping[str, Any], files: Mapping[Path, str | None]) -> list[Json]:
    """The hunks of a domain file, without those that name an intent which still has examples."""
    made = set(edit.get("intents") or ())
    if not made:
        return list(edit["hunks"])
    texts = {path: files.get(path) or read_text(path) for path in data_files(project)}
    used = {one.intent for path, text in texts.items() for one in parse_nlu_yaml(text, path).examples}
    kept = {f"- {name}" for name in made & used} | {f'- "{name}"' for name in made & used}
    return [hunk for hunk in edit["hunks"] if str(hunk["new"]).strip() not in kept]


def _restored(path: Path, edit: Mapping[str, Any]) -> str | None:
    if hashlib.sha256(text_so_far(path, {}).encode()).hexdigest() != edit["after"]:
        raise Overwritten
    before: str | None = edit["before"]
    return before


def _without_questions(path: Path, items: Sequence[Item]) -> str | None:
    gone = {f"review-{item.id}" for item in items}
    lines = text_so_far(path, {}).splitlines(keepends=True)
    return "".join(line for line in lines if json.loads(line).get("id") not in gone) or None


def _question(item: Item, document_id: str) -> str:
    record = {"id": f"review-{item.id}", "question": item.text, "document_ids": [document_id]}
    return json.dumps({**record, "metadata": metadata_of(item)}, ensure_ascii=False) + "\n"


def _variations(project: Project, answers: Mapping[str, str]) -> list[Json]:
    return [_variation(project, language, text) for language, text in answers.items()]


def _variation(project: Project, language: str, text: str) -> Json:
    spoken = project.settings.languages
    if (
        len(spoken) < 2
        or language == project.settings.language
        or "language" not in load_domain(project).slots
    ):
        return {"text": text}
    return {"text": text, "condition": [{"type": "slot", "name": "language", "value": language}]}


def _edit(project: Project, path: Path, text: str) -> Json:
    return {"file": _name(project, path), "hunks": hunks(text_so_far(path, {}), text)}


def _name(project: Project, path: Path) -> str:
    return path.relative_to(project.folder).as_posix()


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
