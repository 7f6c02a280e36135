"""volunteering: activities, sign-ups, service records, corrections, backfills"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("activity_kind", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("radius", sa.Integer(), nullable=True),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("sign_up_until", Moment(), nullable=True),
        sa.Column("cancel_until", Moment(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("risk", sa.Text(), nullable=True),
        sa.Column("insurance_number", sa.String(length=60), nullable=True),
        sa.Column("in_charge_id", Id, nullable=False),
        sa.Column("created_by_id", Id, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("repeats_id", Id, nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("proposed_by_id", Id, nullable=True),
        sa.Column("proposed_at", Moment(), nullable=True),
        sa.Column("certified_by_id", Id, nullable=True),
        sa.Column("certified_at", Moment(), nullable=True),
        sa.Column("record_due_on", sa.Date(), nullable=True),
        sa.Column("tomorrow_told_at", Moment(), nullable=True),
        sa.Column("overdue_told_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "(state = 'certified') = (certified_by_id IS NOT NULL)",
            name=op.f("ck_activities_certified_by_someone"),
        ),
        sa.CheckConstraint(
            "activity_kind IN ('volunteer_service', 'meeting', 'study')",
            name=op.f("ck_activities_kind_known"),
        ),
        sa.CheckConstraint(
            "proposed_by_id IS NULL OR activity_kind = 'volunteer_service'",
            name=op.f("ck_activities_only_service_has_hours"),
        ),
        sa.CheckConstraint("risk IS NULL OR risk <> ''", name=op.f("ck_activities_risk_is_said_or_absent")),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR risk IS NULL OR insurance_number IS NOT NULL",
            name=op.f("ck_activities_risky_means_insured"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'ended', 'certified', 'cancelled')",
            name=op.f("ck_activities_state_known"),
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_activities_coordinates_whole")
        ),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL) = (proposed_at IS NULL)",
            name=op.f("ck_activities_proposed_at_some_time"),
        ),
        sa.CheckConstraint(
            "cancel_until IS NULL OR cancel_until <= ends_at",
            name=op.f("ck_activities_cancel_before_the_end"),
        ),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000", name=op.f("ck_activities_capacity_sane")),
        sa.CheckConstraint(
            "certified_by_id IS NULL OR (proposed_by_id IS NOT NULL AND proposed_by_id <> certified_by_id)",
            name=op.f("ck_activities_certified_by_another"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_activities_ends_after_it_starts")),
        sa.CheckConstraint(
            "latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
            name=op.f("ck_activities_coordinates_on_earth"),
        ),
        sa.CheckConstraint(
            "min_age IS NULL OR min_age BETWEEN 0 AND 120", name=op.f("ck_activities_min_age_sane")
        ),
        sa.CheckConstraint(
            "radius IS NULL OR (radius > 0 AND latitude IS NOT NULL)",
            name=op.f("ck_activities_radius_of_a_point"),
        ),
        sa.CheckConstraint(
            "sign_up_until IS NULL OR sign_up_until <= ends_at",
            name=op.f("ck_activities_sign_up_before_the_end"),
        ),
        sa.ForeignKeyConstraint(
            ["certified_by_id"], ["persons.id"], name=op.f("fk_activities_certified_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_activities_community_id")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["persons.id"], name=op.f("fk_activities_created_by_id")),
        sa.ForeignKeyConstraint(["in_charge_id"], ["persons.id"], name=op.f("fk_activities_in_charge_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["persons.id"], name=op.f("fk_activities_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(["repeats_id"], ["activities.id"], name=op.f("fk_activities_repeats_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_activities_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("repeats_id", "starts_at", name=op.f("uq_activities_repeats_id_starts_at")),
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index("ix_activities_community", ["community_id", "starts_at", "id"], unique=False)
        batch_op.create_index(
            "ix_activities_open",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('published', 'ended')"),
            postgresql_where=sa.text("state IN ('published', 'ended')"),
        )
        batch_op.create_index("ix_activities_start", ["starts_at", "id"], unique=False)
        batch_op.create_index("ix_activities_team", ["team_id"], unique=False)

    op.create_table(
        "backfills",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("activity_id", Id, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("activity_name", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("in_charge_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("maker_id", Id, nullable=False),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'requested') = (decided_by_id IS NULL)", name=op.f("ck_backfills_decided_by_someone")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'rejected')", name=op.f("ck_backfills_state_known")
        ),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL)", name=op.f("ck_backfills_decided_at_some_time")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR (decided_by_id <> maker_id AND decided_by_id <> person_id)",
            name=op.f("ck_backfills_checked_by_another"),
        ),
        sa.CheckConstraint("maker_id <> person_id", name=op.f("ck_backfills_made_by_another")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 480", name=op.f("ck_backfills_minutes_sane")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_backfills_activity_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_backfills_community_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_backfills_decided_by_id")),
        sa.ForeignKeyConstraint(["in_charge_id"], ["persons.id"], name=op.f("fk_backfills_in_charge_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["persons.id"], name=op.f("fk_backfills_maker_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_backfills_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_backfills_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfills")),
    )
    with op.batch_alter_table("backfills", schema=None) as batch_op:
        batch_op.create_index("ix_backfills_person", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_backfills_queue", ["community_id", "state", "id"], unique=False)

    op.create_table(
        "sign_ups",
        sa.Column("id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("grid_id", Id, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("signed_up_at", Moment(), nullable=False),
        sa.Column("reporter_id", Id, nullable=True),
        sa.Column("on_behalf_reason", sa.Text(), nullable=True),
        sa.Column("checked_in_at", Moment(), nullable=True),
        sa.Column("checked_out_at", Moment(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=True),
        sa.Column("place_check", sa.String(length=12), nullable=True),
        sa.Column("proposed_minutes", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'certified') = (minutes IS NOT NULL)", name=op.f("ck_sign_ups_certified_minutes")
        ),
        sa.CheckConstraint(
            "place_check IS NULL OR place_check IN ('passed', 'failed', 'not_given')",
            name=op.f("ck_sign_ups_place_check_known"),
        ),
        sa.CheckConstraint(
            "source IS NULL OR source IN ('check_in', 'roll_call')", name=op.f("ck_sign_ups_source_known")
        ),
        sa.CheckConstraint(
            "state <> 'checked_out' OR checked_out_at IS NOT NULL",
            name=op.f("ck_sign_ups_checked_out_has_a_time"),
        ),
        sa.CheckConstraint(
            "state IN ('confirmed', 'waitlisted', 'checked_in', 'checked_out', 'certified', 'unverified', 'cancelled', 'late_cancelled', 'excused', 'no_show')",
            name=op.f("ck_sign_ups_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('checked_in', 'checked_out', 'certified', 'unverified') OR (checked_in_at IS NOT NULL AND source IS NOT NULL)",
            name=op.f("ck_sign_ups_attended_means_checked_in"),
        ),
        sa.CheckConstraint(
            "(reporter_id IS NULL) = (on_behalf_reason IS NULL)",
            name=op.f("ck_sign_ups_on_behalf_with_reason"),
        ),
        sa.CheckConstraint(
            "checked_out_at IS NULL OR checked_out_at >= checked_in_at", name=op.f("ck_sign_ups_out_after_in")
        ),
        sa.CheckConstraint(
            "minutes IS NULL OR minutes BETWEEN 1 AND 480", name=op.f("ck_sign_ups_minutes_sane")
        ),
        sa.CheckConstraint(
            "proposed_minutes IS NULL OR proposed_minutes BETWEEN 0 AND 480",
            name=op.f("ck_sign_ups_proposal_sane"),
        ),
        sa.CheckConstraint(
            "reporter_id IS NULL OR reporter_id <> person_id", name=op.f("ck_sign_ups_on_behalf_of_another")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_sign_ups_activity_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_sign_ups_community_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["organisations.id"], name=op.f("fk_sign_ups_grid_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sign_ups_person_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["persons.id"], name=op.f("fk_sign_ups_reporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
    )
    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.create_index("ix_sign_ups_activity", ["activity_id", "state", "id"], unique=False)
        batch_op.create_index("ix_sign_ups_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "uq_sign_ups_one_live",
            ["activity_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('cancelled', 'late_cancelled', 'excused')"),
            postgresql_where=sa.text("state NOT IN ('cancelled', 'late_cancelled', 'excused')"),
        )
        batch_op.create_index(
            "uq_sign_ups_one_place",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'checked_in'"),
            postgresql_where=sa.text("state = 'checked_in'"),
        )

    op.create_table(
        "service_records",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=True),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("activity_name", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("organising_body", sa.String(length=80), nullable=False),
        sa.Column("in_charge_id", Id, nullable=False),
        sa.Column("recorded_by_id", Id, nullable=False),
        sa.Column("certified_by_id", Id, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("sync_status", sa.String(length=20), nullable=False),
        sa.Column("corrects_id", Id, nullable=True),
        sa.Column("backfill_id", Id, nullable=True),
        sa.CheckConstraint(
            "source <> 'backfill' OR backfill_id IS NOT NULL OR corrects_id IS NOT NULL",
            name=op.f("ck_service_records_backfill_is_named"),
        ),
        sa.CheckConstraint(
            "source IN ('check_in', 'roll_call', 'backfill', 'import')",
            name=op.f("ck_service_records_source_known"),
        ),
        sa.CheckConstraint(
            "sync_status IN ('not_synchronised', 'synchronised')",
            name=op.f("ck_service_records_sync_status_known"),
        ),
        sa.CheckConstraint("certified_by_id <> person_id", name=op.f("ck_service_records_not_by_themselves")),
        sa.CheckConstraint(
            "certified_by_id <> recorded_by_id", name=op.f("ck_service_records_certified_by_another")
        ),
        sa.CheckConstraint("corrects_id <> id", name=op.f("ck_service_records_corrects_another")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_service_records_ends_after_it_starts")),
        sa.CheckConstraint(
            "minutes BETWEEN 0 AND 480 AND (minutes > 0 OR corrects_id IS NOT NULL)",
            name=op.f("ck_service_records_minutes_sane"),
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_service_records_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfills.id"], name=op.f("fk_service_records_backfill_id")
        ),
        sa.ForeignKeyConstraint(
            ["certified_by_id"], ["persons.id"], name=op.f("fk_service_records_certified_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_service_records_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["service_records.id"], name=op.f("fk_service_records_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["in_charge_id"], ["persons.id"], name=op.f("fk_service_records_in_charge_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_service_records_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["persons.id"], name=op.f("fk_service_records_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_service_records_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_records")),
        sa.UniqueConstraint("backfill_id", name=op.f("uq_service_records_backfill_id")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_service_records_corrects_id")),
    )
    with op.batch_alter_table("service_records", schema=None) as batch_op:
        batch_op.create_index("ix_service_records_community", ["community_id", "id"], unique=False)
        batch_op.create_index("ix_service_records_day", ["person_id", "served_on"], unique=False)
        batch_op.create_index("ix_service_records_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "uq_service_records_once",
            ["activity_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("corrects_id IS NULL AND activity_id IS NOT NULL"),
            postgresql_where=sa.text("corrects_id IS NULL AND activity_id IS NOT NULL"),
        )

    op.create_table(
        "record_corrections",
        sa.Column("id", Id, nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'requested') = (decided_by_id IS NULL)",
            name=op.f("ck_record_corrections_decided_by_someone"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'rejected')", name=op.f("ck_record_corrections_state_known")
        ),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_record_corrections_decided_at_some_time"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> person_id",
            name=op.f("ck_record_corrections_not_by_themselves"),
        ),
        sa.CheckConstraint("minutes BETWEEN 0 AND 480", name=op.f("ck_record_corrections_minutes_sane")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_record_corrections_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["persons.id"], name=op.f("fk_record_corrections_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_record_corrections_person_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["service_records.id"], name=op.f("fk_record_corrections_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_corrections")),
    )
    with op.batch_alter_table("record_corrections", schema=None) as batch_op:
        batch_op.create_index("ix_record_corrections_queue", ["community_id", "state", "id"], unique=False)
        batch_op.create_index(
            "uq_record_corrections_one_waiting",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("state = 'requested'"),
            postgresql_where=sa.text("state = 'requested'"),
        )

    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


_SEATED = "('confirmed', 'checked_in', 'checked_out', 'certified', 'unverified', 'no_show')"
_TAKEN = f"SELECT count(*) FROM sign_ups WHERE activity_id = NEW.activity_id AND state IN {_SEATED}"  # nosec B608 - constants
_PLACES = "SELECT capacity FROM activities WHERE id = NEW.activity_id"
# What the person has on that day already; a record that the new one replaces, or another one replaced, is
# not counted.
_THAT_DAY = (
    "SELECT coalesce(sum(r.minutes), 0) FROM service_records r WHERE r.person_id = NEW.person_id"
    " AND r.served_on = NEW.served_on AND r.id <> coalesce(NEW.corrects_id, -1)"
    " AND NOT EXISTS (SELECT 1 FROM service_records c WHERE c.corrects_id = r.id)"
)
# All of a record but `sync_status`: the national system may take it over later.
_FIXED = (
    "id, person_id, activity_id, community_id, team_id, activity_name, category, served_on, started_at,"
    " ended_at, place, content, minutes, organising_body, in_charge_id, recorded_by_id, certified_by_id,"
    " recorded_at, source, corrects_id, backfill_id"
)
_GUARDS = {
    "sqlite": [
        "CREATE TRIGGER sign_ups_seat_added BEFORE INSERT ON sign_ups"
        f" WHEN NEW.state IN {_SEATED} AND ({_TAKEN}) >= ({_PLACES})"
        " BEGIN SELECT RAISE(ABORT, 'the activity is full'); END",
        "CREATE TRIGGER sign_ups_seat_taken BEFORE UPDATE OF state ON sign_ups"
        f" WHEN NEW.state IN {_SEATED} AND OLD.state NOT IN {_SEATED} AND ({_TAKEN}) >= ({_PLACES})"
        " BEGIN SELECT RAISE(ABORT, 'the activity is full'); END",
        "CREATE TRIGGER service_records_day BEFORE INSERT ON service_records"
        f" WHEN NEW.minutes + ({_THAT_DAY}) > 480"
        " BEGIN SELECT RAISE(ABORT, 'more than eight hours on one day'); END",
        f"CREATE TRIGGER service_records_no_update BEFORE UPDATE OF {_FIXED} ON service_records"
        " BEGIN SELECT RAISE(ABORT, 'service_records is append-only'); END",
        "CREATE TRIGGER service_records_no_delete BEFORE DELETE ON service_records"
        " BEGIN SELECT RAISE(ABORT, 'service_records is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION sign_ups_seat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.state IN {_SEATED} AND (TG_OP = 'INSERT' OR OLD.state NOT IN {_SEATED})"
        f" AND ({_TAKEN}) >= ({_PLACES}) THEN RAISE EXCEPTION 'the activity is full'; END IF;"
        " RETURN NEW; END $$",
        "CREATE TRIGGER sign_ups_seat BEFORE INSERT OR UPDATE OF state ON sign_ups"
        " FOR EACH ROW EXECUTE FUNCTION sign_ups_seat()",
        "CREATE FUNCTION service_records_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.minutes + ({_THAT_DAY}) > 480 THEN"
        " RAISE EXCEPTION 'more than eight hours on one day'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER service_records_day BEFORE INSERT ON service_records"
        " FOR EACH ROW EXECUTE FUNCTION service_records_day()",
        "CREATE FUNCTION service_records_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'service_records is append-only'; END $$",
        f"CREATE TRIGGER service_records_no_update BEFORE UPDATE OF {_FIXED} ON service_records"
        " FOR EACH ROW EXECUTE FUNCTION service_records_append_only()",
        "CREATE TRIGGER service_records_no_delete BEFORE DELETE ON service_records"
        " FOR EACH ROW EXECUTE FUNCTION service_records_append_only()",
        "CREATE TRIGGER service_records_no_truncate BEFORE TRUNCATE ON service_records"
        " FOR EACH STATEMENT EXECUTE FUNCTION service_records_append_only()",
    ],
}
