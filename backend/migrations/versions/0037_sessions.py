"""volunteering: several sessions in one activity, presence in each, a record of each; a day to collect goods"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_FIRST = sa.text("corrects_id IS NULL AND activity_id IS NOT NULL")
_SOURCES = "('check_in', 'roll_call')"
_CHECKS = "('passed', 'failed', 'not_given')"


def upgrade() -> None:
    op.create_table(
        "activity_sessions",
        sa.Column("activity_id", Id, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("tomorrow_told_at", Moment(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_activity_sessions_ends_after_it_starts")),
        sa.CheckConstraint("number BETWEEN 1 AND 10", name=op.f("ck_activity_sessions_number_sane")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_activity_sessions_activity_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "number", name=op.f("pk_activity_sessions")),
        sa.UniqueConstraint(
            "activity_id", "starts_at", name=op.f("uq_activity_sessions_activity_id_starts_at")
        ),
    )
    op.create_table(
        "session_attendances",
        sa.Column("sign_up_id", Id, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("checked_in_at", Moment(), nullable=False),
        sa.Column("checked_out_at", Moment(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("place_check", sa.String(length=12), nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND 10", name=op.f("ck_session_attendances_number_sane")),
        sa.CheckConstraint(
            "checked_out_at IS NULL OR checked_out_at >= checked_in_at",
            name=op.f("ck_session_attendances_out_after_in"),
        ),
        sa.CheckConstraint(f"source IN {_SOURCES}", name=op.f("ck_session_attendances_source_known")),
        sa.CheckConstraint(
            f"place_check IS NULL OR place_check IN {_CHECKS}",
            name=op.f("ck_session_attendances_place_check_known"),
        ),
        sa.ForeignKeyConstraint(
            ["sign_up_id"], ["sign_ups.id"], name=op.f("fk_session_attendances_sign_up_id")
        ),
        sa.PrimaryKeyConstraint("sign_up_id", "number", name=op.f("pk_session_attendances")),
    )
    op.add_column(
        "service_records", sa.Column("session_number", sa.Integer(), server_default="0", nullable=False)
    )
    _once("activity_id", "person_id", "session_number")
    op.execute(_guard())
    # Plain ALTER TABLE on both, as for the guardians of 0010.
    op.execute(
        "ALTER TABLE activities ADD COLUMN session_count INTEGER DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_activities_sessions_are_several"
        " CHECK (session_count = 0 OR session_count BETWEEN 2 AND 10)"
    )
    op.execute(
        "ALTER TABLE redemptions ADD COLUMN collect_on DATE"
        " CONSTRAINT ck_redemptions_goods_are_collected CHECK (collect_on IS NULL OR item_kind = 'goods')"
    )


def downgrade() -> None:
    """The release before knows one record of a person and an activity: those of the sessions after it stand
    for themselves."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_column("redemptions", "collect_on")
    op.drop_column("activities", "session_count")
    op.execute(f"DROP TRIGGER service_records_session{'' if sqlite else ' ON service_records'}")
    _unguarded(
        "UPDATE service_records SET activity_id = NULL WHERE session_number > 1"
        " AND EXISTS (SELECT 1 FROM service_records AS first WHERE first.activity_id = service_records.activity_id"
        " AND first.person_id = service_records.person_id AND first.corrects_id IS NULL"
        " AND first.session_number < service_records.session_number)"
    )
    _once("activity_id", "person_id")
    op.drop_column("service_records", "session_number")
    op.drop_table("session_attendances")
    op.drop_table("activity_sessions")


def _once(*columns: str) -> None:
    op.drop_index("uq_service_records_once", table_name="service_records")
    op.create_index(
        "uq_service_records_once",
        "service_records",
        list(columns),
        unique=True,
        sqlite_where=_FIRST,
        postgresql_where=_FIRST,
    )


def _guard() -> str:
    """Which session it was, stays as the rest of a record does (0021)."""
    head = "CREATE TRIGGER service_records_session BEFORE UPDATE OF session_number ON service_records"
    if op.get_bind().dialect.name == "sqlite":
        return f"{head} BEGIN SELECT RAISE(ABORT, 'service_records is append-only'); END"
    return f"{head} FOR EACH ROW EXECUTE FUNCTION service_records_append_only()"


def _unguarded(statement: str) -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE service_records DISABLE TRIGGER service_records_no_update")
        op.execute(statement)
        op.execute("ALTER TABLE service_records ENABLE TRIGGER service_records_no_update")
        return
    wanted = sa.text("SELECT sql FROM sqlite_master WHERE name = 'service_records_no_update'")
    said = bind.execute(wanted).scalar_one()
    op.execute("DROP TRIGGER service_records_no_update")
    op.execute(statement)
    bind.exec_driver_sql(said)
