"""Commands on what cannot be used: one line that says what and what to do, exit 1, and nothing left behind."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.cli import main
from bot.commands.new import new_project

pytestmark = pytest.mark.integration


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    new_project(tmp_path / "mine")
    return tmp_path / "mine"


def refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path
) -> str:
    monkeypatch.setattr("sys.argv", ["kefu", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.startswith("kefu: ")
    return said


@pytest.mark.parametrize("command", ["serve", "chat", "test"])
def test_without_a_release_training_is_named(
    command: str, mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"kefu train {mine}" in refused(capsys, monkeypatch, command, mine)


def test_an_unknown_release_lists_those_there_are(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "There is no release 2020" in refused(capsys, monkeypatch, "release", "promote", mine, "2020")


@pytest.mark.parametrize("name", ["no-such-folder", "a-file"])
def test_what_is_no_project_is_said_so(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("")
    assert name in refused(capsys, monkeypatch, "serve", tmp_path / name)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///{}/nowhere/kefu.db", "does not exist"),
        ("sqlite:///{}/not.db", "not.db"),
        ("sqlite://", "Name a file"),
        ("oracle://db", "no driver"),
        ("nonsense", "cannot be read"),
    ],
)
def test_a_database_that_cannot_be_used(
    url: str,
    words: str,
    tmp_path: Path,
    mine: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "not.db").write_text("this is a letter, not a database, and it stays as it is")
    assert words in refused(capsys, monkeypatch, "serve", mine, "--database", url.format(tmp_path))
    assert (tmp_path / "not.db").read_text().startswith("this is a letter")


def test_a_port_in_use_is_named(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(capsys, monkeypatch, "serve", mine, "--port", port)
    assert f"Port {port} on 127.0.0.1 cannot be opened (Address already in use)" in said


def test_a_broken_file_stops_training_before_anything_is_written(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (mine / "nlu.yml").write_text('version: "3.1"\nnlu:\n- intent: greet\n  examples: [\n')
    assert "nlu.yml:5" in refused(capsys, monkeypatch, "train", mine)
    assert not list(mine.glob("releases/*"))


def test_a_public_host_needs_the_consoles_token(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "KEFU_CONSOLE_TOKEN" in refused(capsys, monkeypatch, "serve", mine, "--host", "0.0.0.0")
