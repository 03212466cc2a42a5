"""`review.yml`: what a person decides about the mined intents, and what is accepted by it.

intents:
- intent: track_order     the mined name, which stays
  action: accept          accept, drop, or review while it is not decided; applied once it is in the project
  name: where_is_it       another name renames; the name of another intent, here or in the project, merges
  split: {cancel_order: [cancel, "wb-7:3"]}     examples with these words, or of this turn, go to another intent
  response: true          whether the drafted answer is taken too
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from encoders.errors import InputError
from encoders.records import read_text
from intents.examples import Example, TrainingData
from intents.nlu_yaml import read_nlu_yaml

REVIEW = "review.yml"
"""The file's name in a folder of drafts."""

Action = Literal["accept", "drop", "review", "applied"]

_HEADER = """\
# What becomes of the mined intents. Edit it, then: kefu mine PROJECT --out THIS_FOLDER --apply
#
#   action    accept: it goes into the project's nlu.yml and domain.yml; drop: it does not; review: not decided yet
#   name      another name renames it; the name of another intent, here or in the project, merges them
#   split     {new_name: [some words, "conversation:turn"]}: the examples with these words, or of this turn, become
#             an intent of their own
#   response  false: the drafted answer in responses.yml is not taken
#
# Mine again into the same folder and what you decided about intents of the same name stays.

intents:
"""
_FIELDS = ("intent", "action", "name", "split", "response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one mined intent; `about` is a remark for who decides."""

    intent: str
    action: Action = "review"
    name: str = ""
    split: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    response: bool = True
    about: str = ""

    @property
    def final_name(self) -> str:
        return self.name or self.intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What goes into the project: examples under their final names, and answers by the name of their response."""

    examples: tuple[Example, ...]
    responses: Mapping[str, Sequence[Mapping[str, Any]]]


def write_review(folder: Path, decisions: Sequence[Decision]) -> None:
    """Write the folder's `review.yml`."""
    path = folder / REVIEW
    draft = path.with_name(f".{REVIEW}.part")
    draft.write_text(_HEADER + "".join(map(_written, decisions)), encoding="utf-8")
    draft.replace(path)


def carried_over(decisions: Sequence[Decision], earlier: Sequence[Decision]) -> list[Decision]:
    """New decisions with what a person had decided about intents of the same mined names."""
    known = {
        one.intent: one
        for one in earlier
        if one.action != "review" or one.split or one.final_name != one.intent
    }
    return [replace(known[one.intent], about=one.about) if one.intent in known else one for one in decisions]


def read_review(folder: Path) -> list[Decision]:
    """The decisions in the folder's `review.yml`.

    Raises:
        InputError: with file and line, when it is missing or what it says cannot be followed.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    path = folder / REVIEW
    try:
        document = YAML(typ="rt").load(read_text(path))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InputError(
            path, f"is not YAML: {error.problem}.", line=mark.line + 1 if mark else None
        ) from error
    entries: Any = document.get("intents") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise InputError(path, "has no list of 'intents'.", remedy="Mine again to get a new one.")
    places: Any = document["intents"].lc
    decisions = [_decision(path, entry, places.item(place)[0] + 1) for place, entry in enumerate(entries)]
    for place, one in enumerate(decisions):
        if one.intent in {other.intent for other in decisions[:place]}:
            line = places.item(place)[0] + 1
            raise InputError(path, f"the intent {one.intent!r} stands here a second time.", line=line)
    return decisions


def accepted(folder: Path, decisions: Sequence[Decision]) -> Accepted:
    """What the decisions take from the folder's drafts.

    Raises:
        InputError: for an intent that the drafts do not have, and for words of a split that no example has.
    """
    drafts = read_nlu_yaml(folder / "nlu.yml")
    responses = _responses(folder / "responses.yml")
    taken = [one for one in decisions if one.action == "accept"]
    examples = [example for one in taken for example in _examples(folder, one, drafts)]
    answers: dict[str, Sequence[Mapping[str, Any]]] = {}
    for one in taken:
        if one.response and f"utter_{one.intent}" in responses:
            answers.setdefault(f"utter_{one.final_name}", responses[f"utter_{one.intent}"])
    return Accepted(examples=tuple(examples), responses=answers)


def mark_applied(folder: Path, decisions: Sequence[Decision]) -> None:
    """Note in the review that the accepted intents are in the project."""
    write_review(
        folder, [replace(one, action="applied") if one.action == "accept" else one for one in decisions]
    )


def origin(example: Example) -> str:
    """`conversation:turn`, or the utterance's id, where the example says which it is from; else ""."""
    metadata = example.metadata.get("example")
    if not isinstance(metadata, Mapping):
        return ""
    if "utterance" in metadata:
        return str(metadata["utterance"])
    return f"{metadata.get('conversation')}:{metadata.get('turn')}" if "conversation" in metadata else ""


def conversation_of(example: Example) -> str | None:
    """The conversation that the example is from, where its metadata says it."""
    metadata = example.metadata.get("example")
    found = metadata.get("conversation") if isinstance(metadata, Mapping) else None
    return None if found is None else str(found)


def _examples(folder: Path, decision: Decision, drafts: TrainingData) -> Iterator[Example]:
    own = [example for example in drafts.examples if example.intent == decision.intent]
    if not own:
        raise InputError(folder / REVIEW, f"the drafts have no intent {decision.intent!r}.")
    left = {(name, words) for name, parts in decision.split.items() for words in parts}
    for example in own:
        found = [
            (name, words) for name, parts in decision.split.items() for words in parts if _has(example, words)
        ]
        left.difference_update(found)
        yield replace(example, intent=found[0][0] if found else decision.final_name)
    if left:
        name, words = min(left)
        raise InputError(
            folder / REVIEW, f"{decision.intent}: no example has {words!r}, which is to go to {name!r}."
        )


def _has(example: Example, words: str) -> bool:
    return words == origin(example) or words.casefold() in example.text.casefold()


def _responses(path: Path) -> dict[str, Sequence[Mapping[str, Any]]]:
    from ruamel.yaml import YAML

    document = YAML(typ="safe").load(read_text(path)) if path.is_file() else None
    return dict((document or {}).get("responses") or {})


def _decision(path: Path, entry: Any, line: int) -> Decision:
    if not isinstance(entry, dict) or not isinstance(entry.get("intent"), str):
        raise InputError(path, "an entry needs an 'intent'.", line=line)
    if unknown := [name for name in entry if name not in _FIELDS]:
        raise InputError(
            path, f"{unknown[0]!r} is unknown here.", line=line, remedy=f"Known: {', '.join(_FIELDS)}."
        )
    action = entry.get("action", "review")
    if action not in get_args(Action):
        raise InputError(path, f"the action {action!r} is unknown: accept, drop or review.", line=line)
    split = entry.get("split") or {}
    if not isinstance(split, dict) or not all(isinstance(parts, list) and parts for parts in split.values()):
        raise InputError(path, "'split' must be a mapping of new names to lists of words.", line=line)
    name = str(entry.get("name") or entry["intent"]).strip()
    for given in (name, *split):
        if not str(given).strip() or set(str(given)) & set("/{}[]\"'#: \t\n"):
            raise InputError(path, f"{given!r} cannot be the name of an intent.", line=line)
    return Decision(
        intent=entry["intent"], action=action, name=name, response=bool(entry.get("response", True)),
        split={str(new): tuple(str(part) for part in parts) for new, parts in split.items()},
    )  # fmt: skip


def _written(decision: Decision) -> str:
    """An entry; what is not plain is quoted as JSON, which YAML can read."""
    about = f"  # {decision.about}" if decision.about else ""
    split = json.dumps({name: list(parts) for name, parts in decision.split.items()}, ensure_ascii=False)
    lines = (
        f"- intent: {_plain(decision.intent)}{about}",
        f"  action: {decision.action}",
        f"  name: {_plain(decision.final_name)}",
        f"  split: {split}",
        f"  response: {json.dumps(decision.response)}",
    )
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    return (
        name
        if name.isidentifier()
        and name.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
        else json.dumps(name, ensure_ascii=False)
    )
