"""What a day can hold: at most eight hours of service, and nothing at the same time as something else."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import config
from backend.db import Moment, session
from backend.errors import Refused
from backend.people.models import Person
from backend.people.one_person import ids_of_all, remaining
from backend.volunteering import days
from backend.volunteering.days import Served
from backend.volunteering.models import ATTENDED, DAY_MINUTES, Activity, SignUp
from backend.volunteering.record_models import ServiceDay, ServiceRecord
from backend.volunteering.session_models import ActivitySession, SessionAttendance


class TooManyHoursThatDay(Refused):
    code, message = 40999, "一个人一天的服务时长不能超过 8 小时（已有 {recorded} 分钟，再加 {minutes} 分钟）"


class OverlappingService(Refused):
    code, message = 40998, "同一时间已有另一条服务记录或签到（“{other}”），不能重复计算"


class Planned(Protocol):
    """An activity, or one session of it."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


class Attended(Protocol):
    """A sign-up, or what was noted of one session."""

    @property
    def checked_in_at(self) -> datetime | None: ...

    @property
    def checked_out_at(self) -> datetime | None: ...


def attended_minutes(activity: Planned, row: Attended) -> int | None:
    """Whole minutes from check-in to check-out, as far as they count; None where nobody saw the person leave."""
    if row.checked_in_at is None or row.checked_out_at is None:
        return None
    return min(days.most_between(row.checked_in_at, row.checked_out_at), most_minutes(activity))


def most_minutes(activity: Planned) -> int:
    """The planned length with the tolerance, and of each day that it touches never more than eight hours."""
    tolerance = timedelta(minutes=config.settings().hours_tolerance)
    return days.most_between(activity.starts_at, activity.ends_at + tolerance)


_later = aliased(ServiceRecord)
# The person of a record, though it was written for another record of theirs that was joined to this one.
WHOSE = remaining(ServiceRecord.person_id)
# A record that another one corrects no longer counts.
IN_FORCE = ~sa.exists().where(_later.corrects_id == ServiceRecord.id)


def lock_persons(ids: Iterable[int]) -> None:
    """Takes the persons' rows in the order of their ids, so that two decisions about one person's day wait
    for each other. Weaker than `take()`: rows that merely refer to the person need not wait."""
    session.execute(
        sa.select(Person.id)
        .where(Person.id.in_(sorted(ids)))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )


def check(served: Sequence[Served], *, besides: int | None = None) -> None:
    """Refuses what does not fit into the persons' days; `besides` is a record about to be replaced.

    Two statements however many people. Raises TooManyHoursThatDay, OverlappingService.
    """
    if not served:
        return
    for one, part, recorded in _too_long(served, besides):
        raise TooManyHoursThatDay(recorded=recorded, minutes=part.minutes, personId=one.person_id)
    for other in _records_around(served, besides):
        for one in served:
            if one.person_id == other.person_id and _overlap(one, other):
                raise OverlappingService(other=other.activity_name, personId=one.person_id)


def beyond(served: Sequence[Served]) -> dict[int, list[str]]:
    """What `check` would refuse, said by person beforehand: for whoever looks before they decide."""
    if not served:
        return {}
    around = _records_around(served, None)
    told: dict[int, list[str]] = {}
    for one, part, recorded in _too_long(served, None):
        sentence = f"{part.day:%m月%d日} 已有 {recorded} 分钟，合计超过 8 小时"
        told.setdefault(one.person_id, []).append(sentence)
    for one in served:
        same_time = [other for other in around if other.person_id == one.person_id and _overlap(one, other)]
        told.setdefault(one.person_id, []).extend(f"与“{other.activity_name}”时间重叠" for other in same_time)
    return told


def _overlap(one: Served, other: sa.Row) -> bool:
    """At the same time on one of their days: between what two days count there is time for something else."""
    return any(
        mine.started_at < theirs.ended_at and theirs.started_at < mine.ended_at
        for mine in one.parts
        for theirs in days.split(other.started_at, other.minutes)
    )


def _of(served: Sequence[Served], besides: int | None) -> list[sa.ColumnElement[bool]]:
    people = ServiceRecord.person_id.in_(ids_of_all({one.person_id for one in served}))
    return [people, IN_FORCE, *([ServiceRecord.id != besides] if besides else [])]


def _too_long(served: Sequence[Served], besides: int | None) -> Iterator[tuple[Served, days.DayPart, int]]:
    """Each stretch with the day on which it would be more than eight hours, and what is recorded there already, or
    stands before it among these: two sessions of one day."""
    known = _recorded(served, besides)
    for one in served:
        for part in one.parts:
            recorded = known.get((one.person_id, part.day), 0)
            known[one.person_id, part.day] = recorded + part.minutes
            if recorded + part.minutes > DAY_MINUTES:
                yield one, part, recorded


def _recorded(served: Sequence[Served], besides: int | None) -> dict[tuple[int, date], int]:
    """Minutes already recorded, by person and day."""
    touched = {part.day for one in served for part in one.parts}
    wanted = (
        sa.select(WHOSE, days.DAY, sa.func.sum(days.MINUTES))
        .outerjoin(ServiceDay, days.DAYS_OF_RECORD)
        .where(*_of(served, besides), days.DAY.in_(touched))
        .group_by(WHOSE, days.DAY)
    )
    return {(person_id, day): int(minutes) for person_id, day, minutes in session.execute(wanted)}


def _records_around(served: Sequence[Served], besides: int | None) -> list[sa.Row]:
    """Their standing records in the time from the first start to the last end."""
    wanted = sa.select(
        WHOSE.label("person_id"), ServiceRecord.started_at, ServiceRecord.minutes, ServiceRecord.activity_name
    ).where(
        *_of(served, besides),
        ServiceRecord.minutes > 0,
        ServiceRecord.started_at < max(one.ended_at for one in served),
        ServiceRecord.ended_at > min(one.started_at for one in served),
    )
    return list(session.execute(wanted))


def attendance_times() -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[datetime]]:
    """When somebody came and left, of each session its own; until the planned end, where nobody saw them leave."""
    came = sa.func.coalesce(SessionAttendance.checked_in_at, SignUp.checked_in_at, type_=Moment())
    of_session = sa.func.coalesce(SessionAttendance.checked_out_at, ActivitySession.ends_at, type_=Moment())
    whole = sa.func.coalesce(SignUp.checked_out_at, Activity.ends_at, type_=Moment())
    return came, sa.case((SessionAttendance.number.is_not(None), of_session), else_=whole)


def with_attendance(wanted: sa.Select) -> sa.Select:
    """Sign-ups with their activity, and a row for each session to which somebody came."""
    noted = SessionAttendance.sign_up_id == SignUp.id
    there = sa.and_(
        ActivitySession.activity_id == Activity.id, ActivitySession.number == SessionAttendance.number
    )
    return (
        wanted.select_from(SignUp)
        .join(Activity, Activity.id == SignUp.activity_id)
        .outerjoin(SessionAttendance, noted)
        .outerjoin(ActivitySession, there)
    )


def attending_elsewhere(
    activity_id: int, stretches: Sequence[tuple[int, datetime, datetime]]
) -> tuple[int, str] | None:
    """The first (person, other activity) whose attendance overlaps one of these (person, from, to)."""
    if not stretches:
        return None
    came, left = attendance_times()
    wanted = with_attendance(
        sa.select(SignUp.person_id, came.label("came_at"), left.label("left_at"), Activity.title)
    ).where(
        SignUp.person_id.in_(sorted({one[0] for one in stretches})),
        SignUp.activity_id != activity_id,
        SignUp.state.in_(ATTENDED),
        came < max(one[2] for one in stretches),
        left > min(one[1] for one in stretches),
    )
    for row in session.execute(wanted):
        for person_id, start, end in stretches:
            if row.person_id == person_id and row.came_at < end and start < row.left_at:
                return person_id, row.title
    return None
