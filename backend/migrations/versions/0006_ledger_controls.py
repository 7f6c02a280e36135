"""ledger controls: adjustments by two, seals, notices before a lot ends"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment, append_only

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_by_id", Id, nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'rejected')", name=op.f("ck_adjustments_state_known")
        ),
        sa.CheckConstraint(
            "points <> 0 AND points BETWEEN -10000 AND 10000", name=op.f("ck_adjustments_points_sensible")
        ),
        sa.CheckConstraint(
            "proposed_by_id <> person_id", name=op.f("ck_adjustments_not_proposed_for_oneself")
        ),
        sa.CheckConstraint(
            "decided_by_id <> proposed_by_id AND decided_by_id <> person_id",
            name=op.f("ck_adjustments_decided_by_another"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL) AND (state = 'proposed') = (decided_at IS NULL)",
            name=op.f("ck_adjustments_decided_by_someone"),
        ),
        sa.CheckConstraint(
            "(state = 'rejected') = (decision_reason IS NOT NULL)",
            name=op.f("ck_adjustments_rejected_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_adjustments_community_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_adjustments_decided_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_adjustments_person_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["persons.id"], name=op.f("fk_adjustments_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
    )
    with op.batch_alter_table("adjustments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adjustments_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_adjustments_queue", ["community_id", "state", "id"], unique=False)

    op.create_table(
        "ending_notices",
        sa.Column("lot_id", Id, autoincrement=False, nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["accounts.id"], name=op.f("fk_ending_notices_lot_id")),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_ending_notices")),
    )

    op.create_table(
        "seals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("short", sa.String(length=19), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("transfers_root", sa.String(length=64), nullable=False),
        sa.Column("journal_lines", sa.Integer(), nullable=False),
        sa.Column("journal_root", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.CheckConstraint("transfers >= 0 AND journal_lines >= 0", name=op.f("ck_seals_rows_counted")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_seals")),
        sa.UniqueConstraint("hash", name=op.f("uq_seals_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_seals_previous_hash")),
    )
    op.create_table(
        "seal_pages",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("last_id", Id, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('transfer', 'journal')", name=op.f("ck_seal_pages_kind_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_seal_pages_not_empty")),
        sa.PrimaryKeyConstraint("day", "kind", "number", name=op.f("pk_seal_pages")),
    )

    # A day is sealed and verified in the order of time.
    for table in ("transfers", "journal"):
        op.create_index(f"ix_{table}_at", table, ["at", "id"], unique=False)

    dialect = op.get_bind().dialect.name
    for statement in (*append_only("seals", dialect), *append_only("seal_pages", dialect)):
        op.execute(statement)
    for statement in _decided_once(dialect):
        op.execute(statement)


# What a decision may not touch: an adjustment is what its maker proposed.
_PROPOSED = ("id", "community_id", "person_id", "points", "reason", "proposed_by_id", "proposed_at")
_CHANGED = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _PROPOSED)
_NOT_A_DECISION = f"OLD.state <> 'proposed' OR NEW.state = 'proposed' OR {_CHANGED}"


def _decided_once(dialect: str) -> list[str]:
    """An adjustment takes one decision, and is otherwise append-only."""
    if dialect == "sqlite":
        stop = "BEGIN SELECT RAISE(ABORT, 'adjustments are decided once'); END"
        return [
            f"CREATE TRIGGER adjustments_decided_once BEFORE UPDATE ON adjustments WHEN {_NOT_A_DECISION} {stop}",
            f"CREATE TRIGGER adjustments_no_delete BEFORE DELETE ON adjustments {stop}",
        ]
    return [
        "CREATE FUNCTION adjustments_decided_once() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'adjustments are decided once'; END $$",
        "CREATE TRIGGER adjustments_decided_once BEFORE UPDATE ON adjustments FOR EACH ROW "
        f"WHEN ({_NOT_A_DECISION}) EXECUTE FUNCTION adjustments_decided_once()",
        "CREATE TRIGGER adjustments_no_delete BEFORE DELETE ON adjustments FOR EACH ROW "
        "EXECUTE FUNCTION adjustments_decided_once()",
        "CREATE TRIGGER adjustments_no_truncate BEFORE TRUNCATE ON adjustments "
        "FOR EACH STATEMENT EXECUTE FUNCTION adjustments_decided_once()",
    ]
