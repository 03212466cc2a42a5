"""Slack's requests, read with suspicion."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from bot.channels.base import BadMessage, Received
from bot.channels.json_body import read_object
from bot.channels.reading import file, identifier, inner, objects, text
from bot.channels.wording import clean
from bot.messages import Attachment, Message

_SUBTYPES = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Of messages that somebody wrote; all others are about messages."""
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def event(body: bytes, *, account: str, received_at: datetime) -> Received:
    """The message in a call of the Events API, or the answer to Slack's test of the address.

    Raises:
        BadMessage: when the body is none of the Events API's.
    """
    data = read_object(body)
    if data.get("type") == "url_verification":
        return Received(answer=clean(text(data.get("challenge"))))
    if not isinstance(data.get("type"), str):
        raise BadMessage("The body is not from Slack's Events API.")
    said = inner(data, "event")
    bots = {text(one.get("user_id")) for one in objects(data.get("authorizations")) if one.get("is_bot")}
    if data["type"] != "event_callback" or not _is_for_us(said, bots):
        return Received()
    try:
        return Received(messages=(_message(said, data, bots, account, received_at),))
    except ValueError:
        raise BadMessage("The event says no channel, user or time.") from None


def pressed(body: bytes, *, account: str, received_at: datetime) -> Received:
    """The pressed button in an interactive request: its value, as if it had been said.

    Raises:
        BadMessage: when the body is none of Slack's.
    """
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        raise BadMessage("The body is no form.") from None
    if fields.get("ssl_check") == ["1"]:
        return Received()
    data = read_object(fields.get("payload", [""])[0].encode())
    action = next(objects(data.get("actions")), {})
    if data.get("type") != "block_actions" or action.get("type") != "button":
        return Received()
    try:
        return Received(messages=(_press(data, action, account, received_at),))
    except ValueError:
        raise BadMessage("The action says no channel, user or id.") from None


def _is_for_us(said: dict[str, Any], bots: set[str]) -> bool:
    """Whether somebody wrote to the bot: directly, or by naming it in a channel."""
    direct = said.get("type") == "message" and said.get("channel_type") == "im"
    somebody = text(said.get("user")) not in {"", *bots} and not said.get("bot_id")
    written = text(said.get("subtype")) in _SUBTYPES
    return (direct or said.get("type") == "app_mention") and somebody and written


def _message(
    said: dict[str, Any], data: dict[str, Any], bots: set[str], account: str, received_at: datetime
) -> Message:
    team, channel, sent = (
        identifier(data.get("team_id")),
        identifier(said.get("channel")),
        identifier(said.get("ts")),
    )
    # In a channel the conversation is the thread that begins with the mention.
    thread = text(said.get("thread_ts")) or ("" if said.get("channel_type") == "im" else sent)
    return _from(
        team,
        channel,
        thread,
        # By place and time and not by event: a mention in a channel can be two events.
        id=f"{team}:{channel}:{sent}",
        account=account,
        text=_plain(text(said.get("text")), bots),
        received_at=received_at,
        attachments=tuple(map(_file, objects(said.get("files")))),
        metadata={"user": identifier(said["user"]), "timestamp": sent},
    )


def _press(data: dict[str, Any], action: dict[str, Any], account: str, received_at: datetime) -> Message:
    team, user = identifier(inner(data, "team").get("id")), identifier(inner(data, "user").get("id"))
    channel = identifier(inner(data, "container").get("channel_id") or inner(data, "channel").get("id"))
    shown = inner(data, "message")
    return _from(
        team,
        channel,
        text(shown.get("thread_ts")),
        id=f"{team}:{user}:{identifier(action.get('action_ts') or data.get('trigger_id'))}",
        account=account,
        text=text(action.get("value")),
        received_at=received_at,
        metadata={"user": user, "title": clean(text(inner(action, "text").get("text")))},
    )


def _from(team: str, channel: str, thread: str, **facts: Any) -> Message:
    """A message in its place; the place is also where the answer goes."""
    place = f"{channel}:{identifier(thread)}" if thread else channel
    facts["text"] = clean(facts["text"]).strip()
    return Message(channel="slack", conversation_id=f"slack:{team}:{place}", sender=place, **facts)


def _file(item: dict[str, Any]) -> Attachment:
    return file(
        f"slack-file:{identifier(item.get('id'))}",
        mime_type=clean(text(item.get("mimetype"))),
        name=clean(text(item.get("name"))),
    )


def _plain(written: str, bots: set[str]) -> str:
    """The text as it was typed: links and mentions as words, the mention of the bot left out."""

    def words(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if target.startswith(("@", "#", "!")):
            return "" if target[1:] in bots else f"{target[0]}{label or target[1:]}"
        return label or target

    shown = _MARKUP.sub(words, written)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
