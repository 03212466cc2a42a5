"""What other systems call a speaker, and how they write a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from intents.transcripts.conversation import Speaker

_NAMES: dict[Speaker, str] = {
    "customer": "customer user client visitor contact caller buyer guest incoming inbound end_user enduser lead requester 客户 顾客 用户 买家 访客",
    "agent": "agent human_agent support operator staff assistant advisor seller outgoing outbound admin representative rep teammate 客服 坐席 人工 卖家 商家",
    "bot": "bot chatbot robot virtual_agent automated_agent agent_bot agentbot system trigger 机器人 智能客服 系统",
}
_SPEAKERS = {name: speaker for speaker, names in _NAMES.items() for name in names.split()}


def speaker_field(value: Any) -> Speaker:
    """The role behind `value`, in any case, in English or Chinese.

    Raises:
        ValueError: when it is no role we know; the message says which we know.
    """
    name = str(value or "").strip().lower().replace(" ", "_").replace("-", "_")
    if name in _SPEAKERS:
        return _SPEAKERS[name]
    raise ValueError(f"the speaker {value!r} is not known: customer, agent or bot is needed.")


def time_field(value: Any) -> datetime | None:
    """ISO 8601, `2026/3/2 8:14[:05]` or seconds, milliseconds or microseconds since 1970; None when empty.

    A time without a zone is taken as UTC.

    Raises:
        ValueError: for anything else.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, int | float):
            return _since_1970(float(value))
        text = str(value).strip()
        if text.replace(".", "", 1).isdigit():
            return _since_1970(float(text))
        return _written(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"the time {value!r} cannot be read: ISO 8601 (2026-03-02T08:14:05Z) is needed."
        ) from None


def text_of(record: Mapping[str, Any], *names: str) -> str:
    """The first of the fields that holds text, or ""."""
    return next((value for name in names if isinstance(value := record.get(name), str) and value.strip()), "")


def identifier_of(record: Mapping[str, Any], *names: str) -> str:
    """The first of the fields that holds an id, as text, or ""."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def metadata_of(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of the fields that have a value."""
    return {name: record[name] for name in names if record.get(name) not in (None, "", [], {})}


def _since_1970(number: float) -> datetime:
    for unit in (1, 1e3, 1e6):
        if number < 1e11 * unit:  # seconds until the year 5138
            return datetime.fromtimestamp(number / unit, UTC)
    raise ValueError(number)


def _written(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        pattern = "%Y/%m/%d %H:%M:%S" if text.count(":") > 1 else "%Y/%m/%d %H:%M"
        time = datetime.strptime(text, pattern).replace(tzinfo=UTC)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
