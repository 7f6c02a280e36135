"""who acts for whom in a family, and what was done so"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_STANDING = "state IN ('asked', 'agreed')"
_KNOWN = f"{_STANDING} AND for_id IS NOT NULL"
_DONE = {"wishes": "reporter_id", "sign_ups": "reporter_id", "redemptions": "requested_by_id"}
_RULES = {"wishes": "family_reported", "sign_ups": "family_reported", "redemptions": "family_requested"}


def upgrade() -> None:
    op.create_table(
        "proxies",
        sa.Column("id", Id, nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("for_id", Id, nullable=True),
        sa.Column("relation", sa.String(12), nullable=False),
        sa.Column("number_index", sa.String(64), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("agreed_at", Moment(), nullable=True),
        sa.Column("agreed_by_id", Id, nullable=True),
        sa.Column("method", sa.String(8), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "relation IN ('child', 'spouse', 'parent', 'relative', 'neighbour')",
            name=op.f("ck_proxies_relation_known"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'agreed', 'declined', 'ended')", name=op.f("ck_proxies_state_known")
        ),
        sa.CheckConstraint(
            "method IS NULL OR method IN ('seen', 'call')", name=op.f("ck_proxies_method_known")
        ),
        sa.CheckConstraint("by_id <> for_id", name=op.f("ck_proxies_of_another")),
        sa.CheckConstraint(
            "state <> 'agreed' OR agreed_at IS NOT NULL", name=op.f("ck_proxies_agreed_at_some_time")
        ),
        sa.CheckConstraint(
            "agreed_at IS NULL OR for_id IS NOT NULL", name=op.f("ck_proxies_agreed_by_somebody")
        ),
        sa.CheckConstraint(
            "(agreed_by_id IS NULL) = (method IS NULL) AND (method IS NULL OR agreed_at IS NOT NULL)",
            name=op.f("ck_proxies_agreed_for_them_somehow"),
        ),
        sa.CheckConstraint(
            "agreed_by_id IS NULL OR (agreed_by_id <> by_id AND agreed_by_id <> for_id)",
            name=op.f("ck_proxies_agreed_by_another"),
        ),
        sa.CheckConstraint(
            "(state IN ('asked', 'agreed')) = (ended_at IS NULL)", name=op.f("ck_proxies_ended_at_some_time")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_proxies_by_id")),
        sa.ForeignKeyConstraint(["for_id"], ["persons.id"], name=op.f("fk_proxies_for_id")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["persons.id"], name=op.f("fk_proxies_agreed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxies")),
    )
    for name, columns, unique, where in (
        ("uq_proxies_number", ["by_id", "number_index"], True, _STANDING),
        ("uq_proxies_standing", ["by_id", "for_id"], True, _KNOWN),
        ("ix_proxies_for", ["for_id", "state", "id"], False, None),
        ("ix_proxies_by", ["by_id", "id"], False, None),
        ("ix_proxies_asked", ["asked_at"], False, _STANDING),
    ):
        partial = (
            {} if where is None else {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
        )
        op.create_index(name, "proxies", columns, unique=unique, **partial)
    # Plain ALTER TABLE on both, as for the children's wishes of 0010: no table is made anew.
    no = "0" if op.get_bind().dialect.name == "sqlite" else "false"
    for table, column in _DONE.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN by_family BOOLEAN DEFAULT {no} NOT NULL"
            f" CONSTRAINT ck_{table}_{_RULES[table]} CHECK (NOT by_family OR {column} IS NOT NULL)"
        )


def downgrade() -> None:
    for table in _DONE:
        # The rule goes with the column that it was said beside.
        op.drop_column(table, "by_family")
    op.drop_table("proxies")
