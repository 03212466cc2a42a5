"""Mined drafts on the review queue, in step with the drafts' own `review.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.forget import draft_folders
from bot.project import Project
from bot.project_edits import write_files
from bot.store.reviews import Item, NewItem
from bot.yaml_edits import with_text
from encoders.records import read_text
from encoders.text import detect_language
from intents.examples import Example
from intents.mining.review import REVIEW, Decision, conversation_of, origin, read_review
from intents.nlu_yaml import read_nlu_yaml


def mined_items(project: Project, folder: Path) -> list[NewItem]:
    """What waits for a decision in a folder of drafts, each intent a cluster.

    Raises:
        InputError: when the drafts cannot be read.
    """
    waiting = {one.intent: one for one in read_review(folder) if one.action == "review"}
    places: dict[str, int] = {}
    found: list[NewItem] = []
    for example in read_nlu_yaml(folder / "nlu.yml").examples:
        if example.intent in waiting and origin(example):
            position = places[example.intent] = places.get(example.intent, -1) + 1
            found.append(_item(project, folder, example, waiting[example.intent], position))
    return found


def draft_name(project: Project, folder: Path) -> str:
    """What the queue calls a folder of drafts."""
    return folder.relative_to(project.folder).as_posix()


def drafts_of(project: Project) -> list[Path]:
    """The folders of drafts that have a review."""
    return [folder for folder in draft_folders(project) if (folder / REVIEW).is_file()]


def drafted_answers(project: Project, item: Item) -> list[str]:
    """The answers that mining drafted for the intent that an item was mined into, the best first."""
    from ruamel.yaml import YAML

    path = project.folder / item.draft / "responses.yml"
    if not item.draft or not path.is_file():
        return []
    document: Any = YAML(typ="safe").load(path) or {}
    variations = (document.get("responses") or {}).get(f"utter_{mined_intent(item.cluster)}") or []
    return [str(one["text"]) for one in variations if isinstance(one, dict) and one.get("text")]


def decided_elsewhere(items: Iterable[Item], waiting: Sequence[NewItem]) -> list[int]:
    """Open items that the drafts no longer ask about: `kefu mine --apply` settled them, or they were forgotten."""
    still = {(item.conversation_id, item.place) for item in waiting}
    return [
        item.id for item in items if item.state == "open" and (item.conversation_id, item.place) not in still
    ]


def keep_in_step(project: Project, items: Sequence[Item]) -> None:
    """Note in the drafts' `review.yml` which of their intents are decided, so that `--apply` leaves them alone.

    `items` are all of one folder of drafts. An intent is decided when none of its messages is open: applied when
    they are decided, waiting again when a decision was taken back.

    Raises:
        InputError: when the review cannot be read.
    """
    if not items:
        return
    path = project.folder / items[0].draft / REVIEW
    by_intent: dict[str, list[Item]] = {}
    for item in items:
        by_intent.setdefault(mined_intent(item.cluster), []).append(item)
    text = before = read_text(path)
    for place, decision in enumerate(read_review(path.parent)):
        action = _stepped(decision, by_intent.get(decision.intent, ()))
        if action != decision.action:
            text = with_text(text, path, ("intents", place, "action"), action)
    if text != before:
        write_files({path: text})


def mined_intent(cluster: str) -> str:
    """The intent in the name of a mined cluster."""
    return cluster.rpartition("#")[2]


def _stepped(decision: Decision, items: Sequence[Item]) -> str:
    if not items or decision.action not in ("review", "applied"):
        return decision.action
    return "review" if any(one.state == "open" for one in items) else "applied"


def _item(project: Project, folder: Path, example: Example, decision: Decision, position: int) -> NewItem:
    draft = draft_name(project, folder)
    metadata = example.metadata["example"]
    return NewItem(
        source="mined",
        conversation_id=conversation_of(example) or "",
        place=str(metadata.get("turn", metadata.get("utterance", ""))),
        draft=draft,
        text=example.text,
        language=detect_language(example.text),
        cluster=f"{draft}#{example.intent}",
        position=position,
        proposed=decision.final_name,
    )
