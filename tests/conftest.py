"""What all tests share: no test reads the developer's environment or the network."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rasa-projects",
        default=os.environ.get("KEFU_RASA_PROJECTS"),
        help="a folder with Rasa's own example projects; tests that need it are skipped without",
    )


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KEFU_") and name != "KEFU_CACHE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


# How long an example takes says more of the machine than of the code: no test is timed.
settings.register_profile("kefu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kefu")
