"""Models that several tests use, trained once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def intent_data() -> Path:
    """Six intents of eight examples, and six texts out of scope."""
    return DATA / "intents.csv"


@pytest.fixture(scope="session")
def intent_test() -> Path:
    """Other texts of the same intents, three each, and four out of scope."""
    return DATA / "intents-test.csv"


@pytest.fixture(scope="session")
def intent_model(intent_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of `intent_data`: MiniLM with a head, made by the command."""
    out = tmp_path_factory.mktemp("models") / "intents"
    done = CliRunner().invoke(
        app,
        ["intents", "train", str(intent_data), "--out", str(out), "--recipe", "fast"],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    return out
