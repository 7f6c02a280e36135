"""registers: opening balances of paper books, and what registers say for ever"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment, append_only

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_STATES = "'proposed', 'confirmed', 'rejected'"
_KINDS = "'new', 'same', 'unreadable'"
_NAMED = "'item', 'item_unit', 'team'"
_UNBOOKED = sa.text("kind = 'new' AND booked_at IS NULL")
_BOOKED = sa.text("booked_at IS NOT NULL")


def upgrade() -> None:
    _create_opening_sheets()
    _create_opening_rows()
    _create_former_names()
    _create_former_registrations()
    # The same in both databases, and SQLite keeps the table as it is.
    kind = {"sqlite": "INTEGER", "postgresql": "BIGINT"}[op.get_bind().dialect.name]
    op.execute(
        f"ALTER TABLE claims ADD COLUMN member_unit_id {kind}"
        " CONSTRAINT fk_claims_member_unit_id_organisations REFERENCES organisations (id)"
    )
    # What the registers have shown for them so far.
    op.execute(
        "UPDATE claims SET member_unit_id = (SELECT unit_id FROM party_registrations"
        " WHERE party_registrations.person_id = claims.person_id)"
    )


def downgrade() -> None:
    op.drop_column("claims", "member_unit_id")
    op.drop_table("former_registrations")
    op.drop_table("former_names")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION former_names_append_only()")
    op.drop_table("opening_rows")
    op.drop_table("opening_sheets")


def _create_opening_sheets() -> None:
    op.create_table(
        "opening_sheets",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("uploaded_by_id", Id, nullable=False),
        sa.Column("uploaded_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_opening_sheets_state_known")),
        sa.CheckConstraint(
            "decided_by_id <> uploaded_by_id", name=op.f("ck_opening_sheets_decided_by_another")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL) AND (state = 'proposed') = (decided_at IS NULL)",
            name=op.f("ck_opening_sheets_decided_by_someone"),
        ),
        *_keys("opening_sheets", {"community_id": "organisations"}, "uploaded_by_id", "decided_by_id"),
    )
    op.create_index("ix_opening_sheets_queue", "opening_sheets", ["community_id", "state", "id"])


def _create_opening_rows() -> None:
    op.create_table(
        "opening_rows",
        sa.Column("id", Id, nullable=False),
        sa.Column("sheet_id", Id, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("booked_by_id", Id, nullable=True),
        sa.Column("booked_at", Moment(), nullable=True),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_opening_rows_kind_known")),
        sa.CheckConstraint(
            "(kind = 'unreadable') = (problem IS NOT NULL)", name=op.f("ck_opening_rows_unreadable_says_why")
        ),
        sa.CheckConstraint(
            "kind = 'unreadable' OR (person_id IS NOT NULL AND year IS NOT NULL AND points IS NOT NULL)",
            name=op.f("ck_opening_rows_readable_is_whole"),
        ),
        sa.CheckConstraint("points BETWEEN 1 AND 100000", name=op.f("ck_opening_rows_points_sensible")),
        sa.CheckConstraint(
            "(booked_at IS NULL) = (booked_by_id IS NULL)", name=op.f("ck_opening_rows_booked_by_someone")
        ),
        sa.CheckConstraint("booked_at IS NULL OR kind = 'new'", name=op.f("ck_opening_rows_booked_is_new")),
        sa.CheckConstraint("booked_by_id <> person_id", name=op.f("ck_opening_rows_booked_by_another")),
        *_keys("opening_rows", {"sheet_id": "opening_sheets"}, "person_id", "booked_by_id"),
        sa.UniqueConstraint("sheet_id", "line", name=op.f("uq_opening_rows_sheet_id_line")),
    )
    op.create_index(
        "uq_opening_rows_booked",
        "opening_rows",
        ["person_id", "year"],
        unique=True,
        sqlite_where=_BOOKED,
        postgresql_where=_BOOKED,
    )
    op.create_index(
        "ix_opening_rows_unbooked",
        "opening_rows",
        ["sheet_id", "id"],
        sqlite_where=_UNBOOKED,
        postgresql_where=_UNBOOKED,
    )
    op.create_index("ix_opening_rows_person_id", "opening_rows", ["person_id"])


def _create_former_names() -> None:
    op.create_table(
        "former_names",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.CheckConstraint(f"kind IN ({_NAMED})", name=op.f("ck_former_names_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_names")),
    )
    op.create_index("ix_former_names_of", "former_names", ["kind", "subject_id", "until", "id"])
    for statement in append_only("former_names", op.get_bind().dialect.name):
        op.execute(statement)


def _create_former_registrations() -> None:
    op.create_table(
        "former_registrations",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("until", Moment(), nullable=False),
        *_keys(
            "former_registrations",
            {"person_id": "persons", "unit_id": "organisations", "community_id": "organisations"},
        ),
    )
    op.create_index("ix_former_registrations_person", "former_registrations", ["person_id", "until"])


def _keys(table: str, others: dict[str, str], *people: str) -> tuple[sa.Constraint, ...]:
    return (
        *(
            sa.ForeignKeyConstraint([one], [f"{other}.id"], name=op.f(f"fk_{table}_{one}_{other}"))
            for one, other in {**others, **dict.fromkeys(people, "persons")}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
