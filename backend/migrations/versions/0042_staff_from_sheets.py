"""console: sheets of staff, links for many that a second administrator confirms; when jobs last ran"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0042"
down_revision = "0040"
branch_labels = None
depends_on = None

_KINDS = "'places', 'residents', 'members', 'stock', 'hours'"


def upgrade() -> None:
    op.create_table(
        "console_link_batches",
        sa.Column("id", Id, nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("made_by_id", Id, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("by_one", sa.Boolean(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.CheckConstraint("links > 0", name=op.f("ck_console_link_batches_links_are_some")),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (granted IS NULL)",
            name=op.f("ck_console_link_batches_decided_by_someone"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> made_by_id",
            name=op.f("ck_console_link_batches_four_eyes"),
        ),
        sa.CheckConstraint(
            "NOT by_one OR decided_by_id IS NULL", name=op.f("ck_console_link_batches_by_one_or_two")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["organisations.id"], name=op.f("fk_console_link_batches_place_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["persons.id"], name=op.f("fk_console_link_batches_made_by_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["persons.id"], name=op.f("fk_console_link_batches_decided_by_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_link_batches")),
    )
    with op.batch_alter_table("console_links") as table:
        table.add_column(sa.Column("batch_id", Id, nullable=True))
        table.create_foreign_key(
            op.f("fk_console_links_batch_id_console_link_batches"),
            "console_link_batches",
            ["batch_id"],
            ["id"],
        )
    op.create_index(op.f("ix_console_links_batch_id"), "console_links", ["batch_id"])
    _constrain(f"kind IN ({_KINDS}, 'staff', 'shops')")
    op.create_table(
        "job_runs",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_runs")),
    )


def downgrade() -> None:
    op.drop_table("job_runs")
    # The release before would open the console by a link that nobody confirmed.
    op.execute("DELETE FROM console_links WHERE batch_id IS NOT NULL")
    op.drop_index(op.f("ix_console_links_batch_id"), table_name="console_links")
    with op.batch_alter_table("console_links") as table:
        table.drop_constraint(op.f("fk_console_links_batch_id_console_link_batches"), type_="foreignkey")
        table.drop_column("batch_id")
    op.drop_table("console_link_batches")
    for beside in ("import_parts", "import_doubts"):
        op.execute(
            f"DELETE FROM {beside} WHERE import_id IN (SELECT id FROM imports WHERE kind IN ('staff', 'shops'))"  # nosec B608 - constants
        )
    op.execute("DELETE FROM imports WHERE kind IN ('staff', 'shops')")
    _constrain(f"kind IN ({_KINDS})")


def _constrain(kinds: str) -> None:
    with op.batch_alter_table("imports") as table:
        table.drop_constraint(op.f("ck_imports_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_imports_kind_known"), kinds)
