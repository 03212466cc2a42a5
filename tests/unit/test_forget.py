from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.commands.forget import forget_command
from bot.commands.new import new_project
from bot.forget import draft_folders, forget_conversation
from bot.project import open_project, training_files
from bot.project_edits import with_examples
from encoders.artifacts import building, open_artifact
from encoders.errors import InputError
from intents.examples import Example
from intents.mining.mine import MINED
from intents.nlu import load_training_data
from intents.nlu_yaml import read_nlu_yaml
from intents.transcripts.importer import import_sources
from intents.transcripts.read import read_conversations

WORDS = "my cup has a crack"


def example(conversation: str, text: str) -> Example:
    return Example(
        text=text, intent="broken_cup", metadata={"example": {"conversation": conversation, "turn": 0}}
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project that learned from the conversations `c1` and `c2`."""
    folder = tmp_path / "shop"
    new_project(folder)
    said = [("c1", WORDS), ("c2", "a cup is broken"), ("c1", "other words under the same id")]
    (tmp_path / "old.jsonl").write_text(
        "".join(
            json.dumps({"conversation_id": name, "turns": [{"speaker": "customer", "text": text}]}) + "\n"
            for name, text in said
        )
    )
    import_sources([tmp_path / "old.jsonl"], folder)
    examples = [example("c1", WORDS), example("c2", "a cup is broken")]
    nlu = folder / "nlu.yml"
    nlu.write_text(with_examples(nlu.read_text(), nlu, examples))
    with building(folder / "drafts", kind=MINED) as draft:
        (draft / "nlu.yml").write_text(with_examples("", nlu, examples))
        (draft / "assignments.jsonl").write_text(
            "".join(
                json.dumps({"conversation_id": name, "turn": 0, "text": text, "intent": "broken_cup"}) + "\n"
                for name, text in said[:2]
            )
        )
        (draft / "report.html").write_text(f"<p>{WORDS}")
        (draft / "responses.yml").write_text(
            "responses:\n  utter_broken_cup:\n  - text: sorry\n    metadata: {conversation: c1, turn: 1}\n"
            "  - text: we send one\n    metadata: {conversation: c2, turn: 1}\n"
        )
    return folder


def everything(folder: Path) -> str:
    return "\n".join(path.read_text(errors="replace") for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_persons_words_are_nowhere_in_the_project(shop: Path) -> None:
    before = read_nlu_yaml(shop / "nlu.yml").examples

    done = forget_conversation(open_project(shop), "c1")

    assert (done.dialogs, done.drafts, done.examples) == (2, 1, 1)
    assert WORDS not in everything(shop)
    assert "other words" not in everything(shop)
    assert [one.id for one in read_conversations(shop)] == ["c2"]
    assert [one.text for one in read_nlu_yaml(shop / "nlu.yml").examples] == [
        one.text for one in before if one.text != WORDS
    ]


def test_the_drafts_are_whole_afterwards(shop: Path) -> None:
    forget_conversation(open_project(shop), "c1")

    (drafts,) = draft_folders(open_project(shop))

    open_artifact(drafts, kind=MINED)
    assert [one.text for one in read_nlu_yaml(drafts / "nlu.yml").examples] == ["a cup is broken"]
    responses = (drafts / "responses.yml").read_text()
    assert "sorry" not in responses
    assert "we send one" in responses


def test_what_is_left_to_do_is_said(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    domain = shop / "domain.yml"
    domain.write_text(
        domain.read_text() + '  utter_x:\n  - text: "hi"\n    metadata: {conversation: c2, turn: 1}\n'
    )

    assert forget_command(shop, "c2") == 0

    said = capsys.readouterr().out
    assert "Removed: 1 records in dialogs/, 1 mined turns, 1 training examples." in said
    assert f"{domain}:" in said
    assert "utter_x was drafted from it" in said


def test_nothing_changes_for_a_conversation_that_is_not_there(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(shop)

    assert forget_command(shop, "c3") == 1

    assert everything(shop) == before
    assert "There is nothing of the conversation 'c3'" in capsys.readouterr().err


def test_a_table_that_has_it_is_named_before_anything_changes(shop: Path) -> None:
    (shop / "dialogs" / "more.csv").write_text("chat,from,text\nc1,customer,hi\n")
    before = everything(shop)

    with pytest.raises(InputError, match=r"more\.csv: has the conversation 'c1' in a form"):
        forget_conversation(open_project(shop), "c1")

    assert everything(shop) == before


def test_examples_written_by_hand_stay(shop: Path) -> None:
    known = [one.text for one in load_training_data(training_files(open_project(shop))).examples]

    forget_conversation(open_project(shop), "c1")
    forget_conversation(open_project(shop), "c2")

    left = [one.text for one in load_training_data(training_files(open_project(shop))).examples]
    assert left == [text for text in known if text not in (WORDS, "a cup is broken")]
