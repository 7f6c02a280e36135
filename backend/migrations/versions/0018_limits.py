"""limits: suspensions, sign-ins counted by person, wrong passwords by name and address, keys of a day"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _suspensions()
    op.create_table(
        "sign_in_counts",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_sign_in_counts_times_count_up")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sign_in_counts_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_sign_in_counts")),
    )
    op.create_index("ix_sign_in_counts_since", "sign_in_counts", ["since"])
    op.add_column("persons", sa.Column("suspended_until", Moment(), nullable=True))
    for column in ("name_tried", "address_index"):
        op.add_column("sign_in_attempts", sa.Column(column, sa.String(length=64), nullable=True))
        op.create_index(f"ix_sign_in_attempts_{column}", "sign_in_attempts", [column])
    op.create_index("ix_idempotency_keys_of_a_day", "idempotency_keys", ["person_id", "created_at"])


def _suspensions() -> None:
    standing = sa.text("ended_at IS NULL")
    op.create_table(
        "suspensions",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until_at", Moment(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("suspended_by_id", Id, nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("resumed_by_id", Id, nullable=True),
        sa.Column("resume_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("days BETWEEN 0 AND 180", name=op.f("ck_suspensions_days_at_most")),
        sa.CheckConstraint("until_at > since", name=op.f("ck_suspensions_ends_after_it_begins")),
        sa.CheckConstraint("suspended_by_id <> person_id", name=op.f("ck_suspensions_suspended_by_another")),
        sa.CheckConstraint(
            "resumed_by_id IS NULL OR resumed_by_id <> person_id",
            name=op.f("ck_suspensions_resumed_by_another"),
        ),
        sa.CheckConstraint(
            "resumed_by_id IS NULL OR ended_at IS NOT NULL", name=op.f("ck_suspensions_resumed_means_ended")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_suspensions_person_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_suspensions_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["suspended_by_id"], ["persons.id"], name=op.f("fk_suspensions_suspended_by_id")
        ),
        sa.ForeignKeyConstraint(["resumed_by_id"], ["persons.id"], name=op.f("fk_suspensions_resumed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
    )
    op.create_index(
        "uq_suspensions_one_standing",
        "suspensions",
        ["person_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_suspensions_place", "suspensions", ["community_id", "id"])
    op.create_index(
        "ix_suspensions_due", "suspensions", ["until_at"], sqlite_where=standing, postgresql_where=standing
    )


def downgrade() -> None:
    op.drop_index("ix_idempotency_keys_of_a_day", "idempotency_keys")
    for column in ("address_index", "name_tried"):
        op.drop_index(f"ix_sign_in_attempts_{column}", "sign_in_attempts")
        op.drop_column("sign_in_attempts", column)
    op.drop_column("persons", "suspended_until")
    op.drop_table("sign_in_counts")
    op.drop_table("suspensions")
