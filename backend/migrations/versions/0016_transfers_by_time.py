"""ledger: a community's transfers in the order of time, so that a day's register does not walk all before it"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Before the other one goes: to drop it stops whoever reads, until all of this is done.
    op.create_index("ix_transfers_community_at", "transfers", ["community_id", "at", "id"])
    op.drop_index("ix_transfers_community", "transfers")


def downgrade() -> None:
    op.create_index("ix_transfers_community", "transfers", ["community_id", "id"])
    op.drop_index("ix_transfers_community_at", "transfers")
