"""call-backs that reached nobody, and the day on which somebody tries again"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wishes", sa.Column("call_again_at", Moment(), nullable=True))
    op.create_table(
        "call_attempts",
        sa.Column("id", Id, nullable=False),
        sa.Column("wish_id", Id, nullable=False),
        sa.Column("caller_id", Id, nullable=False),
        sa.Column("called_at", Moment(), nullable=False),
        sa.Column("again_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["wish_id"], ["wishes.id"], name=op.f("fk_call_attempts_wish_id")),
        sa.ForeignKeyConstraint(["caller_id"], ["persons.id"], name=op.f("fk_call_attempts_caller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempts")),
    )
    op.create_index("ix_call_attempts_wish", "call_attempts", ["wish_id", "id"])


def downgrade() -> None:
    op.drop_table("call_attempts")
    op.drop_column("wishes", "call_again_at")
