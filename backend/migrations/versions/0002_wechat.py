"""The access token for WeChat, shared by all processes."""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_tokens",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_wechat_tokens"),
    )


def downgrade() -> None:
    op.drop_table("wechat_tokens")
