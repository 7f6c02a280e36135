"""places: since when somebody has a place, when an activity was moved, and who may be at two at once"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Who moved up before this release has had the place since then, too.
_SINCE = """
UPDATE sign_ups SET moved_up_at = (
    SELECT max(journal.at) FROM journal
    WHERE journal.subject_kind = 'sign_up' AND journal.subject_id = sign_ups.id AND journal.verb = 'move_up'
) WHERE state = 'confirmed'
"""


def upgrade() -> None:
    # No table is rebuilt: the triggers of sign-ups stay where they are.
    op.add_column("sign_ups", sa.Column("moved_up_at", Moment(), nullable=True))
    op.add_column("activities", sa.Column("moved_at", Moment(), nullable=True))
    op.create_table(
        "clash_leaves",
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("allowed_by_id", Id, nullable=False),
        sa.Column("allowed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_clash_leaves_activity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_clash_leaves_person_id")),
        sa.ForeignKeyConstraint(
            ["allowed_by_id"], ["persons.id"], name=op.f("fk_clash_leaves_allowed_by_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "person_id", name=op.f("pk_clash_leaves")),
    )
    op.create_index("ix_clash_leaves_person", "clash_leaves", ["person_id"])
    op.execute(_SINCE)


def downgrade() -> None:
    op.drop_table("clash_leaves")
    op.drop_column("activities", "moved_at")
    op.drop_column("sign_ups", "moved_up_at")
