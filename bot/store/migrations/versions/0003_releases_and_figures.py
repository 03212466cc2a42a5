"""Which release serves whom, work on releases, and what the figures are computed from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RUNNING = sa.text("state = 'running'")


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _strings(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _floats(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Float(), nullable=nullable) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _whole(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _at(name: str = "at", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _of_event(table: str, *more: str) -> list[sa.Constraint]:
    event = ["conversation_id", "seq"]
    name = f"fk_{table}_conversation_id"
    return [
        sa.PrimaryKeyConstraint(*event, *more, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(event, [f"events.{one}" for one in event], name=name, ondelete="CASCADE"),
    ]


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    _create_releases()
    _create_jobs()
    _create_figures()
    _index("unanswered", "created_at")


def _create_releases() -> None:
    op.create_table(
        "release_changes",
        _id(),
        _time("at"),
        *_strings("deed", "release", "previous"),
        *_floats("percent"),
        *_strings("by"),
        sa.PrimaryKeyConstraint("id", name="pk_release_changes"),
        sqlite_autoincrement=True,
    )
    _index("release_changes", "deed", "id")
    op.create_table(
        "shadow_decisions",
        *_strings("conversation_id"),
        _whole("seq"),
        *_strings("release"),
        _at(),
        *_strings("beside", "kind", "choice"),
        *_floats("p", "cost"),
        *_strings("said_kind", "said_choice"),
        *_floats("said_p", "said_cost"),
        _flag("agrees"),
        *_floats("took_s"),
        *_of_event("shadow_decisions", "release"),
    )
    _index("shadow_decisions", "release", "agrees", "at")


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        _id(),
        *_strings("kind", "state", "release", "recipe"),
        *_floats("minutes"),
        *_strings("by"),
        _whole("pid"),
        _time("began_at"),
        _time("beat_at"),
        _time("ended_at", nullable=True),
        *_strings("cancelled_by"),
        sa.Column("progress", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_jobs_running",
        "jobs",
        ["state"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )


def _create_figures() -> None:
    op.create_table(
        "chats",
        *_strings("conversation_id"),
        _whole("seq"),
        _at(),
        *_strings("channel", "language", "release", "owner"),
        _flag("over"),
        _whole("messages"),
        *_strings("outcome"),
        _at("handed_over_at", nullable=True),
        _flag("by_person"),
        *_floats("first_answer_s", "person_answer_s", nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        *_of_event("chats"),
    )
    op.create_table(
        "asked",
        *_strings("conversation_id"),
        _whole("seq"),
        _at(),
        *_strings("channel", "language", "release", "intent", "outcome"),
        *_of_event("asked"),
    )
    _index("chats", "at")
    _index("asked", "at")


def downgrade() -> None:
    op.drop_index("ix_unanswered_created_at", "unanswered")
    for table in ("asked", "chats", "jobs", "shadow_decisions", "release_changes"):
        op.drop_table(table)
