"""Service records, and the two ways in which a person may add to them: corrections and backfills.

A record holds what 民政部令 67, 7 asks for: activity, date, place, content, time, organising body, person in
charge. It is append-only: hours never fall by what happens to points, and an error is mended by a new record
that points to the old one.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, session, sql_list
from backend.erasable import digest_column
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, not_personal, on_merge, personal
from backend.volunteering.models import (
    CATEGORY_MAX,
    DAY_MINUTES,
    MOST_MINUTES,
    PLACE_MAX,
    TITLE_MAX,
    RecordSource,
)

# How much a backfill says of the service. A record may say more: it has the description of its activity.
CONTENT_MAX = 500


class SyncState(StrEnum):
    """Whether the national platform for volunteer service has taken a record."""

    NOT_SYNCHRONISED = "not_synchronised"
    SYNCHRONISED = "synchronised"


class RequestState(StrEnum):
    """Of a correction and of a backfill."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"


_first = sa.text("corrects_id IS NULL AND activity_id IS NOT NULL")
_waiting = sa.text(f"state = '{RequestState.REQUESTED}'")
_DECIDED = "(state = 'requested') = (decided_by_id IS NULL)"
_DECIDED_AT = "(decided_by_id IS NULL) = (decided_at IS NULL)"


class ServiceRecord(Model):
    """服务记录: minutes of service, certified by someone other than who recorded them and who served.

    A record that another one corrects no longer counts; corrected to 0 minutes, it counts for nothing.
    """

    __tablename__ = "service_records"
    __four_eyes__ = (("certified_by_id", "recorded_by_id, person_id"),)
    # Append-only, as the national record is (民政部令 67, 10): what it says is the service, not the person, and a name
    # that was typed into it is taken out.
    __personal__ = [PersonalTable("person_id", "志愿服务记录", "service_records", position=240)]
    __table_args__ = (
        sa.CheckConstraint(
            f"minutes BETWEEN 0 AND {MOST_MINUTES} AND (minutes > 0 OR corrects_id IS NOT NULL)",
            name="minutes_sane",
        ),
        sa.CheckConstraint(
            f"minutes <= {DAY_MINUTES} OR served_until IS NOT NULL", name="long_means_several_days"
        ),
        sa.CheckConstraint("served_until > served_on", name="several_days_in_order"),
        sa.CheckConstraint("ended_at >= started_at", name="ends_after_it_starts"),
        sa.CheckConstraint("certified_by_id <> recorded_by_id", name="certified_by_another"),
        sa.CheckConstraint("certified_by_id <> person_id", name="not_by_themselves"),
        sa.CheckConstraint(f"source IN {sql_list(RecordSource)}", name="source_known"),
        sa.CheckConstraint(f"sync_status IN {sql_list(SyncState)}", name="sync_status_known"),
        sa.CheckConstraint("corrects_id <> id", name="corrects_another"),
        sa.CheckConstraint(
            "source <> 'backfill' OR backfill_id IS NOT NULL OR corrects_id IS NOT NULL",
            name="backfill_is_named",
        ),
        sa.UniqueConstraint("corrects_id"),
        sa.UniqueConstraint("backfill_id"),
        sa.Index(
            "uq_service_records_once",
            "activity_id",
            "person_id",
            "session_number",
            unique=True,
            sqlite_where=_first,
            postgresql_where=_first,
        ),
        sa.Index("ix_service_records_person", "person_id", "id"),
        sa.Index("ix_service_records_day", "person_id", "served_on"),
        sa.Index("ix_service_records_community", "community_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("stay"))
    # Empty for service outside this system's activities.
    activity_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("activities.id"))
    # Which of several sessions; 0 for an activity that takes place once.
    session_number: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    team_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("teams.id"))
    activity_name: Mapped[str] = mapped_column(sa.String(TITLE_MAX), info=not_personal("an activity's"))
    activity_name_digest: Mapped[str | None] = digest_column()
    category: Mapped[str] = mapped_column(sa.String(CATEGORY_MAX), info=not_personal("an activity's"))
    category_digest: Mapped[str | None] = digest_column()
    # The first day; where the service went on after midnight also the last one, and ServiceDay has what each counts.
    served_on: Mapped[date] = mapped_column(sa.Date)
    served_until: Mapped[date | None] = mapped_column(sa.Date)
    started_at: Mapped[datetime] = mapped_column(Moment)
    # The start and the minutes: what may not overlap with another record.
    ended_at: Mapped[datetime] = mapped_column(Moment)
    place: Mapped[str] = mapped_column(
        sa.String(PLACE_MAX), info=personal(Purpose.SERVICE, on_erasure="redact")
    )
    place_digest: Mapped[str | None] = digest_column()
    content: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.SERVICE, on_erasure="redact"))
    content_digest: Mapped[str | None] = digest_column()
    minutes: Mapped[int] = mapped_column(sa.Integer)
    # 组织单位: the team or the community, by the name it had then.
    organising_body: Mapped[str] = mapped_column(
        sa.String(80), info=not_personal("a team's or a community's")
    )
    organising_body_digest: Mapped[str | None] = digest_column()
    in_charge_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler(merged="stay"))
    recorded_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler(merged="stay"))
    certified_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler(merged="stay"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    source: Mapped[str] = mapped_column(sa.String(12))
    # With the national system (全国志愿服务信息系统); the one column that may change.
    sync_state: Mapped[str] = mapped_column("sync_status", sa.String(20))
    corrects_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("service_records.id"))
    backfill_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("backfills.id"))


class ServiceDay(Model):
    """What one day counts of a record that touches several: minutes belong to the day in China on which they fall."""

    __tablename__ = "service_record_days"
    __table_args__ = (sa.CheckConstraint(f"minutes BETWEEN 1 AND {DAY_MINUTES}", name="minutes_sane"),)

    record_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("service_records.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    minutes: Mapped[int] = mapped_column(sa.Integer)


class Correction(Model):
    """The volunteer asks to have a record put right (民政部令 67, 13); other staff decide."""

    __tablename__ = "record_corrections"
    __four_eyes__ = (("decided_by_id", "person_id"),)
    __personal__ = [PersonalTable("person_id", "服务记录的更正申请", "record_corrections", position=250)]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(RequestState)}", name="state_known"),
        sa.CheckConstraint(f"minutes BETWEEN 0 AND {MOST_MINUTES}", name="minutes_sane"),
        sa.CheckConstraint(_DECIDED, name="decided_by_someone"),
        sa.CheckConstraint(_DECIDED_AT, name="decided_at_some_time"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> person_id", name="not_by_themselves"),
        sa.Index(
            "uq_record_corrections_one_waiting",
            "record_id",
            unique=True,
            sqlite_where=_waiting,
            postgresql_where=_waiting,
        ),
        sa.Index("ix_record_corrections_queue", "community_id", "state", "id"),
    )
    journal_kind = "correction"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("service_records.id"))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(sa.String(12))
    minutes: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.SERVICE, on_erasure="redact"))
    requested_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.SERVICE, on_erasure="erase")
    )

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        certifier = session.scalar(
            sa.select(ServiceRecord.certified_by_id).where(ServiceRecord.id == self.record_id)
        )
        told = {"volunteer": self.person_id == person_id, "certifier": certifier == person_id}
        return frozenset(name for name, true in told.items() if true)

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        return "volunteer" in facts or Permission.SERVICE_RECORD_READ in words


class Backfill(Model):
    """补录: service entered afterwards. One enters it with a reason, another one checks it.

    The fraud of this field is the clerk's back-office entry (CCTV 2025: hours sold, credited within two minutes),
    so it is marked, takes two people, and earns no points unless the city says so.
    """

    __tablename__ = "backfills"
    __four_eyes__ = (("maker_id", "person_id"), ("decided_by_id", "maker_id, person_id"))
    __personal__ = [PersonalTable("person_id", "补录的服务", "backfills", position=270)]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(RequestState)}", name="state_known"),
        sa.CheckConstraint(f"minutes BETWEEN 1 AND {DAY_MINUTES}", name="minutes_sane"),
        sa.CheckConstraint("maker_id <> person_id", name="made_by_another"),
        sa.CheckConstraint(_DECIDED, name="decided_by_someone"),
        sa.CheckConstraint(_DECIDED_AT, name="decided_at_some_time"),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR (decided_by_id <> maker_id AND decided_by_id <> person_id)",
            name="checked_by_another",
        ),
        sa.Index("ix_backfills_queue", "community_id", "state", "id"),
        sa.Index("ix_backfills_person", "person_id", "id"),
    )
    journal_kind = "backfill"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    team_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("teams.id"))
    activity_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("activities.id"))
    state: Mapped[str] = mapped_column(sa.String(12))
    activity_name: Mapped[str] = mapped_column(sa.String(TITLE_MAX), info=not_personal("an activity's"))
    category: Mapped[str] = mapped_column(sa.String(CATEGORY_MAX), info=not_personal("an activity's"))
    started_at: Mapped[datetime] = mapped_column(Moment)
    place: Mapped[str] = mapped_column(
        sa.String(PLACE_MAX), info=personal(Purpose.SERVICE, on_erasure="redact")
    )
    content: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.SERVICE, on_erasure="redact"))
    minutes: Mapped[int] = mapped_column(sa.Integer)
    in_charge_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    reason: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.SERVICE, on_erasure="erase"))
    maker_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    requested_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.SERVICE, on_erasure="erase")
    )

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        told = {"volunteer": self.person_id == person_id, "maker": self.maker_id == person_id}
        return frozenset(name for name, true in told.items() if true)

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        return bool(facts & {"volunteer", "maker"}) or Permission.SERVICE_RECORD_READ in words
