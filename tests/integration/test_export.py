from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.export import export_command
from bot.commands.new import new_project
from bot.messages import Message
from bot.project import open_project, training_files
from bot.store.records import ConversationUpdate, Turn
from bot.store.store import Store
from encoders.errors import InputError
from intents.nlu import load_training_data
from intents.nlu_yaml import read_nlu_yaml
from intents.transcripts.read import read_conversations

pytestmark = pytest.mark.integration


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    new_project(tmp_path / "shop")
    return tmp_path / "shop"


async def talk(shop: Path, *, conversations: int) -> None:
    store = await Store.open(open_project(shop).database_url)
    try:
        for number in range(conversations):
            name = f"live-{number}"
            message = Message(
                id=name, account="", conversation_id=name, channel="rest", sender=name, text="你好",
                received_at=datetime(2026, 3, 2, tzinfo=UTC),
            )  # fmt: skip
            accepted = await store.accept(message)
            events = (
                {"event": "user", "timestamp": 1772439245.0, "text": "你好"},
                {"event": "slot", "timestamp": 1772439245.1, "name": "language", "value": "zh"},
                {"event": "bot", "timestamp": 1772439246.0, "text": "您好！"},
            )
            update = ConversationUpdate(channel="rest", account="", sender=name)
            turn = Turn(
                key=accepted.key,
                conversation_id=name,
                expected_seq=0,
                conversation=update,
                events=events,
                outcome={},
            )
            await store.commit_turn(turn)
    finally:
        await store.close()


def test_training_data_comes_back_in_three_forms(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    examples = load_training_data(training_files(open_project(shop))).examples

    export_command(shop, out, only=["training"], database=None)

    assert [(one.text, one.intent) for one in read_nlu_yaml(out / "nlu.yml").examples] == [
        (one.text, one.intent) for one in examples
    ]
    with (out / "training.csv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [one.text for one in examples]
    lines = (out / "training.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["intent"] for line in lines] == [one.intent for one in examples]


async def test_live_conversations_can_be_imported_again(shop: Path, tmp_path: Path) -> None:
    from bot.export import export_live

    await talk(shop, conversations=205)
    store = await Store.open(open_project(shop).database_url)
    try:
        count = await export_live(store, tmp_path, step=lambda steps=1, note="": None)
    finally:
        await store.close()

    own = {one.id: one for one in read_conversations(tmp_path / "live.jsonl")}
    rasa = {one.id: one for one in read_conversations(tmp_path / "live-trackers.jsonl")}
    assert count == len(own) == len(rasa) == 205
    assert [(turn.speaker, turn.text) for turn in own["live-7"].turns] == [
        ("customer", "你好"),
        ("bot", "您好！"),
    ]
    assert own["live-7"].turns == rasa["live-7"].turns


def test_dialogs_come_back_as_they_are(shop: Path, tmp_path: Path) -> None:
    (shop / "dialogs").mkdir(exist_ok=True)
    (shop / "dialogs" / "a.csv").write_text("chat,from,text\n7,customer,hi\n7,agent,yes\n")

    export_command(shop, tmp_path / "out", only=["dialogs"], database=None)

    assert list(read_conversations(tmp_path / "out" / "dialogs.jsonl")) == list(read_conversations(shop))


def test_what_is_not_there_is_left_out_unless_it_was_asked_for(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export_command(shop, tmp_path / "out", only=(), database=None)

    said = capsys.readouterr()
    assert "examples → " in said.out
    assert "No dialogs: " in said.err
    assert "No live: " in said.err
    with pytest.raises(InputError, match="has no database yet"):
        export_command(shop, tmp_path / "out", only=["live"], database=None)
    with pytest.raises(InputError, match="'everything' cannot be exported"):
        export_command(shop, tmp_path / "out", only=["everything"], database=None)
