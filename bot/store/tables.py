"""The tables, in types that SQLite and PostgreSQL share.

`events` is the truth; `conversations` and `unanswered` are projections written with it, so that lists need
no fold. `migrations/` makes exactly these tables; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite has no time zones: there it is stored as naive UTC and made aware again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Free text: NUL and halves of surrogate pairs, which databases refuse, are taken out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


# SQLite numbers rows by itself only in columns of type INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")
# Absent is SQL's NULL and never JSON's null.
_Json = JSON(none_as_null=True)

_RUNNING = text("state = 'running'")


def _of_event() -> ForeignKeyConstraint:
    """What is known of one event goes when the event is erased."""
    return ForeignKeyConstraint(
        ["conversation_id", "seq"], ["events.conversation_id", "events.seq"], ondelete="CASCADE"
    )


conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("account", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("owner", String, nullable=False),  # bot, waiting, person or closed
    Column("agent", String, nullable=False),
    Column("language", String, nullable=False),
    Column("preview", Words, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),  # when it came to its owner
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "owner", "updated_at", "id"),
    Index(None, "updated_at", "id"),
    Index(None, "channel", "account", "sender"),
)

events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String, nullable=False),
    Column("timestamp", UtcDateTime, nullable=False),
    Column("data", _Json, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    sqlite_autoincrement=True,
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, nullable=False),  # the last event that is in it
    Column("data", _Json, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("channel", String, nullable=False),
    Column("account", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("conversation_id", String, nullable=False),  # which may not have begun yet
    Column("payload", _Json, nullable=False),
    Column("state", String, nullable=False),  # new, done or failed
    Column("attempts", Integer, nullable=False),
    Column("outcome", _Json),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "account", "message_id"),
    Index(None, "state", "id"),
    Index(None, "conversation_id", "received_at"),
    sqlite_autoincrement=True,  # a key is never given twice, also after an erasure
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),  # also the order of delivery within a conversation
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String, nullable=False),
    Column("account", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("payload", _Json, nullable=False),
    Column("state", String, nullable=False),  # pending, sending, sent, held, dead or dropped
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime),  # while sending: when another may conclude that the sender died
    Column("unknown_at", UtcDateTime),  # when the platform may have had it without our knowing
    Column("last_error", Words, nullable=False),
    Column("platform_id", String),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "state", "due_at"),
    Index(None, "conversation_id", "state", "id"),
    Index(None, "unknown_at"),
    sqlite_autoincrement=True,
)

unanswered = Table(
    "unanswered",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),  # of the customer's event
    Column("text", Words, nullable=False),
    Column("language", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("candidates", _Json, nullable=False),
    Column("state", String, nullable=False),  # open or done
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "state", "id"),
    Index(None, "conversation_id"),
    Index(None, "created_at"),
    sqlite_autoincrement=True,
)

# What people review: messages on their way into the training data, and what was done about them.
review_items = Table(
    "review_items",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("source", String, nullable=False),  # mined, unanswered, unsure, out_of_scope or corrected
    Column("conversation_id", String, nullable=False),  # live or historical; empty for bare utterances
    Column(
        "place", String, nullable=False
    ),  # where in it: an event's or a turn's number, or the utterance's id
    Column(
        "draft", String, nullable=False
    ),  # the folder of drafts it was mined into; empty for live messages
    Column("text", Words, nullable=False),  # without personal data
    Column("language", String, nullable=False),
    Column("reason", Words, nullable=False),
    Column("candidates", _Json, nullable=False),
    Column("cluster", String, nullable=False),
    Column("position", Integer, nullable=False),  # in its cluster, the most typical first
    Column("proposed", String, nullable=False),  # an intent that a person or mining named
    Column("state", String, nullable=False),  # open or done
    Column("version", Integer, nullable=False),
    Column("claimed_by", String, nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("change_id", BigInteger),  # that settled it
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("draft", "conversation_id", "place"),
    Index(None, "state", "cluster", "position"),
    Index(None, "conversation_id"),
    Index(None, "change_id"),
    sqlite_autoincrement=True,
)

# No customer's words and no conversation's id are in here: items point to their change, not the other way.
review_changes = Table(
    "review_changes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String, nullable=False),  # assign, out_of_scope, dismiss, answer, article or forget
    Column("target", Words, nullable=False),  # the intent, response or article
    Column("person", Words, nullable=False),
    Column("edits", _Json, nullable=False),
    Column("items", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("undone_by", Words, nullable=False),
    Column("undone_at", UtcDateTime),
    sqlite_autoincrement=True,
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation_id", String, nullable=False),  # which may not have begun yet
    Column("name", Words, nullable=False),
    Column("mime_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sent", Boolean, nullable=False),  # whether a message took it along
    Column("created_at", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "conversation_id"),
    Index(None, "sent", "created_at"),
)

pointers = Table(
    "pointers",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", String, primary_key=True),
    Column("position", BigInteger, nullable=False),  # the id of the last event that arrived
    Column("claimed_until", UtcDateTime),
)

release_changes = Table(
    "release_changes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("deed", String, nullable=False),  # promote, rollback, shadow or split
    Column("release", String, nullable=False),  # empty where one was taken away
    Column("previous", String, nullable=False),
    Column("percent", Float, nullable=False),
    Column("by", String, nullable=False),
    Index(None, "deed", "id"),
    sqlite_autoincrement=True,
)

shadow_decisions = Table(
    "shadow_decisions",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("seq", Integer, primary_key=True),  # of the customer's event
    Column("release", String, primary_key=True),  # that was in the shadow
    Column("at", BigInteger, nullable=False),  # seconds since the epoch
    Column("beside", String, nullable=False),  # the release that answered
    Column("kind", String, nullable=False),
    Column("choice", String, nullable=False),
    Column("p", Float, nullable=False),
    Column("cost", Float, nullable=False),  # as it expected
    Column("said_kind", String, nullable=False),  # the same of the release that answered
    Column("said_choice", String, nullable=False),
    Column("said_p", Float, nullable=False),
    Column("said_cost", Float, nullable=False),
    Column("agrees", Boolean, nullable=False),
    Column("took_s", Float, nullable=False),
    _of_event(),
    Index(None, "release", "agrees", "at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String, nullable=False),  # train or evaluate
    Column("state", String, nullable=False),  # running, done, failed, cancelled or interrupted
    Column("release", String, nullable=False),  # made or measured; empty before it is known
    Column("recipe", String, nullable=False),
    Column("minutes", Float, nullable=False),
    Column("by", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),  # the process that watches over it lives
    Column("ended_at", UtcDateTime),
    Column("cancelled_by", String, nullable=False),
    Column("progress", _Json, nullable=False),
    Column("log", Words, nullable=False),
    # One at a time, whichever process is asked.
    Index("uq_jobs_running", "state", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    sqlite_autoincrement=True,
)

# What the figures are computed from: projections of the events, kept up to date by `bot.insight.follow`.

chats = Table(
    "chats",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("seq", Integer, primary_key=True),  # of the customer's first event in it
    Column("at", BigInteger, nullable=False),  # milliseconds since the epoch
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("release", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("over", Boolean, nullable=False),  # what the customer writes next begins another chat
    Column("messages", Integer, nullable=False),
    Column("outcome", String, nullable=False),  # of its last message
    Column("handed_over_at", BigInteger),
    Column("by_person", Boolean, nullable=False),
    Column("first_answer_s", Float),
    Column("person_answer_s", Float),
    Column("rating", Integer),
    _of_event(),
    Index(None, "at"),
)

asked = Table(
    "asked",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("seq", Integer, primary_key=True),  # of the customer's event
    Column("at", BigInteger, nullable=False),  # milliseconds since the epoch
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("release", String, nullable=False),
    Column("intent", String, nullable=False),
    Column(
        "outcome", String, nullable=False
    ),  # answer, cite, clarify, hand_over, flow, person, failed or none
    _of_event(),
    Index(None, "at"),
)

people = Table(
    "people",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String, nullable=False),  # as customers and colleagues read it
    Column("key", String, nullable=False),  # the name as it is compared
    Column("role", String, nullable=False),  # agent, supervisor or admin
    Column("password", String, nullable=False),  # its argon2 hash
    Column("languages", _Json, nullable=False),
    Column("skills", _Json, nullable=False),
    Column("most_chats", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),  # may not sign in
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),  # a hash of what the browser has
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE")),  # none: let in by the console's token
    Column("name", String, nullable=False),
    Column("token", String, nullable=False),  # a hash of the console's token that let in, else empty
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "person_id"),
    Index(None, "created_at"),
)

presence = Table(
    "presence",
    metadata,
    Column("id", String, primary_key=True),  # of a socket
    Column("name", String, nullable=False),
    Column("away", Boolean, nullable=False),  # wants no new conversations
    Column("viewing", String, nullable=False),  # a conversation's id, or empty
    Column("open", Boolean, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),  # when its process last knew it to be so
    Index(None, "beat_at"),
)
