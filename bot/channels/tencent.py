"""Calls to WeChat's and WeCom's APIs: a token in the address, an error code in the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp

from bot.channels.access_token import AccessToken
from bot.channels.base import Json, SendResult
from bot.channels.call import call
from bot.channels.media import Media, MediaUnavailable, download, host_of, named
from bot.channels.retry_after import retry_after
from bot.store.retry import Failure

TOO_LATE = "More than 48 hours have passed since the customer wrote."
_OLD_TOKEN = frozenset({40001, 40014, 42001})
_TEMPORARY = frozenset({-1})
_RATE_LIMITED = frozenset({45009, 45011, 45033})
_REASONS: Mapping[int, str] = {
    40003: "The platform does not know this user.",
    40013: "The app id is wrong.",
    40125: "The secret is wrong: put the right one into credentials.yml.",
    40164: "This server's address is not on the account's list of allowed addresses.",
    43004: "The user does not follow the account.",
    45015: TOO_LATE,
    45047: "The customer has to write again before the account may say more.",
    48001: "The account has no right to send messages to customers: it must be a verified service account.",
    60020: "This server's address is not on the application's list of allowed addresses.",
    81013: "The user is not among those who may use the application.",
}


async def send(
    session: aiohttp.ClientSession, url: str, body: Json, *, platform: str, token: AccessToken
) -> SendResult:
    """POST with the token; once more with a new one where the platform refuses it."""
    result = SendResult()
    for _ in range(2):
        current = await token.get()
        if isinstance(current, SendResult):
            return current
        refused: list[int] = []
        result = await call(
            session,
            url,
            platform=platform,
            read=partial(_noting_old_token, platform, refused),
            params={"access_token": current},
            # Not escaped: WeChat shows the customer \\u4f60 as it stands.
            data=json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
        )
        if not refused:
            return result
        token.forget(current)
    return result


async def media(session: aiohttp.ClientSession, api_url: str, reference: str, token: AccessToken) -> Media:
    """What a customer sent; the platforms keep it for three days.

    Raises:
        MediaUnavailable: when it cannot be had.
    """
    number = named(reference, "wechat-media")
    for _ in range(2):
        current = await token.get()
        if isinstance(current, SendResult):
            raise MediaUnavailable(current.reason)
        params = {"access_token": current, "media_id": number}
        url = f"{api_url}/cgi-bin/media/get"
        found = await download(session, url, hosts=(host_of(url),), params=params)
        # What was refused comes with status 200 too, as JSON.
        if not found.content.startswith(b"{") or b'"errcode"' not in found.content[:200]:
            return found
        token.forget(current)
    raise MediaUnavailable("The platform no longer has it.")


def _noting_old_token(
    platform: str, refused: list[int], status: int, answer: Any, wait: str | None
) -> SendResult:
    if (code := _code(answer)) in _OLD_TOKEN:
        refused.append(code)
    return outcome(platform, status, answer, wait)


def outcome(platform: str, status: int, answer: Any, wait: str | None) -> SendResult:
    """What an answer says about a delivery."""
    code = _code(answer)
    if 200 <= status < 300 and code == 0:
        if isinstance(answer, dict) and answer.get("invaliduser"):
            return SendResult(failure="permanent", reason=_REASONS[81013])
        return SendResult(platform_id=_message_id(answer))
    failure = _failure(status, code)
    reason = _REASONS.get(code or 0, f"{platform} did not take the message.")
    number = "" if code is None else f", error {code}"
    pause = retry_after(wait) or (timedelta(minutes=1) if failure == "rate_limited" else None)
    return SendResult(failure=failure, reason=f"{reason} (HTTP {status}{number})", retry_after=pause)


def _failure(status: int, code: int | None) -> Failure:
    if code in _REASONS:
        return "permanent"
    if status == 429 or code in _RATE_LIMITED:
        return "rate_limited"
    if status == 504:
        return "unknown"
    if status >= 500 or code in _TEMPORARY or code in _OLD_TOKEN or (status < 300 and code is None):
        return "temporary"
    return "permanent"


def _code(answer: Any) -> int | None:
    code = answer.get("errcode") if isinstance(answer, dict) else None
    return code if isinstance(code, int) else None


def _message_id(answer: Any) -> str | None:
    found = answer.get("msgid") if isinstance(answer, dict) else None
    return str(found) if found is not None else None
