"""What stands against joining two records: what one person cannot have done twice, and what nobody may escape by it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Base, Moment, session
from backend.errors import StateConflict
from backend.people.models import Appointment
from backend.people.one_person import ids_of, ids_of_all
from backend.people.proxy_models import Proxy
from backend.points.models import Adjustment, AdjustmentState
from backend.volunteering.limits import IN_FORCE, WHOSE
from backend.volunteering.models import ATTENDED, DAY_MINUTES, OVER, Activity, SignUp, SignUpState
from backend.volunteering.record_models import ServiceRecord
from backend.volunteering.session_models import ActivitySession, SessionAttendance

# Besides what `__four_eyes__` says: one is the guardian of the other, or reported for them as their guardian.
_ALSO = (("guardianships", "guardian_id", ("child_id",)), ("wishes", "guardian_id", ("wisher_id",)))
# Not there, not yet there, and not going to be there take no time.
_NOWHERE = (*OVER, SignUpState.NO_SHOW, SignUpState.WAITLISTED)


class MergeConflict(StateConflict):
    """`activities` are those that both signed up for, or whose times overlap, or that make a day too long."""

    message = "两份档案报名了同一个活动，或服务时间有重叠、一天超过 8 小时；请先取消或更正其中一份，再合并"


class MergeInOffice(StateConflict):
    """Whoever takes an office away decides that openly, and not by the way."""

    message = "要并入的档案现在有任职，请先由市级管理员结束任职，再合并"


class MergeOneHandledOther(StateConflict):
    message = "两份档案里，一方经办或审核过另一方的事，或一方是另一方的监护人，不能合并，请先由街道核实"


class MergeOneActedForOther(StateConflict):
    """Both agreed to it, each with a number of their own: they are two, or somebody said so who is not."""

    message = "两份档案里，一方是另一方同意过的代办家人，不能合并，请先由街道核实"


class MergeAdjustmentWaits(StateConflict):
    message = "其中一份档案还有待审核的积分调整，请先审核完，再合并"


@dataclass(frozen=True)
class ActivityRef:
    """An activity that stands in the way; without `id` it was none of this system's."""

    id: int | None
    title: str


@dataclass(frozen=True)
class _Stretch:
    """A time in which somebody was, or is going to be, somewhere."""

    activity: ActivityRef
    begins: datetime
    ends: datetime


def refuse(gone_id: int, remaining_id: int) -> None:
    """Raises MergeInOffice, MergeAdjustmentWaits, MergeOneHandledOther, MergeOneActedForOther, MergeConflict."""
    if _in_office(gone_id):
        raise MergeInOffice()
    if _adjustment_waits(gone_id):
        raise MergeAdjustmentWaits()
    if any(_handled(gone_id, remaining_id)):
        raise MergeOneHandledOther()
    if _acted(gone_id, remaining_id):
        raise MergeOneActedForOther()
    found = conflicts(gone_id, remaining_id)
    if found:
        raise MergeConflict(activities=[vars(one) for one in found])


def _in_office(person_id: int) -> bool:
    """Today or from a later day on."""
    to_day = Appointment.to_day
    standing = (Appointment.person_id == person_id, sa.or_(to_day.is_(None), to_day >= clock.today()))
    return bool(session.scalar(sa.select(sa.exists().where(*standing))))


def _adjustment_waits(person_id: int) -> bool:
    """For them, or proposed by them: it names them for ever, and would be decided of a record that is gone."""
    named = sa.or_(Adjustment.person_id == person_id, Adjustment.proposed_by_id == person_id)
    waits = (named, Adjustment.state == AdjustmentState.PROPOSED)
    return bool(session.scalar(sa.select(sa.exists().where(*waits))))


def _handled(one: int, other: int) -> Iterator[bool]:
    """For every rule of two pairs of eyes: is there a row in which the two records are the two pairs?"""
    for table, checker, makers in _pairs():
        for maker in makers:
            a, b = table.c[checker], table.c[maker]
            crossed = sa.or_(
                sa.and_(a.in_(ids_of(one)), b.in_(ids_of(other))),
                sa.and_(a.in_(ids_of(other)), b.in_(ids_of(one))),
            )
            yield bool(session.scalar(sa.select(sa.exists().where(crossed).select_from(table))))


def _acted(one: int, other: int) -> bool:
    """Was one of them ever the other one's proxy?"""
    crossed = sa.or_(
        sa.and_(Proxy.by_id.in_(ids_of(one)), Proxy.for_id.in_(ids_of(other))),
        sa.and_(Proxy.by_id.in_(ids_of(other)), Proxy.for_id.in_(ids_of(one))),
    )
    return bool(session.scalar(sa.select(sa.exists().where(Proxy.agreed_at.is_not(None), crossed))))


def _pairs() -> Iterator[tuple[sa.Table, str, Iterable[str]]]:
    for model in (mapper.class_ for mapper in Base.registry.mappers):
        for checker, makers in getattr(model, "__four_eyes__", ()):
            yield Base.metadata.tables[model.__tablename__], checker, makers.split(", ")
    yield from ((Base.metadata.tables[name], checker, makers) for name, checker, makers in _ALSO)


def conflicts(gone_id: int, remaining_id: int) -> list[ActivityRef]:
    """What one person cannot have done twice, each activity once, in the order of their time."""
    found = [*_signed_up_twice(gone_id, remaining_id), *_recorded_twice(gone_id, remaining_id)]
    theirs, others = _stretches(gone_id), _stretches(remaining_id)
    for one in theirs:
        for other in others:
            if one.begins < other.ends and other.begins < one.ends:
                found += [one.activity, other.activity]
    found += _too_long_days(gone_id, remaining_id)
    return list(dict.fromkeys(found))


def _signed_up_twice(gone_id: int, remaining_id: int) -> list[ActivityRef]:
    one, other = SignUp.__table__.alias("one"), SignUp.__table__.alias("other")
    rows = session.execute(
        sa.select(Activity.id, Activity.title)
        .join(one, one.c.activity_id == Activity.id)
        .join(other, other.c.activity_id == Activity.id)
        .where(one.c.person_id == gone_id, other.c.person_id == remaining_id)
        .where(one.c.state.not_in(OVER), other.c.state.not_in(OVER))
        .distinct()
        .order_by(Activity.id)
    )
    return [ActivityRef(*row) for row in rows]


def _recorded_twice(gone_id: int, remaining_id: int) -> list[ActivityRef]:
    """Of an activity everybody has one first record, also where it was corrected to nothing since."""
    first = (ServiceRecord.corrects_id.is_(None), ServiceRecord.activity_id.is_not(None))
    rows = session.execute(
        sa.select(ServiceRecord.activity_id, sa.func.max(ServiceRecord.activity_name))
        .where(ServiceRecord.person_id.in_(ids_of_all([gone_id, remaining_id])), *first)
        .group_by(ServiceRecord.activity_id)
        .having(sa.func.count(sa.distinct(WHOSE)) > 1)
        .order_by(ServiceRecord.activity_id)
    )
    return [ActivityRef(*row) for row in rows]


def _stretches(person_id: int) -> list[_Stretch]:
    records = session.execute(
        sa.select(
            ServiceRecord.activity_id,
            ServiceRecord.activity_name,
            ServiceRecord.started_at,
            ServiceRecord.ended_at,
        )
        .where(ServiceRecord.person_id.in_(ids_of(person_id)), IN_FORCE, ServiceRecord.minutes > 0)
        .order_by(ServiceRecord.started_at)
    )
    # Of several sessions each: as it was attended, else as it is planned; the weeks between them are free.
    part, came = ActivitySession, SessionAttendance
    once = sa.case((SignUp.state.in_(ATTENDED), SignUp.checked_in_at), else_=Activity.starts_at)
    begins = sa.func.coalesce(came.checked_in_at, part.starts_at, once, type_=Moment())
    ends = sa.func.coalesce(
        came.checked_out_at, part.ends_at, SignUp.checked_out_at, Activity.ends_at, type_=Moment()
    )
    planned = session.execute(
        sa.select(Activity.id, Activity.title, begins, ends)
        .join(SignUp, SignUp.activity_id == Activity.id)
        .outerjoin(part, part.activity_id == Activity.id)
        .outerjoin(came, sa.and_(came.sign_up_id == SignUp.id, came.number == part.number))
        # What was certified is a record, and that says how long it was.
        .where(SignUp.person_id == person_id, SignUp.state.not_in((*_NOWHERE, SignUpState.CERTIFIED)))
        .order_by(Activity.starts_at)
    )
    return [
        _Stretch(ActivityRef(row[0], row[1]), row[2], row[3]) for rows in (records, planned) for row in rows
    ]


def _too_long_days(gone_id: int, remaining_id: int) -> list[ActivityRef]:
    """Activities of days that would have more than eight hours together."""
    both = (ServiceRecord.person_id.in_(ids_of_all([gone_id, remaining_id])), IN_FORCE)
    days = session.scalars(
        sa.select(ServiceRecord.served_on)
        .where(*both)
        .group_by(ServiceRecord.served_on)
        .having(sa.func.sum(ServiceRecord.minutes) > DAY_MINUTES)
    ).all()
    if not days:
        return []
    rows: Any = session.execute(
        sa.select(ServiceRecord.activity_id, ServiceRecord.activity_name)
        .where(*both, ServiceRecord.served_on.in_(days), ServiceRecord.minutes > 0)
        .order_by(ServiceRecord.started_at)
    )
    return [ActivityRef(*row) for row in rows]
