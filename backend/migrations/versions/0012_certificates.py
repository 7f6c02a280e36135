"""certificates: what service records prove, and stars"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment, append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _certificates()
    _certified_records()
    _stars()
    dialect = op.get_bind().dialect.name
    for statement in (*_GUARDS[dialect], *append_only("certified_records", dialect)):
        op.execute(statement)


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("issuer_id", Id, nullable=False),
        sa.Column("issuer_name", sa.String(length=80), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("issued_at", Moment(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("digest_key", sa.String(length=16), nullable=False),
        sa.Column("revoked_by_id", Id, nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('issued', 'revoked')", name=op.f("ck_certificates_state_known")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_certificates_days_in_order")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_certificates_proves_something")),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_by_id IS NOT NULL)"
            " AND (state = 'revoked') = (revoked_at IS NOT NULL)"
            " AND (state = 'revoked') = (revoke_reason IS NOT NULL)",
            name=op.f("ck_certificates_revoked_by_someone"),
        ),
        sa.CheckConstraint(
            "revoked_by_id IS NULL OR revoked_by_id <> person_id",
            name=op.f("ck_certificates_not_revoked_by_themselves"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_certificates_person_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["organisations.id"], name=op.f("fk_certificates_issuer_id")),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["persons.id"], name=op.f("fk_certificates_revoked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
    )
    op.create_index("ix_certificates_person", "certificates", ["person_id", "id"])


def _certified_records() -> None:
    op.create_table(
        "certified_records",
        sa.Column("certificate_id", Id, nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_certified_records_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certified_records_certificate_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["service_records.id"], name=op.f("fk_certified_records_record_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", "record_id", name=op.f("pk_certified_records")),
    )
    op.create_index(op.f("ix_certified_records_record_id"), "certified_records", ["record_id"])


def _stars() -> None:
    op.create_table(
        "stars",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("granted_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "(stars = 1 AND minutes >= 6000) OR (stars = 2 AND minutes >= 18000)"
            " OR (stars = 3 AND minutes >= 36000) OR (stars = 4 AND minutes >= 60000)"
            " OR (stars = 5 AND minutes >= 90000)",
            name=op.f("ck_stars_hours_suffice"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_stars_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stars")),
        sa.UniqueConstraint("person_id", "stars", name=op.f("uq_stars_person_id_stars")),
    )


# All but the revocation, and the name, which goes with the person or is sealed under a new key.
_FIXED = "id, number, person_id, issuer_id, issuer_name, first_day, last_day, minutes, issued_at, digest, digest_key"
_REVOKED = "OLD.state = 'revoked' AND (NEW.state <> 'revoked' OR NEW.revoked_by_id <> OLD.revoked_by_id)"
_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER certificates_no_update BEFORE UPDATE OF {_FIXED} ON certificates"
        " BEGIN SELECT RAISE(ABORT, 'certificates is append-only'); END",
        "CREATE TRIGGER certificates_stay_revoked BEFORE UPDATE ON certificates"
        f" WHEN {_REVOKED} BEGIN SELECT RAISE(ABORT, 'a revoked certificate stays revoked'); END",
        "CREATE TRIGGER certificates_no_delete BEFORE DELETE ON certificates"
        " BEGIN SELECT RAISE(ABORT, 'certificates is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION certificates_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'certificates is append-only'; END $$",
        f"CREATE TRIGGER certificates_no_update BEFORE UPDATE OF {_FIXED} ON certificates"
        " FOR EACH ROW EXECUTE FUNCTION certificates_append_only()",
        "CREATE TRIGGER certificates_stay_revoked BEFORE UPDATE ON certificates FOR EACH ROW"
        f" WHEN ({_REVOKED}) EXECUTE FUNCTION certificates_append_only()",
        "CREATE TRIGGER certificates_no_delete BEFORE DELETE ON certificates"
        " FOR EACH ROW EXECUTE FUNCTION certificates_append_only()",
        "CREATE TRIGGER certificates_no_truncate BEFORE TRUNCATE ON certificates"
        " FOR EACH STATEMENT EXECUTE FUNCTION certificates_append_only()",
    ],
}
