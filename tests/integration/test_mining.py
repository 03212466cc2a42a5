"""Mining a small history of our own with a real encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from encoders.encoder import Encoder, serving_encoder
from encoders.errors import InputError, KefuError
from encoders.resolve import MULTILINGUAL
from intents.mining.mine import mine
from intents.mining.output import read_assignments
from intents.nlu import load_training_data
from intents.transcripts.read import read_conversations

pytestmark = pytest.mark.model

HISTORY = Path(__file__).parents[1] / "data" / "history.jsonl"
FILES = ("assignments.jsonl", "nlu.yml", "responses.yml", "review.yml", "summary.json", "report.html")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(serving_encoder(MULTILINGUAL))


@pytest.fixture(scope="module")
def mined(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mining") / "drafts"
    mine(HISTORY, out, encoder=encoder)
    return out


def test_the_same_seed_gives_the_same_files(mined: Path, encoder: Encoder, tmp_path: Path) -> None:
    mine(HISTORY, tmp_path / "again", encoder=encoder)

    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (mined / name).read_bytes(), name


def test_every_problem_turn_is_assigned_or_held_back(mined: Path) -> None:
    lines = read_assignments(mined)
    summary = json.loads((mined / "summary.json").read_text(encoding="utf-8"))
    dialogs = {one.id: one for one in read_conversations(HISTORY)}

    assert {line["conversation_id"] for line in lines} == set(dialogs)
    assert all(dialogs[line["conversation_id"]].turns[line["turn"]].speaker == "customer" for line in lines)
    assert summary["turns"] == len(lines)
    assert summary["held_back"] == sum(line["intent"] is None for line in lines)
    assert {line["intent"] for line in lines} - {None} == {one["intent"] for one in summary["intents"]}


def test_turns_that_say_the_same_meet_across_languages(mined: Path) -> None:
    intent = {(line["conversation_id"], line["turn"]): line["intent"] for line in read_assignments(mined)}

    assert intent["d1", 0] == intent["d2", 0] == intent["d3", 0] is not None
    assert intent["e1", 1] == intent["e2", 0] is not None
    assert intent["c1", 0] == intent["c2", 0]
    assert intent["a1", 1] != intent["c1", 0]


def test_the_drafts_are_training_data_that_says_where_it_is_from(mined: Path) -> None:
    data = load_training_data([mined / "nlu.yml"])

    assert len(data.intents) >= 4
    assert all(example.metadata["example"]["conversation"] for example in data.examples)
    everything = "".join((mined / name).read_text(encoding="utf-8") for name in FILES)
    for personal in ("Jonas", "WB-1", "anna.b@"):
        assert personal not in everything
    assert "{order_number}" in everything


def test_known_intents_grow(mined: Path, encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: double_payment\n  examples: |\n'
        "    - i was charged two times\n    - double charge on my card\n    - paid twice for the same order\n"
        "    - you took the money twice\n",
        encoding="utf-8",
    )

    summary = mine(
        HISTORY, tmp_path / "out", encoder=encoder, known=load_training_data([tmp_path / "nlu.yml"])
    )

    assert summary.intents["double_payment"] >= 3


def test_bare_utterances_are_all_taken(encoder: Encoder, tmp_path: Path) -> None:
    texts = ["where is my parcel", "track my order", "<b>hi</b>", "reset my password", "forgot the password"]
    source = tmp_path / "utterances.jsonl"
    source.write_text(
        "".join(json.dumps({"utterance_id": f"u{i}", "text": text}) + "\n" for i, text in enumerate(texts))
    )

    mine(source, tmp_path / "out", encoder=encoder)

    lines = read_assignments(tmp_path / "out")
    assert [(line["utterance_id"], line["text"]) for line in lines] == [
        (f"u{i}", text) for i, text in enumerate(texts)
    ]
    assert "<b>hi" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_folder_with_something_else_and_an_empty_history_are_refused(
    encoder: Encoder, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(KefuError, match="is there already"):
        mine(HISTORY, tmp_path / "mine", encoder=encoder)
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"conversation_id": "x", "turns": [{"speaker": "customer", "text": "hi"}]}\n')
    with pytest.raises(InputError, match="no customer states a problem"):
        mine(empty, tmp_path / "out", encoder=encoder)
    assert not (tmp_path / "out").exists()
