"""Reading service records: mine, with totals; what staff have to decide."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from backend.db import session, view_of
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import queries as people
from backend.people.one_person import ids_of, ids_of_all
from backend.people.permissions import Permission
from backend.volunteering import days
from backend.volunteering.limits import IN_FORCE, WHOSE
from backend.volunteering.record_models import Backfill, Correction, RequestState, ServiceDay, ServiceRecord
from backend.volunteering.views import BackfillView, CorrectionView, RecordView, Totals


def records_of(person_id: int) -> KeysetQuery:
    """All of a person's records, corrected ones too, newest first."""
    wanted = sa.select(ServiceRecord).where(ServiceRecord.person_id.in_(ids_of(person_id)))
    return KeysetQuery(wanted, (ServiceRecord.id.desc(),))


def records_in_force(person_id: int, *more: sa.ColumnElement[bool]) -> list[ServiceRecord]:
    """The records that count, in the order of the days served; `more` narrows them (days, a community)."""
    wanted = sa.select(ServiceRecord).where(
        ServiceRecord.person_id.in_(ids_of(person_id)), IN_FORCE, ServiceRecord.minutes > 0, *more
    )
    return list(session.scalars(wanted.order_by(ServiceRecord.started_at, ServiceRecord.id)))


def view_records(records: Sequence[ServiceRecord]) -> list[RecordView]:
    """Records with the names of those who answer for them, and whether another one corrects them."""
    names = people.masked_names(
        {who for one in records for who in (one.in_charge_id, one.recorded_by_id, one.certified_by_id)}
    )
    later, by_day = _corrected_by([record.id for record in records]), days.of_records(records)
    waiting = _waiting([record.id for record in records])
    return [
        view_of(
            RecordView,
            record,
            in_charge=names[record.in_charge_id],
            recorded_by=names[record.recorded_by_id],
            certified_by=names[record.certified_by_id],
            corrected_by_id=later.get(record.id),
            days=by_day[record.id],
            actions=[] if record.id in later or record.id in waiting else ["correct"],
        )
        for record in records
    ]


def _corrected_by(ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    wanted = sa.select(ServiceRecord.corrects_id, ServiceRecord.id).where(ServiceRecord.corrects_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(wanted) if row[0] is not None}


def _waiting(ids: list[int]) -> set[int]:
    """Records for whose correction somebody has to decide yet."""
    if not ids:
        return set()
    wanted = sa.select(Correction.record_id).where(
        Correction.record_id.in_(ids), Correction.state == RequestState.REQUESTED
    )
    return set(session.scalars(wanted))


def totals(person_id: int) -> Totals:
    """Minutes of the person that count: in all, by year, by category and by how they were recorded.

    The groups are in their own order, never by size: this is a register, not a league.
    """
    year = sa.extract("year", days.DAY)
    rows = session.execute(
        sa.select(year, ServiceRecord.category, ServiceRecord.source, sa.func.sum(days.MINUTES))
        .outerjoin(ServiceDay, days.DAYS_OF_RECORD)
        .where(ServiceRecord.person_id.in_(ids_of(person_id)), IN_FORCE)
        .group_by(year, ServiceRecord.category, ServiceRecord.source)
    ).all()
    return {
        "minutes": sum(int(row[3]) for row in rows),
        "by_year": [{"year": int(key), "minutes": minutes} for key, minutes in _sums(rows, 0)],
        "by_category": [{"category": key, "minutes": minutes} for key, minutes in _sums(rows, 1)],
        "by_source": [{"source": key, "minutes": minutes} for key, minutes in _sums(rows, 2)],
    }


def minutes_of(persons: Collection[int]) -> dict[int, int]:
    """Minutes that count of each of these persons who has any."""
    total = sa.func.sum(ServiceRecord.minutes)
    rows = session.execute(
        sa.select(WHOSE, total)
        .where(ServiceRecord.person_id.in_(ids_of_all(persons)), IN_FORCE)
        .group_by(WHOSE)
    )
    return {person_id: int(minutes) for person_id, minutes in rows}


def _sums(rows: Sequence[sa.Row], column: int) -> list[tuple[Any, int]]:
    sums: dict[Any, int] = {}
    for row in rows:
        sums[row[column]] = sums.get(row[column], 0) + int(row[3])
    return sorted(sums.items())


def view_backfills(found: Sequence[Backfill], *, actor: Actor) -> list[BackfillView]:
    """Backfills, for their maker and whoever checks them."""
    whose = {one.person_id: one.community_id for one in found}
    acted = {who for one in found for who in (one.in_charge_id, one.maker_id)}
    names = people.names_near(actor.id, whose, Permission.SERVICE_RECORD_DECIDE, acted)
    return [
        view_of(
            BackfillView,
            one,
            name=names[one.person_id],
            in_charge=names[one.in_charge_id],
            maker=names[one.maker_id],
        )
        for one in found
    ]


def view_corrections(found: Sequence[Correction], *, actor: Actor) -> list[CorrectionView]:
    """Corrections, for the volunteer and for those who decide. Whoever certified the record, of whom the volunteer may
    complain, is not among them: they learn that it is asked for, and not in which words."""
    records = records_by_id({one.record_id for one in found})
    whose = {one.person_id: records[one.record_id].community_id for one in found}
    names = people.names_near(actor.id, whose, Permission.SERVICE_RECORD_DECIDE)
    told = []
    for one in found:
        record = records[one.record_id]
        words = {"reason": None, "decision_reason": None} if record.certified_by_id == actor.id else {}
        more = {"activity_name": record.activity_name, "recorded_minutes": record.minutes, **words}
        told.append(view_of(CorrectionView, one, name=names[one.person_id], **more))
    return told


def records_by_id(ids: set[int]) -> dict[int, ServiceRecord]:
    if not ids:
        return {}
    rows = session.scalars(sa.select(ServiceRecord).where(ServiceRecord.id.in_(ids)))
    return {record.id: record for record in rows}
