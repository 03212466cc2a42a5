"""Long conversations need not be folded from their first event, nor all their messages be looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_snapshots_conversation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_snapshots"),
    )
    op.drop_index("ix_inbox_conversation_id", table_name="inbox")
    op.create_index("ix_inbox_conversation_id_received_at", "inbox", ["conversation_id", "received_at"])


def downgrade() -> None:
    op.drop_index("ix_inbox_conversation_id_received_at", table_name="inbox")
    op.create_index("ix_inbox_conversation_id", "inbox", ["conversation_id"])
    op.drop_table("snapshots")
