"""Rasa's endpoints.yml."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.endpoints import load_endpoints
from encoders.errors import KefuError


def write(folder: Path, text: str) -> Path:
    (folder / "endpoints.yml").write_text(text)
    return folder


def test_the_action_server_is_read_with_variables(tmp_path: Path) -> None:
    text = "action_endpoint:\n  url: http://${HOST}:5055/webhook\n  token: ${TOKEN}\n  params: {a: b}\n"
    found = load_endpoints(write(tmp_path, text), {"HOST": "actions", "TOKEN": "t"}).actions
    assert found is not None
    assert found.url == "http://actions:5055/webhook"
    assert found.query == {"a": "b", "token": "t"}
    assert "'t'" not in repr(found)


def test_without_a_file_or_with_comments_alone_there_is_none(tmp_path: Path) -> None:
    assert load_endpoints(tmp_path).actions is None
    assert load_endpoints(write(tmp_path, "# nothing\n")).actions is None


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    text = 'version: "3.1"\ntracker_store:\n  type: redis\naction_endpiont: {url: x}\n'
    found = load_endpoints(write(tmp_path, text))
    assert [where.rpartition(":")[2] for where, _ in found.remarks] == ["2", "4"]
    assert "own database" in found.remarks[0][1]
    assert "action_endpiont: not read" in found.remarks[1][1]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("action_endpoint: {url: localhost:5055}\n", "address of a server"),
        ("action_endpoint: {url: 'http://x', hedaers: {}}\n", "unknown"),
        ("action_endpoint: {url: 'http://${NOWHERE}'}\n", "NOWHERE"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(KefuError, match=problem):
        load_endpoints(write(tmp_path, text), {})
