"""Activities and sign-ups, with their rules repeated as constraints. Service records stand in record_models."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, session, sql_list
from backend.people.models import Team
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, not_personal, on_merge, personal


class ActivityState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ENDED = "ended"
    CERTIFIED = "certified"
    CANCELLED = "cancelled"


class ActivityKind(StrEnum):
    """Only volunteer service yields hours (民政部令 67, 19): a meeting or a study evening may not be recorded."""

    VOLUNTEER_SERVICE = "volunteer_service"
    MEETING = "meeting"
    STUDY = "study"


class SignUpState(StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    CERTIFIED = "certified"
    UNVERIFIED = "unverified"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    EXCUSED = "excused"
    NO_SHOW = "no_show"


class PlaceCheck(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_GIVEN = "not_given"


class RecordSource(StrEnum):
    """How somebody's presence came to be known; only the first two are known while an activity runs."""

    CHECK_IN = "check_in"
    ROLL_CALL = "roll_call"
    BACKFILL = "backfill"
    IMPORT = "import"


# A place is taken by these; the waitlist waits for it, and what is over gives it back.
ATTENDED = (SignUpState.CHECKED_IN, SignUpState.CHECKED_OUT, SignUpState.CERTIFIED, SignUpState.UNVERIFIED)
SEATED = (SignUpState.CONFIRMED, *ATTENDED, SignUpState.NO_SHOW)
OVER = (SignUpState.CANCELLED, SignUpState.LATE_CANCELLED, SignUpState.EXCUSED)
ATTENDANCE_SOURCES = (RecordSource.CHECK_IN, RecordSource.ROLL_CALL)

MOST_PEOPLE = 1000
# How long the fields of an activity may be, at each door and in the database.
TITLE_MAX = 60
CATEGORY_MAX = 20
DESCRIPTION_MAX = 1000
PLACE_MAX = 120
RISK_MAX = 500
INSURANCE_NUMBER_MAX = 60
# In metres, and in years.
RADIUS_MAX = 100_000
MIN_AGE_MAX = 120
# More than eight hours of service on one day is refused, over all activities: a guard against made-up records.
DAY_MINUTES = 480
# An activity lasts 72 hours at most, which touch four days.
MOST_MINUTES = 4 * DAY_MINUTES

_open = sa.text(f"state IN {sql_list((ActivityState.PUBLISHED, ActivityState.ENDED))}")
_live = sa.text(f"state NOT IN {sql_list(OVER)}")
_here_now = sa.text(f"state = '{SignUpState.CHECKED_IN}'")


class Activity(Model):
    """活动. The coordinates are those of the venue; of a person none are ever kept."""

    __tablename__ = "activities"
    __four_eyes__ = (("certified_by_id", "proposed_by_id"),)
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(ActivityState)}", name="state_known"),
        sa.CheckConstraint(f"activity_kind IN {sql_list(ActivityKind)}", name="kind_known"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        sa.CheckConstraint(
            "sign_up_until IS NULL OR sign_up_until <= ends_at", name="sign_up_before_the_end"
        ),
        sa.CheckConstraint("cancel_until IS NULL OR cancel_until <= ends_at", name="cancel_before_the_end"),
        sa.CheckConstraint(f"capacity BETWEEN 1 AND {MOST_PEOPLE}", name="capacity_sane"),
        sa.CheckConstraint(f"min_age IS NULL OR min_age BETWEEN 0 AND {MIN_AGE_MAX}", name="min_age_sane"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_whole"),
        sa.CheckConstraint(
            "radius IS NULL OR (radius > 0 AND latitude IS NOT NULL)", name="radius_of_a_point"
        ),
        sa.CheckConstraint(
            "latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
            name="coordinates_on_earth",
        ),
        sa.CheckConstraint("risk IS NULL OR risk <> ''", name="risk_is_said_or_absent"),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR risk IS NULL OR insurance_number IS NOT NULL",
            name="risky_means_insured",
        ),
        sa.CheckConstraint(
            "(state = 'certified') = (certified_by_id IS NOT NULL)", name="certified_by_someone"
        ),
        sa.CheckConstraint(
            "certified_by_id IS NULL OR (proposed_by_id IS NOT NULL AND proposed_by_id <> certified_by_id)",
            name="certified_by_another",
        ),
        sa.CheckConstraint("(proposed_by_id IS NULL) = (proposed_at IS NULL)", name="proposed_at_some_time"),
        sa.CheckConstraint(
            "proposed_by_id IS NULL OR activity_kind = 'volunteer_service'", name="only_service_has_hours"
        ),
        sa.CheckConstraint(
            "session_count = 0 OR session_count BETWEEN 2 AND 10", name="sessions_are_several"
        ),
        sa.UniqueConstraint("repeats_id", "starts_at"),
        sa.Index("ix_activities_start", "starts_at", "id"),
        sa.Index("ix_activities_community", "community_id", "starts_at", "id"),
        sa.Index("ix_activities_team", "team_id"),
        sa.Index("ix_activities_open", "ends_at", sqlite_where=_open, postgresql_where=_open),
    )
    journal_kind = "activity"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    team_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("teams.id"))
    state: Mapped[str] = mapped_column(sa.String(12))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX), info=not_personal("an activity's"))
    kind: Mapped[str] = mapped_column("activity_kind", sa.String(20))
    category: Mapped[str] = mapped_column(sa.String(CATEGORY_MAX), info=not_personal("an activity's"))
    description: Mapped[str] = mapped_column(
        sa.Text, default="", info=not_personal("an activity's, written by its organiser")
    )
    place: Mapped[str] = mapped_column(sa.String(PLACE_MAX), info=not_personal("an activity's"))
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    longitude: Mapped[float | None] = mapped_column(sa.Double)
    # In metres.
    radius: Mapped[int | None] = mapped_column(sa.Integer)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    # How many sessions it has, so that nobody asks for them where it takes place once: then 0.
    session_count: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    # Empty: until it ends, so that whoever comes by may still join.
    sign_up_until: Mapped[datetime | None] = mapped_column(Moment)
    # Empty: until it starts. Later is a late cancellation, without a penalty.
    cancel_until: Mapped[datetime | None] = mapped_column(Moment)
    capacity: Mapped[int] = mapped_column(sa.Integer)
    min_age: Mapped[int | None] = mapped_column(sa.Integer)
    risk: Mapped[str | None] = mapped_column(sa.Text, info=not_personal("an activity's"))
    insurance_number: Mapped[str | None] = mapped_column(
        sa.String(INSURANCE_NUMBER_MAX), info=not_personal("an activity's")
    )
    # 负责人, as every record of it names them (民政部令 67, 7).
    in_charge_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    created_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    created_at: Mapped[datetime] = mapped_column(Moment)
    repeats_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("activities.id"))
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    # When its times were last changed after it was published.
    moved_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    proposed_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    proposed_at: Mapped[datetime | None] = mapped_column(Moment)
    certified_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    certified_at: Mapped[datetime | None] = mapped_column(Moment)
    # The tenth working day after it: by then its records have to be made (民政部令 67, 11).
    record_due_on: Mapped[date | None] = mapped_column(sa.Date)
    # Known to nobody but its leader and the community's staff since.
    taken_down_at: Mapped[datetime | None] = mapped_column(Moment)
    tomorrow_told_at: Mapped[datetime | None] = mapped_column(Moment)
    overdue_told_at: Mapped[datetime | None] = mapped_column(Moment)
    # What the calendar of a phone has to know: how often it was moved or called off, and when last.
    calendar_sequence: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    calendar_changed_at: Mapped[datetime | None] = mapped_column(Moment)
    # Up to when its organiser was told who signed up and who cancelled; and of the first who cancelled shortly before.
    organiser_told_at: Mapped[datetime | None] = mapped_column(Moment)
    late_cancel_told_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        return self.community_id

    @property
    def origin_id(self) -> int:
        """The first activity of its weekly series; itself, where it repeats none."""
        return self.repeats_id or self.id

    def series(self) -> sa.ColumnElement[bool]:
        """Of each activity whether it stands in the same weekly series, this one included."""
        return sa.or_(Activity.id == self.origin_id, Activity.repeats_id == self.origin_id)

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether the person leads its team, proposed its hours, or took part in it."""
        attended = sa.select(sa.literal(True)).where(
            SignUp.activity_id == self.id, SignUp.person_id == person_id, SignUp.state.in_(ATTENDED)
        )
        leader = sa.select(Team.leader_id).where(Team.id == self.team_id)
        row = session.execute(sa.select(leader.scalar_subquery(), attended.limit(1).scalar_subquery())).one()
        return facts_of(self, person_id, row[0], bool(row[1]))

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        """A draft, and what was taken down, is known to its organisers and the community's staff alone."""
        public = self.state != ActivityState.DRAFT and self.taken_down_at is None
        return public or "leader" in facts or Permission.ACTIVITY_READ in words


def facts_of(activity: Activity, person_id: int, leader_id: int | None, attended: bool) -> frozenset[str]:
    """The same from what is known already, for a list."""
    told = {
        "leader": leader_id == person_id,
        "proposer": activity.proposed_by_id == person_id,
        "participant": attended,
    }
    return frozenset(name for name, true in told.items() if true)


class SignUp(Model):
    """报名: one person's way through one activity. A new try after a cancellation is a new row."""

    __tablename__ = "sign_ups"
    __four_eyes__ = (("reporter_id", "person_id"),)
    __personal__ = [
        PersonalTable(
            "person_id", "活动报名", "sign_ups", position=230, lookups={"activity_id": ("title", "starts_at")}
        )
    ]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(SignUpState)}", name="state_known"),
        sa.CheckConstraint(
            "(reporter_id IS NULL) = (on_behalf_reason IS NULL)", name="on_behalf_with_reason"
        ),
        sa.CheckConstraint("reporter_id IS NULL OR reporter_id <> person_id", name="on_behalf_of_another"),
        sa.CheckConstraint("NOT by_family OR reporter_id IS NOT NULL", name="family_reported"),
        sa.CheckConstraint(
            f"state NOT IN {sql_list(ATTENDED)} OR (checked_in_at IS NOT NULL AND source IS NOT NULL)",
            name="attended_means_checked_in",
        ),
        sa.CheckConstraint(
            "state <> 'checked_out' OR checked_out_at IS NOT NULL", name="checked_out_has_a_time"
        ),
        sa.CheckConstraint("checked_out_at IS NULL OR checked_out_at >= checked_in_at", name="out_after_in"),
        sa.CheckConstraint(
            f"source IS NULL OR source IN {sql_list(ATTENDANCE_SOURCES)}", name="source_known"
        ),
        sa.CheckConstraint(
            f"place_check IS NULL OR place_check IN {sql_list(PlaceCheck)}", name="place_check_known"
        ),
        sa.CheckConstraint(
            f"proposed_minutes IS NULL OR proposed_minutes BETWEEN 0 AND {MOST_MINUTES}", name="proposal_sane"
        ),
        sa.CheckConstraint("(state = 'certified') = (minutes IS NOT NULL)", name="certified_minutes"),
        sa.CheckConstraint(f"minutes IS NULL OR minutes BETWEEN 1 AND {MOST_MINUTES}", name="minutes_sane"),
        sa.Index(
            "uq_sign_ups_one_live",
            "activity_id",
            "person_id",
            unique=True,
            sqlite_where=_live,
            postgresql_where=_live,
        ),
        # Nobody is at two places at once.
        sa.Index(
            "uq_sign_ups_one_place",
            "person_id",
            unique=True,
            sqlite_where=_here_now,
            postgresql_where=_here_now,
        ),
        sa.Index("ix_sign_ups_activity", "activity_id", "state", "id"),
        sa.Index("ix_sign_ups_person", "person_id", "id"),
    )
    journal_kind = "sign_up"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    activity_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("activities.id"))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    # Those of the activity's community where the person lives; so that their own grid worker can help them.
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    grid_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(sa.String(16))
    signed_up_at: Mapped[datetime] = mapped_column(Moment)
    # When a place was found for who had waited; empty where it was there at once.
    moved_up_at: Mapped[datetime | None] = mapped_column(Moment)
    reporter_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    on_behalf_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.SERVICE, on_erasure="erase")
    )
    # Whoever reported it did so as a relative, not in office.
    by_family: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    checked_in_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_out_at: Mapped[datetime | None] = mapped_column(Moment)
    source: Mapped[str | None] = mapped_column(sa.String(12))
    place_check: Mapped[str | None] = mapped_column(
        sa.String(12), info=personal(Purpose.SERVICE, on_erasure="keep", code=True)
    )
    proposed_minutes: Mapped[int | None] = mapped_column(sa.Integer)
    minutes: Mapped[int | None] = mapped_column(sa.Integer)
    # When the volunteer gave the place back.
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def came_at(self) -> datetime:
        """When they came. To be asked of who attended; of nobody else the table knows it."""
        if self.checked_in_at is None:
            raise LookupError(f"sign-up {self.id} was not checked in")
        return self.checked_in_at

    @property
    def place_id(self) -> int:
        """The grid where the volunteer lives, so that a grid worker reaches the people of their own grid."""
        return self.grid_id or self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether the person is the volunteer, leads the team, or proposed the hours."""
        row = session.execute(
            sa.select(Team.leader_id, Activity.proposed_by_id)
            .select_from(Activity)
            .outerjoin(Team, Team.id == Activity.team_id)
            .where(Activity.id == self.activity_id)
        ).one()
        told = {
            "volunteer": self.person_id == person_id,
            "leader": row[0] == person_id,
            "proposer": row[1] == person_id,
        }
        return frozenset(name for name, true in told.items() if true)

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        return bool(facts & {"volunteer", "leader"}) or Permission.ACTIVITY_READ in words


class ClashLeave(Model):
    """The organiser agreed that somebody is here although they hold another place at the same time, and why."""

    __tablename__ = "clash_leaves"
    __personal__ = [
        PersonalTable(
            "person_id",
            "同意时间冲突",
            "clash_leaves",
            position=231,
            lookups={"activity_id": ("title", "starts_at")},
        )
    ]
    __table_args__ = (sa.Index("ix_clash_leaves_person", "person_id"),)

    activity_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("activities.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("step")
    )
    reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.SERVICE, on_erasure="erase", label="原因")
    )
    allowed_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    allowed_at: Mapped[datetime] = mapped_column(Moment)
