"""The conformance kit over all channels, against a platform on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from tests import channel_conformance as kit
from tests.channel_cases import CASES

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("name", CASES)
@kit.named(kit.LOOPBACK_CHECKS)
async def test_every_channel(check: Any, name: str) -> None:
    await check(CASES[name])
