"""working days: what the city enters of holidays and of days worked in exchange"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(40), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("calendar_days")
