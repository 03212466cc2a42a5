"""Mining with a local Ray cluster gives the files that mining without one gives."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HISTORY = Path(__file__).parents[1] / "data" / "history.jsonl"

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(find_spec("ray") is None, reason="pip install 'kefu[ray]'"),
]


def mined(out: Path, *options: str) -> Path:
    command = [sys.executable, "-m", "bot.cli", "mine", str(HISTORY), "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def test_a_cluster_gives_the_same_files(tmp_path: Path) -> None:
    alone, spread = mined(tmp_path / "alone"), mined(tmp_path / "spread", "--ray", "local")

    for name in ("assignments.jsonl", "nlu.yml", "responses.yml", "review.yml", "summary.json"):
        assert (spread / name).read_bytes() == (alone / name).read_bytes(), name
