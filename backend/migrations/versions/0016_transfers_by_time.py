"""ledger: a community's transfers in the order of time, so that a day's register does not walk all before it"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _indexed(["community_id", "at", "id"])


def downgrade() -> None:
    _indexed(["community_id", "id"])


def _indexed(columns: list[str]) -> None:
    op.drop_index("ix_transfers_community", "transfers")
    op.create_index("ix_transfers_community", "transfers", columns)
