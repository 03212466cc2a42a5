from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from encoders.errors import InputError, KefuError
from intents.transcripts import importer
from intents.transcripts.importer import import_sources
from intents.transcripts.journal import journal_of
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


def interrupted(monkeypatch: pytest.MonkeyPatch, *, after: int, every: int) -> None:
    """Ctrl-C at the `after`-th conversation, with a checkpoint each `every`."""
    taken = importer._take
    done = 0

    def take(*arguments: Any) -> None:
        nonlocal done
        done += 1
        if done == after:
            raise KeyboardInterrupt
        taken(*arguments)

    monkeypatch.setattr(importer, "_EVERY", every)
    monkeypatch.setattr(importer, "_take", take)


@pytest.mark.parametrize("after", [1, 2, 5, 8, 9])
def test_an_interrupted_import_shows_nothing_and_goes_on_where_it_stopped(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    first.write_text("".join(dialog(f"a{n}") for n in range(5)) + "oops\n")
    second.write_text("".join(dialog(f"b{n}") for n in range(3)))
    with monkeypatch.context() as patch:
        interrupted(patch, after=after, every=2)
        with pytest.raises(KeyboardInterrupt):
            import_sources([first, second], project)

    assert list((project / "dialogs").glob("*.jsonl")) == []
    report = import_sources([first, second], project)

    assert ids(project) == ["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2"]
    assert (report.conversations, report.turns, report.quarantined) == (8, 8, 1)
    assert report.resumed == (6 if after > 6 else (after - 1) // 2 * 2) + (2 if after == 9 else 0)
    assert [path.name for path in (project / "dialogs").iterdir() if path.name.startswith(".")] == []


def test_an_interrupted_import_of_files_that_changed_begins_anew(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "1.jsonl"
    source.write_text("".join(dialog(f"a{n}") for n in range(5)))
    with monkeypatch.context() as patch:
        interrupted(patch, after=4, every=1)
        with pytest.raises(KeyboardInterrupt):
            import_sources([source], project)
    source.write_text(dialog("z") + dialog("a0"))

    report = import_sources([source], project)

    assert ids(project) == ["z", "a0"]
    assert report.resumed == 0


def test_two_imports_of_the_same_files_do_not_mix(tmp_path: Path, project: Path) -> None:
    source = tmp_path / "1.jsonl"
    source.write_text(dialog("a"))
    folder = project / "dialogs" / ".x.import"

    with (
        journal_of(folder, [source]),
        pytest.raises(KefuError, match="being imported already"),
        journal_of(folder, [source]),
    ):
        pass


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
