"""What a process says, as the releases page shows it; and progress as such a process tells it."""

from __future__ import annotations

import json

import pytest

from bot.rollout.output import MOST_LINES, Output
from encoders.progress import JSON_LINES, progress


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def told(done: int, of: int | None = 40, note: str = "") -> bytes:
    return json.dumps({"progress": "Embedding", "done": done, "of": of, "note": note}).encode() + b"\n"


def test_lines_come_in_pieces_and_in_colour() -> None:
    output = Output()
    for piece in (b"Release \xe5\x8f", b"\x91 is in x\n\x1b[31mred\x1b[0m\n\n", b"the rest"):
        output.feed(piece)
    assert output.log == "Release 发 is in x\nred"
    output.end()
    assert output.log.endswith("\nthe rest")


def test_progress_is_no_line_of_the_log() -> None:
    clock = Clock()
    output = Output(clock)
    assert output.progress == {}
    output.feed(told(0))
    clock.now += 5
    output.feed(told(10, note="loss 0.2"))
    assert output.log == "Embedding … (40)"
    assert output.progress == {"doing": "Embedding", "done": 10, "of": 40, "note": "loss 0.2", "left_s": 15.0}


def test_work_of_unknown_length_has_no_time_left() -> None:
    output = Output()
    output.feed(told(0, None) + told(3, None))
    assert output.progress["left_s"] is None


def test_what_only_looks_like_progress_is_a_line() -> None:
    output = Output()
    output.feed(b'{"progress": 3}\n{"progress": \n')
    assert output.log.count("progress") == 2
    assert output.progress == {}


def test_a_chatty_process_is_cut() -> None:
    output = Output()
    for number in range(3 * MOST_LINES):
        output.feed(b"x" * 5000 + f"{number}\n".encode())
    lines = output.log.split("\n")
    assert len(lines) == MOST_LINES
    assert {len(line) for line in lines} == {1000}


def test_a_program_is_told_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(JSON_LINES, "json")
    with progress("Embedding", 3) as step:
        step(2)
        step(note="done")
    output = Output()
    output.feed(capsys.readouterr().err.encode())
    assert output.progress["done"] == 3
    assert output.progress["note"] == "done"


def test_nobody_is_told_where_nobody_asks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Embedding", 3) as step:
        step(3)
    assert capsys.readouterr().err == ""
