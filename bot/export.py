"""What a project holds, in forms that other programs read."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bot.project import Project, training_files
from bot.store.store import Store
from encoders.progress import Progress
from intents.examples import Example
from intents.nlu import load_training_data
from intents.nlu_yaml import write_nlu_yaml
from intents.transcripts.canonical import conversation_line
from intents.transcripts.conversation import Conversation
from intents.transcripts.rasa_events import turns_of_event
from intents.transcripts.read import read_conversations

_PAGE = 200


def export_dialogs(project: Project, out: Path, *, step: Progress) -> int:
    """The historical dialogs as `out/dialogs.jsonl` in kefu's own form; how many there are.

    Raises:
        InputError: when there are none, or one cannot be read.
    """
    count = 0
    with _appearing(out / "dialogs.jsonl") as file:
        for conversation in read_conversations(project.folder):
            file.write(conversation_line(conversation))
            count += 1
            step()
    return count


def export_training_data(project: Project, out: Path) -> int:
    """The examples as Rasa's `nlu.yml` with synonyms, regexes and lookups, and as `training.csv` and `.jsonl`.

    Raises:
        InputError: when there are none, or a file is wrong.
    """
    data = load_training_data(training_files(project))
    out.mkdir(parents=True, exist_ok=True)
    write_nlu_yaml(data, out / "nlu.yml")
    with _appearing(out / "training.csv") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "intent"))
        writer.writerows((one.text, one.intent) for one in data.examples)
    with _appearing(out / "training.jsonl") as file:
        for one in data.examples:
            file.write(json.dumps(_example_record(one), ensure_ascii=False) + "\n")
    return len(data.examples)


async def export_live(store: Store, out: Path, *, step: Progress) -> int:
    """The conversations in the database as `live.jsonl` in kefu's own form and `live-trackers.jsonl` in Rasa's.

    A tracker is `{"sender_id": …, "events": […]}`; events that Rasa does not know are among them and are
    skipped by its readers.
    """
    count = 0
    with _appearing(out / "live.jsonl") as dialogs, _appearing(out / "live-trackers.jsonl") as trackers:
        async for identifier, channel in _all_conversations(store):
            events = [event for _, event in await store.load_events(identifier)]
            trackers.write(json.dumps({"sender_id": identifier, "events": events}, ensure_ascii=False) + "\n")
            turns = tuple(turn for event in events for turn in turns_of_event(event))
            if turns:
                dialogs.write(conversation_line(Conversation(id=identifier, turns=turns, channel=channel)))
            count += 1
            step()
    return count


async def _all_conversations(store: Store) -> AsyncIterator[tuple[str, str]]:
    """(id, channel) of every conversation, a page at a time."""
    before = None
    while page := await store.conversations(limit=_PAGE, before=before):
        for row in page:
            yield row.id, row.channel
        before = (page[-1].updated_at, page[-1].id)


def _example_record(example: Example) -> dict[str, Any]:
    record: dict[str, Any] = {"text": example.text, "intent": example.intent}
    if example.entities:
        record["entities"] = [
            {"entity": one.entity, "value": one.value, "start": one.start, "end": one.end}
            | {name: value for name, value in (("role", one.role), ("group", one.group)) if value is not None}
            for one in example.entities
        ]
    if "example" in example.metadata:
        record["metadata"] = example.metadata["example"]
    return record


@contextmanager
def _appearing(path: Path) -> Iterator[IO[str]]:
    """A file to write that appears under its name when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
