"""people: two records of one person become one; ledger: their points go over by transfers of their own"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_KINDS = "'award', 'opening', 'hold', 'settle', 'release', 'expire', 'adjust', 'reverse'"
_STATES = "'asked', 'proposed', 'approved', 'rejected'"
_PROOFS = "'id_seen', 'card', 'call', 'known'"
_CHECKS = {
    "state_known": f"state IN ({_STATES})",
    "proof_known": f"proof IS NULL OR proof IN ({_PROOFS})",
    "two_records": "from_id <> into_id",
    "proposed_with_a_proof": (
        "(proposed_by_id IS NULL) = (proof IS NULL) AND (proof IS NULL) = (proposed_at IS NULL)"
    ),
    "approved_once_proposed": (
        "(state <> 'asked' OR proof IS NULL) AND (state NOT IN ('proposed', 'approved') OR proof IS NOT NULL)"
    ),
    "decided_by_someone": (
        "(state IN ('approved', 'rejected')) = (decided_by_id IS NOT NULL)"
        " AND (decided_by_id IS NULL) = (decided_at IS NULL)"
    ),
    "not_proposed_for_oneself": (
        "proposed_by_id IS NULL OR (proposed_by_id <> from_id AND proposed_by_id <> into_id)"
    ),
    "decided_by_another": (
        "decided_by_id IS NULL OR (decided_by_id <> from_id AND decided_by_id <> into_id"
        " AND decided_by_id <> coalesce(proposed_by_id, -1))"
    ),
    "sums_once_approved": "(state = 'approved') = (points IS NOT NULL) AND (points IS NULL) = (minutes IS NULL)",
    "sums_not_negative": "points >= 0 AND minutes >= 0",
}
_open = sa.text("state IN ('asked', 'proposed')")
# What the person has on that day already, under whichever of their records; by the day on which minutes fell, see 0024.
_BY_DAY = (
    "SELECT coalesce(sum(coalesce(d.minutes, r.minutes)), 0) FROM service_records r"
    " LEFT JOIN service_record_days d ON d.record_id = r.id"
)
_STANDS = "NOT EXISTS (SELECT 1 FROM service_records c WHERE c.corrects_id = r.id)"
_ONE_DAY = (
    "NEW.served_until IS NULL AND NEW.minutes + ({by_day} WHERE r.person_id {whose}"
    " AND coalesce(d.day, r.served_on) = NEW.served_on AND r.id <> coalesce(NEW.corrects_id, -1) AND {stands}) > 480"
)
_EACH_DAY = (
    "NEW.minutes + ({by_day} JOIN service_records o ON o.id = NEW.record_id WHERE r.person_id {whose}"
    " AND coalesce(d.day, r.served_on) = NEW.day AND r.id <> o.id AND r.id <> coalesce(o.corrects_id, -1)"
    " AND {stands}) > 480"
)
_TOO_MUCH = "more than eight hours on one day"
_ALL_RECORDS = "IN (SELECT id FROM persons WHERE id = {person} OR merged_into_id = {person})"
_ONE_RECORD = "= {person}"


def upgrade() -> None:
    op.create_index(
        "ix_persons_merged_into",
        "persons",
        ["merged_into_id"],
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    _create_other_sign_ins()
    _create_person_merges()
    _kinds_of_transfers(f"{_KINDS}, 'merge'")
    _run(_day_of_records(_ALL_RECORDS))


def downgrade() -> None:
    """Refused where records were joined: the release before would not know whose points, hours and sign-ins they are."""
    joined = sa.text("SELECT count(*) FROM person_merges WHERE state = 'approved'")
    if op.get_bind().execute(joined).scalar():
        raise RuntimeError("records of persons were joined: restore a backup from before instead")
    _run(_day_of_records(_ONE_RECORD))
    _kinds_of_transfers(_KINDS)
    op.drop_table("person_merges")
    op.drop_table("other_sign_ins")
    op.drop_index("ix_persons_merged_into", table_name="persons")


def _create_other_sign_ins() -> None:
    op.create_table(
        "other_sign_ins",
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_other_sign_ins_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("openid", name=op.f("pk_other_sign_ins")),
    )
    op.create_index(op.f("ix_other_sign_ins_person_id"), "other_sign_ins", ["person_id"])


def _create_person_merges() -> None:
    op.create_table(
        "person_merges",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.Column("into_id", Id, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("proof", sa.String(12), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proposed_by_id", Id, nullable=True),
        sa.Column("proposed_at", Moment(), nullable=True),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        *(sa.CheckConstraint(text, name=op.f(f"ck_person_merges_{name}")) for name, text in _CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([one], ["persons.id"], name=op.f(f"fk_person_merges_{one}_persons"))
            for one in ("from_id", "into_id", "proposed_by_id", "decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_person_merges_community_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merges")),
    )
    op.create_index(
        "uq_person_merges_open",
        "person_merges",
        ["from_id"],
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    )
    op.create_index("ix_person_merges_queue", "person_merges", ["community_id", "state", "id"])
    op.create_index("ix_person_merges_into", "person_merges", ["into_id"])


def _kinds_of_transfers(kinds: str) -> None:
    """SQLite makes the table anew and loses its guards with it: they are put back as they were."""
    kept = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'transfers' ORDER BY name"
    sqlite = op.get_bind().dialect.name == "sqlite"
    guards = list(op.get_bind().execute(sa.text(kept)).scalars()) if sqlite else []
    with op.batch_alter_table("transfers") as table:
        table.drop_constraint(op.f("ck_transfers_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_transfers_kind_known"), f"kind IN ({kinds})")
    _run(guards)


def _day_of_records(whose: str) -> list[str]:
    guards = (
        ("service_records", _ONE_DAY, "NEW.person_id"),
        ("service_record_days", _EACH_DAY, "o.person_id"),
    )
    told = []
    for table, rule, person in guards:
        too_much = rule.format(by_day=_BY_DAY, stands=_STANDS, whose=whose.format(person=person))
        told += _guard(table, too_much)
    return told


def _guard(table: str, too_much: str) -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        return [
            f"DROP TRIGGER {table}_day",
            f"CREATE TRIGGER {table}_day BEFORE INSERT ON {table} WHEN {too_much}"
            f" BEGIN SELECT RAISE(ABORT, '{_TOO_MUCH}'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {too_much} THEN RAISE EXCEPTION '{_TOO_MUCH}'; END IF; RETURN NEW; END $$"
    ]


def _run(statements: list[str]) -> None:
    for statement in statements:
        # As the driver's own, since a guard may have a sign that would be a place for a value.
        op.get_bind().exec_driver_sql(statement)
