from __future__ import annotations

import json
from pathlib import Path

import pytest

from encoders.errors import InputError, KefuError
from intents.transcripts.importer import import_sources
from intents.transcripts.read import read_conversations


def dialog(identifier: str, text: str = "hi") -> str:
    return (
        json.dumps({"conversation_id": identifier, "turns": [{"speaker": "customer", "text": text}]}) + "\n"
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def ids(project: Path) -> list[str]:
    return [conversation.id for conversation in read_conversations(project)]


def test_an_import_writes_the_conversations_and_a_second_one_nothing(tmp_path: Path, project: Path) -> None:
    source = tmp_path / "old.jsonl"
    source.write_text(dialog("a") + dialog("b") + dialog("a"))

    first = import_sources([source], project)
    second = import_sources([source], project)

    assert (first.conversations, first.known) == (2, 1)
    assert (second.conversations, second.known, second.dialogs) == (0, 3, None)
    assert ids(project) == ["a", "b"]


def test_only_what_is_new_is_added(tmp_path: Path, project: Path) -> None:
    source = tmp_path / "old.jsonl"
    source.write_text(dialog("a"))
    import_sources([source], project)
    source.write_text(dialog("a") + dialog("b"))

    report = import_sources([source], project)

    assert report.conversations == 1
    assert sorted(ids(project)) == ["a", "b"]
    assert len(list((project / "dialogs").glob("imported-*.jsonl"))) == 2


def test_bad_records_are_quarantined_and_the_good_ones_imported(tmp_path: Path, project: Path) -> None:
    source = tmp_path / "old.jsonl"
    source.write_text(dialog("a") + "oops\n" + dialog("a", "other words") + dialog("b"))

    report = import_sources([source], project)
    import_sources([source], project)

    assert ids(project) == ["a", "b"]
    assert report.quarantined == 2
    assert report.quarantine is not None
    held = [json.loads(line) for line in report.quarantine.read_text().splitlines()]
    assert [(one["file"], one["line"]) for one in held] == [(str(source), 2), (str(source), None)]
    assert "not JSON" in held[0]["reason"]
    assert "with other turns" in held[1]["reason"]
    assert json.loads(held[1]["record"])["turns"][0]["text"] == "other words"


def test_an_interrupted_import_leaves_nothing(tmp_path: Path, project: Path) -> None:
    source = tmp_path / "old.jsonl"
    source.write_text(dialog("a") + dialog("b"))
    done = 0

    def interrupt(steps: int = 1, note: str = "") -> None:
        nonlocal done
        done += steps
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_sources([source], project, step=interrupt)

    assert [path for path in (project / "dialogs").rglob("*") if path.is_file()] == []
    assert import_sources([source], project).conversations == 2


def test_a_folder_of_several_formats_is_one_source(tmp_path: Path, project: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.jsonl").write_text(dialog("a"))
    (tmp_path / "export" / "b.csv").write_text("chat,from,text\nb,customer,hi\nb,agent,yes\n")
    (tmp_path / "export" / "notes.txt").write_text("not a dialog")

    report = import_sources([tmp_path / "export"], project)

    assert (report.files, report.conversations, report.turns) == (2, 2, 3)


def test_what_is_not_there_is_said(tmp_path: Path, project: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.csv: there is no such file"):
        import_sources([tmp_path / "nothing.csv"], project)
    with pytest.raises(KefuError, match="There is no project"):
        import_sources([tmp_path / "nothing.csv"], tmp_path / "elsewhere")
    (tmp_path / "a.xyz").write_text("")
    with pytest.raises(InputError, match="the format 'xyz' is not known"):
        import_sources([tmp_path / "a.xyz"], project)
