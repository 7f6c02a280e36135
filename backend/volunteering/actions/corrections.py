"""The volunteer's right to a true record (民政部令 67, 13): asked for by them, decided by other staff.

The old record stays; a new one points to it and counts in its place. Points are another ledger: what a
correction does to them is decided there, by two, as an adjustment.
"""

from functools import partial
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import columns_of, lock_row, savepoint, session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.lifecycle import transition
from backend.people.one_person import remaining_id
from backend.volunteering import days, limits, notices, states
from backend.volunteering.models import DAY_MINUTES, MOST_MINUTES
from backend.volunteering.record_models import Correction, RequestState, ServiceRecord, SyncState


class RecordCorrected(Refused):
    code, message = 40960, "这条记录已经更正过，请对最新的一条提出"


class CorrectionWaiting(Refused):
    code, message = 40961, "这条记录已有一个更正申请在等待处理"


class NothingToCorrect(Refused):
    code, message = 42296, "申请的时长应与记录不同，一天最多 480 分钟"


def lock_own(record_id: int, *, actor: Actor) -> ServiceRecord:
    """A locked record of this person's own service. Raises NotFound."""
    record: ServiceRecord = lock_row(ServiceRecord, record_id)
    if remaining_id(record.person_id) != actor.id:
        raise NotFound()
    return record


def request(record_id: int, minutes: int, reason: str, *, actor: Actor) -> Correction:
    """The volunteer says what the minutes should be (0: I was not there).

    Raises NotFound for another person's record, RecordCorrected, CorrectionWaiting, NothingToCorrect.
    """
    record = lock_own(record_id, actor=actor)
    journal.check_reason(reason)
    if minutes == record.minutes or not 0 <= minutes <= MOST_MINUTES or _beyond_its_days(record, minutes):
        raise NothingToCorrect()
    _refuse_superseded(record)
    made = Correction(
        record_id=record.id,
        person_id=actor.id,
        community_id=record.community_id,
        state=RequestState.REQUESTED,
        minutes=minutes,
        reason=reason,
        requested_at=clock.now(),
    )
    try:
        with savepoint():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        raise CorrectionWaiting() from None
    states = (None, RequestState.REQUESTED)
    place = record.community_id
    journal.write("request", "correction", made.id, actor=actor, states=states, reason=reason, place=place)
    return made


def _beyond_its_days(record: ServiceRecord, minutes: int) -> bool:
    """More than eight hours are those of several days, on which the person served."""
    last_day = record.served_until or record.served_on
    return minutes > DAY_MINUTES and (_served(record, minutes).last_day or record.served_on) > last_day


def _refuse_superseded(record: ServiceRecord) -> None:
    later = sa.select(ServiceRecord.id).where(ServiceRecord.corrects_id == record.id)
    if session.scalar(later) is not None:
        raise RecordCorrected()


def approve(correction_id: int, *, actor: Actor) -> Correction:
    """Makes the new record. Never by the volunteer, nor by whoever certified the old one.

    Raises FourEyes, AlreadyDecided, RecordCorrected, TooManyHoursThatDay, OverlappingService.
    """
    correction = lock_row(Correction, correction_id)
    record = session.get_one(ServiceRecord, correction.record_id)
    decided: dict[str, Any] = {"decided_by_id": actor.id, "decided_at": clock.now()}
    fits = partial(_still_fits, record, correction)
    transition(states.APPROVE_CORRECTION, correction, actor=actor, precondition=fits, **decided)
    _replace(record, correction, actor)
    notices.correction_decided(correction, record, None)
    return correction


def _still_fits(record: ServiceRecord, correction: Correction) -> None:
    limits.lock_persons([correction.person_id])
    _refuse_superseded(record)
    limits.check([_served(record, correction.minutes)], besides=record.id)


def _served(record: ServiceRecord, minutes: int) -> limits.Served:
    return limits.Served(remaining_id(record.person_id), record.started_at, minutes)


_NEW = (
    "id",
    "person_id",
    "recorded_by_id",
    "certified_by_id",
    "recorded_at",
    "corrects_id",
    "backfill_id",
    "sync_state",
)


def _replace(record: ServiceRecord, correction: Correction, actor: Actor) -> None:
    kept = {name: value for name, value in columns_of(record).items() if name not in _NEW}
    made = ServiceRecord(
        **{**kept, **_served(record, correction.minutes).facts()},
        person_id=correction.person_id,
        recorded_by_id=correction.person_id,
        certified_by_id=actor.id,
        recorded_at=clock.now(),
        corrects_id=record.id,
        sync_state=SyncState.NOT_SYNCHRONISED,
    )
    session.add(made)
    session.flush()
    days.keep([made])


def reject(correction_id: int, reason: str, *, actor: Actor) -> Correction:
    """The record stays as it is; the volunteer is told why."""
    correction = lock_row(Correction, correction_id)
    transition(
        states.REJECT_CORRECTION,
        correction,
        actor=actor,
        reason=reason,
        decided_by_id=actor.id,
        decided_at=clock.now(),
        decision_reason=reason,
    )
    notices.correction_decided(correction, session.get_one(ServiceRecord, correction.record_id), reason)
    return correction
