"""supermarket: deadlines in open days, an item's own days to collect, series of bookings"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("items") as table:
        table.add_column(sa.Column("pick_up_days", sa.Integer(), nullable=True))
        table.create_check_constraint(
            op.f("ck_items_pick_up_days_sane"),
            "pick_up_days IS NULL OR (pick_up_days BETWEEN 1 AND 90 AND kind <> 'venue')",
        )
    with op.batch_alter_table("redemptions") as table:
        table.add_column(sa.Column("approve_open_days", sa.Integer(), nullable=True))
        table.add_column(sa.Column("pick_up_open_days", sa.Integer(), nullable=True))
        table.add_column(sa.Column("series_id", Id, nullable=True))
        table.create_foreign_key(
            op.f("fk_redemptions_series_id_redemptions"), "redemptions", ["series_id"], ["id"]
        )
        table.create_check_constraint(
            op.f("ck_redemptions_series_of_a_venue"), "series_id IS NULL OR item_kind = 'venue'"
        )
        table.create_index("ix_redemptions_series", ["series_id"])


def downgrade() -> None:
    with op.batch_alter_table("redemptions") as table:
        table.drop_index("ix_redemptions_series")
        table.drop_constraint(op.f("ck_redemptions_series_of_a_venue"), type_="check")
        table.drop_constraint(op.f("fk_redemptions_series_id_redemptions"), type_="foreignkey")
        table.drop_column("series_id")
        table.drop_column("pick_up_open_days")
        table.drop_column("approve_open_days")
    with op.batch_alter_table("items") as table:
        table.drop_constraint(op.f("ck_items_pick_up_days_sane"), type_="check")
        table.drop_column("pick_up_days")
