"""Conversations and their events, inbox, outbox, what was not answered, pointers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _string(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def _integer(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _json(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _conversation(table: str) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(
        ["conversation_id"],
        ["conversations.id"],
        name=f"fk_{table}_conversation_id",
        ondelete="CASCADE",
    )
    return _string("conversation_id"), key


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    _create_conversations()
    _create_inbox()
    _create_outbox()
    _create_unanswered()
    op.create_table(
        "pointers",
        _string("name"),
        _string("value"),
        sa.PrimaryKeyConstraint("name", name="pk_pointers"),
    )


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        *map(_string, ("id", "channel", "account", "sender", "owner", "agent", "language")),
        _text("preview"),
        _integer("last_seq"),
        _time("created_at"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    _index("conversations", "owner", "updated_at", "id")
    _index("conversations", "updated_at", "id")
    _index("conversations", "channel", "account", "sender")
    op.create_table(
        "events",
        _id(),
        *_conversation("events"),
        _integer("seq"),
        _string("type"),
        _time("timestamp"),
        _json("data"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_events_conversation_id_seq"),
        sqlite_autoincrement=True,
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        _id(),
        *map(_string, ("channel", "account", "message_id", "conversation_id")),
        _json("payload"),
        _string("state"),
        _integer("attempts"),
        _json("outcome", nullable=True),
        _time("received_at"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "account", "message_id", name="uq_inbox_channel_account_message_id"),
        sqlite_autoincrement=True,
    )
    _index("inbox", "state", "id")
    _index("inbox", "conversation_id")


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        *_conversation("outbox"),
        *map(_string, ("channel", "account", "recipient")),
        _json("payload"),
        _string("state"),
        _integer("attempts"),
        _time("due_at"),
        _time("claimed_until", nullable=True),
        _time("unknown_at", nullable=True),
        _text("last_error"),
        _string("platform_id", nullable=True),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    _index("outbox", "state", "due_at")
    _index("outbox", "conversation_id", "state", "id")
    _index("outbox", "unknown_at")


def _create_unanswered() -> None:
    op.create_table(
        "unanswered",
        _id(),
        *_conversation("unanswered"),
        _integer("seq"),
        _text("text"),
        _string("language"),
        _string("reason"),
        _json("candidates"),
        _string("state"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
        sqlite_autoincrement=True,
    )
    _index("unanswered", "state", "id")
    _index("unanswered", "conversation_id")


def downgrade() -> None:
    for table in ("pointers", "unanswered", "outbox", "inbox", "events", "conversations"):
        op.drop_table(table)
