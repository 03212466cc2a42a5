"""Artifacts that replace older ones: whole at every moment, also after a kill."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from encoders import artifacts
from encoders.artifacts import building, open_artifact
from encoders.errors import KefuError

KILLS = 40


def build(folder: Path, generation: int) -> None:
    with building(folder, kind="thing", facts={"generation": generation}) as draft:
        for name in ("a", "b"):
            (draft / name).write_text(str(generation), encoding="utf-8")


def generation_of(folder: Path) -> int:
    facts = open_artifact(folder, kind="thing")
    assert {(folder / name).read_text(encoding="utf-8") for name in ("a", "b")} == {str(facts["generation"])}
    return int(facts["generation"])


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_newer_one_takes_the_place_of_the_older(
    exchanges: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchanges:
        monkeypatch.setattr(artifacts, "_exchanged", lambda one, other: False)
    for generation in (1, 2, 3):
        build(tmp_path / "x", generation)
        assert generation_of(tmp_path / "x") == generation
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_the_older_one_stays_where_building_fails(tmp_path: Path) -> None:
    build(tmp_path / "x", 1)
    with pytest.raises(ZeroDivisionError), building(tmp_path / "x", kind="thing"):
        raise ZeroDivisionError
    assert generation_of(tmp_path / "x") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_is_no_such_artifact_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(KefuError, match="is no thing"):
        build(tmp_path / "x", 1)
    assert (tmp_path / "x" / "letter.txt").read_text(encoding="utf-8") == "dear"


@pytest.mark.integration
def test_a_kill_at_any_moment_leaves_the_older_or_the_newer_one(tmp_path: Path) -> None:
    folder, chance, newest = tmp_path / "x", random.Random(3), 0
    build(folder, 1)
    if not artifacts._exchanged(tmp_path, tmp_path):
        pytest.skip("this file system cannot exchange two folders at once")
    for _ in range(KILLS):
        begun, begins = os.pipe()
        child = os.fork()
        if child == 0:
            generation = newest
            while True:
                generation += 1
                build(folder, generation)
                os.write(begins, b".")
        os.read(begun, 1)
        time.sleep(chance.uniform(0.0, 0.005))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(begun)
        os.close(begins)
        found = generation_of(folder)
        assert found > newest
        newest = found
