"""The running server held against its own description by an independent party: schemathesis."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from bot.channels.base import Channel
from bot.web.rasa_access import Access
from tests.channel_cases import CASES
from tests.served_bot import TOKEN, served

pytestmark = pytest.mark.integration
API_TOKEN = "an-api-token-for-tests"
CONSOLE = {"Authorization": f"Bearer {TOKEN}"}
EXAMPLES = 12
LAST = "DELETE /model"
"""After it there is no model to ask anything of."""


AS_DESCRIBED = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
CLEAR = {
    GenerationMode.POSITIVE: [checks.positive_data_acceptance],
    GenerationMode.NEGATIVE: [checks.negative_data_rejection],
}
"""What the description allows is taken, and what it does not allow is refused.

Sockets want more than a request; what the console's own pages send may depend on more than a schema says.
"""


class Unlimited:
    """Nobody is told to come back later: what is behind the limits is tested."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def take(self, _key: Hashable) -> float:
        return 0.0

    def wait(self, _key: Hashable) -> float:
        return 0.0


def channels(session: aiohttp.ClientSession) -> Mapping[str, Channel]:
    return {name: case.open(session, "http://127.0.0.1:9") for name, case in CASES.items()}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_the_server_does_what_its_description_says(
    mode: GenerationMode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.routes.RateLimiter", Unlimited)
    async with served(tmp_path, channels, access=Access(token=API_TOKEN)) as bot:
        url = str(bot.client.make_url("/")).rstrip("/")
        found = await asyncio.to_thread(broken, url, mode, bot.visitor)
    assert not found, "\n\n".join(found)


def broken(url: str, mode: GenerationMode, visitor: dict[str, str]) -> list[str]:
    """What does not keep to the document, operation by operation."""
    document = requests.get(f"{url}/api/openapi.json", timeout=20).json()
    for one in (one for path in document["paths"].values() for one in path.values()):
        one.pop("security")  # everything is asked by somebody who may
    operations = [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
    assert len(operations) > 30
    found = []
    with requests.Session() as session:
        for operation in sorted(operations, key=lambda one: one.label == LAST):
            try:
                session.headers.update(visitor if "chat" in operation.definition.raw["tags"] else CONSOLE)
                examine(operation, mode, session, url)
            except Unsatisfiable:  # it takes nothing that could be wrong
                continue
            except (
                Exception,
                BaseExceptionGroup,
            ) as error:  # what schemathesis raises is a group of failures
                found.append(f"{operation.label}: {error}")
    return found


def examine(operation: Any, mode: GenerationMode, session: requests.Session, url: str) -> None:
    """A handful of requests: none ends in a 500, none is answered in a way that is not described."""
    raw = operation.definition.raw
    vague = "101" in raw["responses"] or "console" in raw["tags"]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        query = {"token": API_TOKEN} if "rasa" in raw["tags"] else {}
        response = case.call(base_url=url, session=session, params=query, timeout=20)
        assert response.status_code != 500, response.text
        case.validate_response(
            response,
            checks=[*AS_DESCRIBED, *([] if vague else CLEAR[mode])],
        )

    run()
