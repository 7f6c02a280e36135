"""what each day counts of a record, messages and invitations of an activity, its calendar"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from backend import clock
from backend.db import Id, Moment, append_only

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_DAY, _MOST = 480, 1920
# Which minutes a table takes, for so many of them.
_MINUTES = {
    "sign_ups": {
        "proposal_sane": "proposed_minutes IS NULL OR proposed_minutes BETWEEN 0 AND {most}",
        "minutes_sane": "minutes IS NULL OR minutes BETWEEN 1 AND {most}",
    },
    "service_records": {
        "minutes_sane": "minutes BETWEEN 0 AND {most} AND (minutes > 0 OR corrects_id IS NOT NULL)"
    },
    "record_corrections": {"minutes_sane": "minutes BETWEEN 0 AND {most}"},
}
_SEVERAL = {
    "long_means_several_days": f"minutes <= {_DAY} OR served_until IS NOT NULL",
    "several_days_in_order": "served_until > served_on",
}
_SEATED = "('confirmed', 'checked_in', 'checked_out', 'certified', 'unverified', 'no_show')"
_FULL = (
    f"(SELECT count(*) FROM sign_ups WHERE activity_id = NEW.activity_id AND state IN {_SEATED})"  # nosec B608 - constants
    " >= (SELECT capacity FROM activities WHERE id = NEW.activity_id)"
)
_STANDS = "NOT EXISTS (SELECT 1 FROM service_records c WHERE c.corrects_id = r.id)"
# What the person has on that day already, as it was counted before: by the day on which a record began.
_BEFORE = (
    "NEW.minutes + (SELECT coalesce(sum(r.minutes), 0) FROM service_records r WHERE r.person_id = NEW.person_id"  # nosec B608 - constants
    f" AND r.served_on = NEW.served_on AND r.id <> coalesce(NEW.corrects_id, -1) AND {_STANDS}) > {_DAY}"
)
_BY_DAY = (
    "SELECT coalesce(sum(coalesce(d.minutes, r.minutes)), 0) FROM service_records r"
    " LEFT JOIN service_record_days d ON d.record_id = r.id"
)
# The same by the days on which the minutes fell: of a record of one day, and of each day of one of several.
_ONE_DAY = (
    f"NEW.served_until IS NULL AND NEW.minutes + ({_BY_DAY} WHERE r.person_id = NEW.person_id"
    f" AND coalesce(d.day, r.served_on) = NEW.served_on AND r.id <> coalesce(NEW.corrects_id, -1) AND {_STANDS})"
    f" > {_DAY}"
)
_EACH_DAY = (
    f"NEW.minutes + ({_BY_DAY} JOIN service_records o ON o.id = NEW.record_id WHERE r.person_id = o.person_id"
    " AND coalesce(d.day, r.served_on) = NEW.day AND r.id <> o.id AND r.id <> coalesce(o.corrects_id, -1)"
    f" AND {_STANDS}) > {_DAY}"
)
_TOO_MUCH = "more than eight hours on one day"
_WORDS = ("activity_name", "category", "place", "content", "organising_body")
# All of a record that never changes but by an erasure; `sync_status` the national system gives.
_FIXED = (
    "id, person_id, activity_id, community_id, team_id, served_on, started_at, ended_at, minutes,"
    " in_charge_id, recorded_by_id, certified_by_id, recorded_at, source, corrects_id, backfill_id"
)
_SAME = {"postgresql": "IS NOT DISTINCT FROM", "sqlite": "IS"}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _of_activities()
    op.add_column("sign_ups", sa.Column("cancelled_at", Moment(), nullable=True))
    op.add_column("service_records", sa.Column("served_until", sa.Date(), nullable=True))
    _drop_guards(dialect)
    parts = list(_parts())
    _mark(parts)
    _allow(_MOST, several=True)
    op.create_table(
        "service_record_days",
        sa.Column("record_id", Id, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"minutes BETWEEN 1 AND {_DAY}", name=op.f("ck_service_record_days_minutes_sane")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["service_records.id"], name=op.f("fk_service_record_days_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", "day", name=op.f("pk_service_record_days")),
    )
    if parts:
        op.bulk_insert(
            sa.table("service_record_days", *(sa.column(name) for name in ("record_id", "day", "minutes"))),
            parts,
        )
    _run(append_only("service_record_days", dialect))
    _guard(dialect, f"{_FIXED}, served_until", _ONE_DAY)
    _run(_days_guarded(dialect))


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        _run(
            [
                "DROP TRIGGER service_record_days_day ON service_record_days",
                "DROP FUNCTION service_record_days_day",
            ]
        )
    op.drop_table("service_record_days")
    if dialect == "postgresql":
        _run(["DROP FUNCTION service_record_days_append_only"])
    _drop_guards(dialect)
    # The release before knows eight hours a record at most.
    _run(
        [
            f"UPDATE service_records SET minutes = {_DAY} WHERE minutes > {_DAY}",  # nosec B608 - constants
            f"UPDATE record_corrections SET minutes = {_DAY} WHERE minutes > {_DAY}",  # nosec B608
            f"UPDATE sign_ups SET minutes = {_DAY} WHERE minutes > {_DAY}",  # nosec B608
            f"UPDATE sign_ups SET proposed_minutes = {_DAY} WHERE proposed_minutes > {_DAY}",  # nosec B608
        ]
    )
    _allow(_DAY, several=False)
    op.drop_column("service_records", "served_until")
    op.drop_column("sign_ups", "cancelled_at")
    _guard(dialect, _FIXED, _BEFORE)
    for table in ("invitation_refusals", "activity_invitations", "activity_messages"):
        op.drop_table(table)
    for column in ("late_cancel_told_at", "organiser_told_at", "calendar_changed_at", "calendar_sequence"):
        op.drop_column("activities", column)


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.execute(statement)


def _of_activities() -> None:
    op.add_column(
        "activities", sa.Column("calendar_sequence", sa.Integer(), server_default="0", nullable=False)
    )
    for column in ("calendar_changed_at", "organiser_told_at", "late_cancel_told_at"):
        op.add_column("activities", sa.Column(column, Moment(), nullable=True))
    op.create_table(
        "activity_messages",
        sa.Column("id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.CheckConstraint("told > 0", name=op.f("ck_activity_messages_told_somebody")),
        _of_activity("activity_messages"),
        _person("activity_messages", "author_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_messages")),
    )
    op.create_index("ix_activity_messages_activity", "activity_messages", ["activity_id", "id"])
    op.create_index("ix_activity_messages_author", "activity_messages", ["author_id"])
    op.create_table(
        "activity_invitations",
        sa.Column("id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("asked_by_id", Id, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.CheckConstraint("asked_by_id <> person_id", name=op.f("ck_activity_invitations_asked_by_another")),
        _of_activity("activity_invitations"),
        _person("activity_invitations", "person_id"),
        _person("activity_invitations", "asked_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_invitations")),
        sa.UniqueConstraint(
            "activity_id", "person_id", name=op.f("uq_activity_invitations_activity_id_person_id")
        ),
    )
    op.create_index("ix_activity_invitations_person", "activity_invitations", ["person_id", "asked_at"])
    op.create_table(
        "invitation_refusals",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        _person("invitation_refusals", "person_id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_invitation_refusals")),
    )


def _of_activity(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f(f"fk_{table}_activity_id"))


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["persons.id"], name=op.f(f"fk_{table}_{column}"))


def _drop_guards(dialect: str) -> None:
    """SQLite makes the tables anew, and would lose them; on both the update of old rows has to get through."""
    here = "" if dialect == "sqlite" else " ON service_records"
    _run([f"DROP TRIGGER service_records_{name}{here}" for name in ("day", "no_update", "no_delete")])
    if dialect == "sqlite":
        _run(["DROP TRIGGER sign_ups_seat_added", "DROP TRIGGER sign_ups_seat_taken"])


def _allow(most: int, *, several: bool) -> None:
    for name, checks in _MINUTES.items():
        with op.batch_alter_table(name) as table:
            for check, text in checks.items():
                table.drop_constraint(op.f(f"ck_{name}_{check}"), type_="check")
                table.create_check_constraint(op.f(f"ck_{name}_{check}"), text.format(most=most))
            for check, text in _SEVERAL.items() if name == "service_records" else ():
                if several:
                    table.create_check_constraint(op.f(f"ck_{name}_{check}"), text)
                else:
                    table.drop_constraint(op.f(f"ck_{name}_{check}"), type_="check")


def _guard(dialect: str, fixed: str, too_much: str) -> None:
    _run(_sqlite(fixed, too_much) if dialect == "sqlite" else _postgresql(fixed, too_much))


def _sqlite(fixed: str, too_much: str) -> list[str]:
    stop = "BEGIN SELECT RAISE(ABORT, 'service_records is append-only'); END"
    every = ", ".join([fixed, *_WORDS, *(f"{word}_digest" for word in _WORDS)])
    full = "BEGIN SELECT RAISE(ABORT, 'the activity is full'); END"
    return [
        f"CREATE TRIGGER sign_ups_seat_added BEFORE INSERT ON sign_ups WHEN NEW.state IN {_SEATED} AND {_FULL} {full}",
        "CREATE TRIGGER sign_ups_seat_taken BEFORE UPDATE OF state ON sign_ups"
        f" WHEN NEW.state IN {_SEATED} AND OLD.state NOT IN {_SEATED} AND {_FULL} {full}",
        f"CREATE TRIGGER service_records_day BEFORE INSERT ON service_records WHEN {too_much}"
        f" BEGIN SELECT RAISE(ABORT, '{_TOO_MUCH}'); END",
        f"CREATE TRIGGER service_records_no_update BEFORE UPDATE OF {every} ON service_records"
        f" WHEN ({_erased(fixed, 'sqlite')}) IS NOT TRUE {stop}",
        f"CREATE TRIGGER service_records_no_delete BEFORE DELETE ON service_records {stop}",
    ]


def _postgresql(fixed: str, too_much: str) -> list[str]:
    guarded = ", ".join([fixed, *_WORDS])
    run = "FOR EACH ROW EXECUTE FUNCTION service_records_append_only()"
    return [
        "CREATE OR REPLACE FUNCTION service_records_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {too_much} THEN RAISE EXCEPTION '{_TOO_MUCH}'; END IF; RETURN NEW; END $$",
        "CREATE OR REPLACE FUNCTION service_records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'UPDATE' THEN IF {_erased(fixed, 'postgresql')} THEN RETURN NEW; END IF; END IF;"
        " RAISE EXCEPTION 'service_records is append-only'; END $$",
        "CREATE TRIGGER service_records_day BEFORE INSERT ON service_records"
        " FOR EACH ROW EXECUTE FUNCTION service_records_day()",
        f"CREATE TRIGGER service_records_no_update BEFORE UPDATE OF {guarded} ON service_records {run}",
        f"CREATE TRIGGER service_records_no_delete BEFORE DELETE ON service_records {run}",
    ]


def _erased(fixed: str, dialect: str) -> str:
    """What the guard lets through: words that were erased, and nothing else (0021)."""
    same = _SAME[dialect]
    kept = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in fixed.split(", "))
    some = " OR ".join(f"NOT NEW.{word}_digest {same} OLD.{word}_digest" for word in _WORDS)
    each = (
        f"((NEW.{word} {same} OLD.{word} AND NEW.{word}_digest {same} OLD.{word}_digest)"
        f" OR (OLD.{word} IS NOT NULL AND length(NEW.{word}_digest) = 128"
        f" AND (OLD.{word}_digest IS NULL"
        f" OR substr(NEW.{word}_digest, 1, 64) = substr(OLD.{word}_digest, 1, 64))"
        f" AND (NEW.{word} = '（文字已随注销删除）' OR NEW.{word} LIKE '%（已删除）%')))"
        for word in _WORDS
    )
    return " AND ".join((kept, *each, f"({some})"))


def _days_guarded(dialect: str) -> list[str]:
    head = "CREATE TRIGGER service_record_days_day BEFORE INSERT ON service_record_days"
    if dialect == "sqlite":
        return [f"{head} WHEN {_EACH_DAY} BEGIN SELECT RAISE(ABORT, '{_TOO_MUCH}'); END"]
    return [
        "CREATE FUNCTION service_record_days_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {_EACH_DAY} THEN RAISE EXCEPTION '{_TOO_MUCH}'; END IF; RETURN NEW; END $$",
        f"{head} FOR EACH ROW EXECUTE FUNCTION service_record_days_day()",
    ]


_records = sa.table(
    "service_records",
    sa.column("id", Id),
    sa.column("served_on", sa.Date),
    sa.column("served_until", sa.Date),
    sa.column("started_at", Moment),
    sa.column("minutes", sa.Integer),
)


def _parts() -> Iterator[dict[str, Any]]:
    """What each day counts of the records that went on after midnight; until now all of it counted on the first."""
    wanted = sa.select(_records.c.id, _records.c.started_at, _records.c.minutes)
    for record_id, started_at, minutes in op.get_bind().execute(wanted).all():
        first = _minutes_of_first_day(started_at)
        if 0 < first < minutes:
            day = clock.business_day(started_at)
            yield {"record_id": record_id, "day": day, "minutes": first}
            yield {"record_id": record_id, "day": _following(day), "minutes": minutes - first}


def _minutes_of_first_day(started_at: datetime) -> int:
    return int((clock.day_ends(clock.business_day(started_at)) - started_at).total_seconds()) // 60


def _following(day: date) -> date:
    return clock.business_day(clock.day_ends(day))


def _mark(parts: list[dict[str, Any]]) -> None:
    """A record that touches two days says so."""
    for one in parts:
        op.execute(
            sa.update(_records)
            .where(_records.c.id == one["record_id"], _records.c.served_on < one["day"])
            .values(served_until=one["day"])
        )
