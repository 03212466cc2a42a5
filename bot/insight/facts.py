"""From the events of a conversation to what the figures are computed from: its chats and what was asked in them.

A chat begins with a customer's message and is over when it was closed or a new session began; what the customer
writes then begins another, unless a person took it up again before. `docs/how-to/analytics.md` defines the figures
in these terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
_WITH_PEOPLE = ("waiting", "person")


@dataclass(slots=True, kw_only=True)
class Chat:
    """A chat as it stands; the columns of the table `chats`.

    Attributes:
        at: when it began, in milliseconds since the epoch.
        release: that answered its first message.
        outcome: of its last message.
        by_person: a person wrote in it or took it.
    """

    conversation_id: str
    seq: int
    at: int
    channel: str
    language: str
    release: str
    owner: str = "bot"
    over: bool = False
    messages: int = 0
    outcome: str = "none"
    handed_over_at: int | None = None
    by_person: bool = False
    first_answer_s: float | None = None
    person_answer_s: float | None = None
    rating: int | None = None


@dataclass(slots=True, kw_only=True)
class Asked:
    """A customer's message; the columns of the table `asked`.

    Attributes:
        intent: that was answered; empty where none was.
        outcome: the decision (answer, cite, clarify, hand_over), `flow` where the dialog went on without one,
            `person` where people had the conversation, `failed` where the turn broke, else `none`.
    """

    conversation_id: str
    seq: int
    at: int
    channel: str
    language: str
    release: str
    intent: str = ""
    outcome: str = "none"


class Fold:
    """One conversation, taken up where its last chat and its last message stand."""

    def __init__(
        self, conversation_id: str, *, channel: str, chat: Chat | None = None, asked: Asked | None = None
    ) -> None:
        """`channel` stands in where a message does not name its own."""
        self.chats: dict[int, Chat] = {}
        self.asked: dict[int, Asked] = {}
        self._id = conversation_id
        self._channel = channel
        self._chat = chat
        self._asked = asked
        self._takes = {
            "user": self._user,
            "decision": self._decision,
            "bot": self._bot,
            "agent": self._agent,
            "owner": self._owner,
            "session_started": self._session,
            "rating": self._rating,
        }

    def take(self, seq: int, event: Json) -> None:
        """One event more; what it changed is in `chats` and `asked`."""
        taking = self._takes.get(str(event.get("event")))
        if taking is None:
            return
        taking(seq, event)
        if self._chat is not None:
            if self._asked is not None and self._asked.seq >= self._chat.seq:
                self._chat.outcome = self._asked.outcome
            self.chats[self._chat.seq] = self._chat
        if self._asked is not None:
            self.asked[self._asked.seq] = self._asked

    def _user(self, seq: int, event: Json) -> None:
        if (event.get("metadata") or {}).get("is_external"):  # a reminder or a program, not the customer
            return
        parsed = event.get("parse_data") or {}
        language = str(parsed.get("language") or "")
        channel = str(event.get("input_channel") or self._channel)
        release = str(parsed.get("release") or "")
        place: dict[str, Any] = {
            "conversation_id": self._id,
            "seq": seq,
            "at": _ms(event),
            "channel": channel,
        }
        if self._chat is None or self._chat.over:
            self._chat = Chat(**place, language=language, release=release)
        self._chat.messages += 1
        self._chat.language = self._chat.language or language
        said = str(event.get("text") or "")
        self._asked = Asked(
            **place,
            language=language or self._chat.language,
            release=release,
            intent=str((parsed.get("intent") or {}).get("name") or "") if said.startswith("/") else "",
            outcome="person" if self._chat.owner in _WITH_PEOPLE else "none",
        )

    def _decision(self, _seq: int, event: Json) -> None:
        if self._asked is not None:
            kind = str(event.get("kind") or "none")
            self._asked.outcome = kind
            self._asked.intent = str(event.get("intent") or "") if kind == "answer" else ""

    def _bot(self, _seq: int, event: Json) -> None:
        if self._chat is None or self._chat.over:  # the bot speaks first
            return
        if self._asked is not None and self._asked.outcome == "none":
            self._asked.outcome = "flow"
        self._answered(event)

    def _agent(self, _seq: int, event: Json) -> None:
        if self._chat is None:
            return
        self._chat.by_person = True
        self._answered(event)
        if self._chat.person_answer_s is None and self._chat.handed_over_at is not None:
            self._chat.person_answer_s = max(_ms(event) - self._chat.handed_over_at, 0) / 1000

    def _answered(self, event: Json) -> None:
        if self._chat is not None and self._chat.first_answer_s is None:
            self._chat.first_answer_s = max(_ms(event) - self._chat.at, 0) / 1000

    def _owner(self, _seq: int, event: Json) -> None:
        chat, owner = self._chat, str(event.get("owner"))
        if chat is None or (chat.over and owner == "bot"):  # it is opened again by what follows
            return
        chat.owner = owner
        chat.over = owner == "closed" or (chat.over and owner not in _WITH_PEOPLE)
        chat.by_person = chat.by_person or owner == "person"
        if owner == "waiting":
            if chat.handed_over_at is None:
                chat.handed_over_at = _ms(event)
            if self._asked is not None and str(event.get("reason") or "").endswith("failed"):
                self._asked.outcome = "failed"

    def _session(self, _seq: int, _event: Json) -> None:
        if self._chat is not None and self._chat.owner not in _WITH_PEOPLE:
            self._chat.over = True

    def _rating(self, _seq: int, event: Json) -> None:
        score = event.get("score")
        if self._chat is not None and isinstance(score, int) and 1 <= score <= 5:
            self._chat.rating = score


def _ms(event: Json) -> int:
    return round(float(event.get("timestamp") or 0.0) * 1000)
