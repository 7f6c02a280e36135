"""taking back: wishes merged, taken down, blacked out, taken up again; activities, teams, nicknames; ready answers"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_STATES = (
    "'draft', 'submitted', 'sent_back', 'accepted', 'declined', 'referred', 'published', 'claimed', "
    "'fulfilled', 'confirmed', 'closed_unconfirmed', 'carried_over', 'escalated', 'withdrawn'"
)
_CONFIRMED = (
    "(state = 'confirmed') = (confirmed_by_id IS NOT NULL) AND (state = 'confirmed') = (solved IS NOT NULL)"
)
_CLAIMED = "(state IN ('claimed', 'fulfilled', 'confirmed', 'closed_unconfirmed')) = (claimer_id IS NOT NULL)"
_OUTCOMES = "'released', 'overdue', 'confirmed', 'closed_unconfirmed'"
# By table and name: the rule of the release before, and that of this one.
_RULES = {
    ("wishes", "state_known"): (f"state IN ({_STATES})", f"state IN ({_STATES}, 'merged', 'taken_down')"),
    ("wishes", "confirmed_by_someone"): (_CONFIRMED, f"state = 'taken_down' OR ({_CONFIRMED})"),
    ("wishes", "claimed_by_someone"): (_CLAIMED, f"state = 'taken_down' OR {_CLAIMED}"),
    ("claims", "outcome_known"): (
        f"outcome IS NULL OR outcome IN ({_OUTCOMES})",
        f"outcome IS NULL OR outcome IN ({_OUTCOMES}, 'taken_down')",
    ),
}
_TABLES = ("ready_answers", "taken_down_nicknames", "wish_redactions")


def upgrade() -> None:
    _change_rules(upwards=True)
    _link_wishes()
    op.add_column("wishes", sa.Column("redacted_at", Moment(), nullable=True))
    for table in ("activities", "teams"):
        op.add_column(table, sa.Column("taken_down_at", Moment(), nullable=True))
    op.add_column("files", sa.Column("withheld_at", Moment(), nullable=True))
    _create_redactions()
    _create_nicknames()
    _create_answers()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    # The release before would show it again: what was taken down or merged is declined there, without its pictures.
    op.execute(
        "UPDATE claims SET outcome = 'released'"
        " WHERE wish_id IN (SELECT id FROM wishes WHERE state = 'taken_down') AND outcome IS NOT NULL"
    )
    op.execute("UPDATE files SET state = 'discarded' WHERE withheld_at IS NOT NULL")
    op.drop_column("files", "withheld_at")
    for table in ("teams", "activities"):
        op.drop_column(table, "taken_down_at")
    op.drop_index("uq_wishes_one_reopening", table_name="wishes")
    op.drop_index("ix_wishes_merged_into", table_name="wishes")
    op.execute(
        "UPDATE wishes SET state = 'declined', merged_into_id = NULL, claimer_id = NULL, confirmed_by_id = NULL,"
        " solved = NULL WHERE state IN ('merged', 'taken_down')"
    )
    for column in ("redacted_at", "reopened_as_id", "reopens_id", "merged_into_id"):
        op.drop_column("wishes", column)
    _change_rules(upwards=False)


def _change_rules(*, upwards: bool) -> None:
    for (table, name), rules in _RULES.items():
        old, new = rules if upwards else rules[::-1]
        if op.get_bind().dialect.name == "sqlite":
            _rewrite(
                table,
                f"CONSTRAINT ck_{table}_{name} CHECK ({old})",
                f"CONSTRAINT ck_{table}_{name} CHECK ({new})",
            )
        else:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, new)


def _rewrite(table: str, old: str, new: str) -> None:
    """In the words of the schema, as SQLite's own documentation says for a CHECK (lang_altertable, 7): made anew, the
    table would lose its indexes on expressions, and other tables point to it."""
    bind = op.get_bind()
    wanted = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    said = bind.execute(wanted, {"table": table}).scalar_one()
    if old not in said:
        raise RuntimeError(f"{table} has no {old}")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = sa.text("UPDATE sqlite_master SET sql = :said WHERE type = 'table' AND name = :table")
    bind.execute(changed, {"said": said.replace(old, new), "table": table})
    bind.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=RESET")


def _link_wishes() -> None:
    """Plain ALTER TABLE on both, as for the guardians of 0010."""
    big = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE wishes ADD COLUMN merged_into_id {big}"
        " CONSTRAINT fk_wishes_merged_into_id REFERENCES wishes (id)"
        " CONSTRAINT ck_wishes_merged_into_something CHECK ((state = 'merged') = (merged_into_id IS NOT NULL))"
        " CONSTRAINT ck_wishes_merged_into_another CHECK (merged_into_id IS NULL OR merged_into_id <> id)"
    )
    op.execute(
        f"ALTER TABLE wishes ADD COLUMN reopens_id {big}"
        " CONSTRAINT fk_wishes_reopens_id REFERENCES wishes (id)"
        " CONSTRAINT ck_wishes_reopens_another CHECK (reopens_id IS NULL OR reopens_id <> id)"
    )
    op.execute(
        f"ALTER TABLE wishes ADD COLUMN reopened_as_id {big}"
        " CONSTRAINT fk_wishes_reopened_as_id REFERENCES wishes (id)"
    )
    reopening = sa.text(
        "reopens_id IS NOT NULL AND state NOT IN ('withdrawn', 'declined', 'referred', 'merged', 'taken_down')"
    )
    merged = sa.text("merged_into_id IS NOT NULL")
    for name, column, where, unique in (
        ("uq_wishes_one_reopening", "reopens_id", reopening, True),
        ("ix_wishes_merged_into", "merged_into_id", merged, False),
    ):
        op.create_index(name, "wishes", [column], unique=unique, sqlite_where=where, postgresql_where=where)


def _create_redactions() -> None:
    op.create_table(
        "wish_redactions",
        sa.Column("id", Id, nullable=False),
        sa.Column("wish_id", Id, nullable=False),
        sa.Column("wisher_id", Id, nullable=False),
        sa.Column("redacted_at", Moment(), nullable=False),
        sa.Column("redacted_by_id", Id, nullable=False),
        sa.Column("title_sealed", sa.Text(), nullable=True),
        sa.Column("description_sealed", sa.Text(), nullable=True),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "title_sealed IS NOT NULL OR description_sealed IS NOT NULL OR pictures > 0",
            name=op.f("ck_wish_redactions_of_something"),
        ),
        *_people("wish_redactions", "wisher_id", "redacted_by_id"),
        sa.ForeignKeyConstraint(["wish_id"], ["wishes.id"], name=op.f("fk_wish_redactions_wish_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish_redactions")),
    )
    op.create_index("ix_wish_redactions_wish", "wish_redactions", ["wish_id", "id"])
    op.create_index("ix_wish_redactions_wisher", "wish_redactions", ["wisher_id"])


def _create_nicknames() -> None:
    op.create_table(
        "taken_down_nicknames",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("nickname_sealed", sa.Text(), nullable=False),
        sa.Column("taken_down_at", Moment(), nullable=False),
        sa.Column("taken_down_by_id", Id, nullable=False),
        sa.CheckConstraint(
            "taken_down_by_id <> person_id", name=op.f("ck_taken_down_nicknames_never_ones_own")
        ),
        *_people("taken_down_nicknames", "person_id", "taken_down_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_down_nicknames")),
    )
    op.create_index("ix_taken_down_nicknames_person", "taken_down_nicknames", ["person_id", "id"])


def _create_answers() -> None:
    op.create_table(
        "ready_answers",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("answer_kind", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "answer_kind IN ('send_back', 'decline', 'refer')", name=op.f("ck_ready_answers_kind_known")
        ),
        sa.CheckConstraint("position >= 0", name=op.f("ck_ready_answers_in_order")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_ready_answers_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_answers")),
        sa.UniqueConstraint(
            "community_id",
            "answer_kind",
            "position",
            name=op.f("uq_ready_answers_community_id_answer_kind_position"),
        ),
    )


def _people(table: str, *columns: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([one], ["persons.id"], name=op.f(f"fk_{table}_{one}")) for one in columns
    )
