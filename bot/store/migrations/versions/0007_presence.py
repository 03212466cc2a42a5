"""Since when a conversation is with its owner, and who has the console open."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    conversations = sa.table("conversations", sa.column("since"), sa.column("updated_at"))
    op.execute(conversations.update().values(since=conversations.c.updated_at))
    with op.batch_alter_table("conversations") as batch:
        batch.alter_column("since", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_table(
        "presence",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "name")),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("viewing", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_presence"),
    )
    op.create_index("ix_presence_beat_at", "presence", ["beat_at"])


def downgrade() -> None:
    op.drop_table("presence")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("since")
