"""hours held on other platforms"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hours_elsewhere",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("activity_name", sa.String(length=60), nullable=False),
        sa.Column("organising_body", sa.String(length=80), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("imported_at", Moment(), nullable=False),
        sa.Column("imported_by_id", Id, nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_hours_elsewhere_minutes_sane")),
        sa.CheckConstraint(
            "platform <> '' AND reference <> ''", name=op.f("ck_hours_elsewhere_says_where_from")
        ),
        sa.CheckConstraint(
            "imported_by_id <> person_id", name=op.f("ck_hours_elsewhere_imported_by_another")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_hours_elsewhere_person_id")),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["persons.id"], name=op.f("fk_hours_elsewhere_imported_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_elsewhere")),
        sa.UniqueConstraint("platform", "reference", name=op.f("uq_hours_elsewhere_platform_reference")),
    )
    op.create_index("ix_hours_elsewhere_person", "hours_elsewhere", ["person_id", "served_on", "id"])


def downgrade() -> None:
    op.drop_table("hours_elsewhere")
