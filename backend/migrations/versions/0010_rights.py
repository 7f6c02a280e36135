"""rights: complaints, guardians, and wishes for a child"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _complaints()
    _guardianships()
    _wishes_for_children()
    for statement in _donors_may_be_resealed(op.get_bind().dialect.name):
        op.execute(statement)


def _complaints() -> None:
    waiting = sa.text("state IN ('received', 'escalated')")
    op.create_table(
        "complaints",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("complaint_kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("text_sealed", sa.Text(), nullable=True),
        sa.Column("contact_sealed", sa.Text(), nullable=True),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", Moment(), nullable=True),
        sa.Column("appealed_at", Moment(), nullable=True),
        sa.Column("answer_sealed", sa.Text(), nullable=True),
        sa.Column("answered_by_id", Id, nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "complaint_kind IN ('complaint', 'suggestion', 'relief_report')",
            name=op.f("ck_complaints_kind_known"),
        ),
        sa.CheckConstraint(
            "about IN ('service', 'community_staff', 'street_staff')", name=op.f("ck_complaints_about_known")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'escalated', 'answered', 'withdrawn')",
            name=op.f("ck_complaints_state_known"),
        ),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_by_id IS NOT NULL)"
            " AND (state = 'answered') = (answer_sealed IS NOT NULL)",
            name=op.f("ck_complaints_answered_by_someone"),
        ),
        sa.CheckConstraint(
            "answered_by_id IS NULL OR answered_by_id <> person_id",
            name=op.f("ck_complaints_answered_by_another"),
        ),
        sa.CheckConstraint(
            "(state IN ('answered', 'withdrawn')) = (ended_at IS NOT NULL)",
            name=op.f("ck_complaints_ended_at_some_time"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_complaints_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["organisations.id"], name=op.f("fk_complaints_place_id")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["persons.id"], name=op.f("fk_complaints_answered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
    )
    op.create_index("ix_complaints_queue", "complaints", ["place_id", "state", "id"])
    op.create_index("ix_complaints_person", "complaints", ["person_id", "id"])
    op.create_index(
        "ix_complaints_due", "complaints", ["due_on"], sqlite_where=waiting, postgresql_where=waiting
    )


def _guardianships() -> None:
    standing = sa.text("status IN ('declared', 'verified')")
    op.create_table(
        "guardianships",
        sa.Column("id", Id, nullable=False),
        sa.Column("guardian_id", Id, nullable=False),
        sa.Column("child_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("declared_at", Moment(), nullable=False),
        sa.Column("declared_by_id", Id, nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "relation IN ('father', 'mother', 'grandparent', 'relative', 'institution')",
            name=op.f("ck_guardianships_relation_known"),
        ),
        sa.CheckConstraint(
            "status IN ('declared', 'verified', 'rejected', 'ended')",
            name=op.f("ck_guardianships_status_known"),
        ),
        sa.CheckConstraint("guardian_id <> child_id", name=op.f("ck_guardianships_not_of_oneself")),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR (decided_by_id <> guardian_id AND decided_by_id <> child_id)",
            name=op.f("ck_guardianships_decided_by_another"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('verified', 'rejected') OR decided_by_id IS NOT NULL",
            name=op.f("ck_guardianships_decided_by_someone"),
        ),
        sa.ForeignKeyConstraint(["guardian_id"], ["persons.id"], name=op.f("fk_guardianships_guardian_id")),
        sa.ForeignKeyConstraint(["child_id"], ["persons.id"], name=op.f("fk_guardianships_child_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_guardianships_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["persons.id"], name=op.f("fk_guardianships_declared_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["persons.id"], name=op.f("fk_guardianships_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianships")),
    )
    op.create_index(
        "uq_guardianships_standing",
        "guardianships",
        ["guardian_id", "child_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_guardianships_child", "guardianships", ["child_id"])
    op.create_index("ix_guardianships_queue", "guardianships", ["community_id", "status", "id"])


def _wishes_for_children() -> None:
    """Plain ALTER TABLE on both: making the table anew on SQLite would lose its indexes on expressions."""
    big = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    no = "0" if op.get_bind().dialect.name == "sqlite" else "FALSE"
    op.execute(
        f"ALTER TABLE wishes ADD COLUMN guardian_id {big}"
        " CONSTRAINT fk_wishes_guardian_id REFERENCES persons (id)"
        " CONSTRAINT ck_wishes_guardian_of_another CHECK (guardian_id IS NULL OR guardian_id <> wisher_id)"
        " CONSTRAINT ck_wishes_not_reviewed_by_guardian CHECK (guardian_id IS NULL OR guardian_id <> reviewer_id)"
    )
    op.execute(
        f"ALTER TABLE wishes ADD COLUMN for_child BOOLEAN DEFAULT {no} NOT NULL"
        " CONSTRAINT ck_wishes_child_is_anonymous CHECK (NOT for_child OR disclosure = 'anonymous')"
    )
    spoken_for = sa.text("guardian_id IS NOT NULL")
    op.create_index(
        "ix_wishes_guardian",
        "wishes",
        ["guardian_id", "id"],
        sqlite_where=spoken_for,
        postgresql_where=spoken_for,
    )


# All but `donor_sealed`.
_EVENT = (
    "id, item_id, batch_id, kind, on_hand_change, reserved_change, on_hand_after, at, by_id, reference,"
    " redemption_id, stocktake_id, source, donor_public, document, cost, reason"
)


def _donors_may_be_resealed(dialect: str) -> list[str]:
    """An event of stock stays as it is; its donor's name may be sealed under a new key, or erased."""
    if dialect == "sqlite":
        return [
            "DROP TRIGGER stock_movements_no_update",
            f"CREATE TRIGGER stock_movements_no_update BEFORE UPDATE OF {_EVENT} ON stock_movements "
            "BEGIN SELECT RAISE(ABORT, 'stock_movements is append-only'); END",
        ]
    return [
        "DROP TRIGGER stock_movements_append_only ON stock_movements",
        f"CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OF {_EVENT} OR DELETE ON stock_movements "
        "FOR EACH ROW EXECUTE FUNCTION stock_movements_append_only()",
    ]
