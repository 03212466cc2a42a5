"""What was accepted of the mined drafts, into the project."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.project import Project, data_files, domain_mapping, load_domain
from bot.project_edits import domain_file_with, nlu_file, with_entries, with_examples, with_names, write_files
from encoders.errors import InputError
from encoders.records import read_text
from intents.examples import OUT_OF_SCOPE, Example
from intents.mining.review import Accepted
from intents.nlu import load_training_data

_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of it.

    Attributes:
        examples: how many are new; `known` were there already under the same intent.
        elsewhere: examples that the project has under another intent, which were left out: (text, that intent).
        intents, responses: the names that are new in the domain.
        kept: responses that the domain had already, which stay as they are.
        unfilled: drafts that were left out, with the variables in them that no slot gives.
        files: those that changed.
    """

    examples: int
    known: int
    elsewhere: tuple[tuple[str, str], ...]
    intents: tuple[str, ...]
    responses: tuple[str, ...]
    kept: tuple[str, ...]
    unfilled: Mapping[str, tuple[str, ...]]
    files: tuple[Path, ...]


def apply_drafts(project: Project, accepted: Accepted) -> Applied:
    """Add the examples to the project's nlu file and intents and responses to its domain; nothing else changes.

    All files are changed, or none.

    Raises:
        InputError: for a file that is wrong already, or is written in a way that cannot be added to.
    """
    applied, changed = planned(project, accepted)
    write_files(changed)
    return applied


def planned(project: Project, accepted: Accepted) -> tuple[Applied, dict[Path, str]]:
    """What `apply_drafts` would do, and the new texts of the files.

    Examples of `out_of_scope` make no intent.

    Raises:
        InputError: as `apply_drafts`.
    """
    there = _known_examples(project)
    new, elsewhere = _new_examples(accepted.examples, there)
    domain = domain_mapping(project)
    named = [one.intent for one in new if one.intent != OUT_OF_SCOPE]
    intents = _missing(named, _names(domain.get("intents")))
    responses, unfilled = _filled(accepted.responses, load_domain(project).slots)
    had = domain.get("responses") or {}
    added = {name: variations for name, variations in responses.items() if name not in had}
    changed: dict[Path, str] = {}
    if new:
        path = nlu_file(project)
        changed[path] = with_examples(text_so_far(path, changed), path, new)
    if intents:
        path = domain_file_with(project, "intents")
        changed[path] = with_names(text_so_far(path, changed), path, "intents", intents)
    if added:
        path = domain_file_with(project, "responses")
        changed[path] = with_entries(text_so_far(path, changed), path, "responses", added)
    applied = Applied(
        examples=len(new), known=len(accepted.examples) - len(new) - len(elsewhere), elsewhere=tuple(elsewhere),
        intents=tuple(intents), responses=tuple(added), kept=tuple(name for name in responses if name in had),
        unfilled=unfilled, files=tuple(changed),
    )  # fmt: skip
    return applied, changed


def text_so_far(path: Path, changed: Mapping[Path, str]) -> str:
    """The file as it is to be so far."""
    if path in changed:
        return changed[path]
    return read_text(path).replace("\r\n", "\n") if path.is_file() else ""


def _known_examples(project: Project) -> dict[str, str]:
    """Text → intent, of all examples in the project."""
    files = [path for path in data_files(project) if "nlu:" in read_text(path)]
    try:
        examples = load_training_data(files).examples if files else ()
    except InputError as error:
        if error.problem == "there are no examples here.":
            return {}
        raise
    return {_folded(one.text): one.intent for one in examples}


def _new_examples(
    examples: Sequence[Example], there: Mapping[str, str]
) -> tuple[list[Example], list[tuple[str, str]]]:
    """Those that the project does not have, each text once, and those that it has under another intent."""
    new: dict[str, Example] = {}
    elsewhere: list[tuple[str, str]] = []
    for example in examples:
        text = _folded(example.text)
        intent = there.get(text) or (new[text].intent if text in new else example.intent)
        if intent != example.intent:
            elsewhere.append((example.text, intent))
        elif text not in there:
            new.setdefault(text, example)
    return list(new.values()), elsewhere


def _filled(
    responses: Mapping[str, Sequence[Mapping[str, Any]]], slots: Mapping[str, Any]
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, tuple[str, ...]]]:
    """The responses whose variables are slots, and the variables that keep the others out."""
    good: dict[str, list[dict[str, Any]]] = {}
    bad: dict[str, tuple[str, ...]] = {}
    for name, variations in responses.items():
        used = {variable for one in variations for variable in _VARIABLE.findall(str(one.get("text", "")))}
        if missing := tuple(sorted(used - set(slots))):
            bad[name] = missing
        else:
            good[name] = [dict(one) for one in variations]
    return good, bad


def _names(entries: Any) -> set[str]:
    """The names in a domain list, whose items are names or mappings from a name to its settings."""
    return {str(next(iter(entry))) if isinstance(entry, dict) else str(entry) for entry in entries or ()}


def _missing(names: Sequence[str], there: set[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name not in there]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
