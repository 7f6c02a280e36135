"""Reading service records: mine, with totals; what staff have to decide."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backend.db import columns_of, session
from backend.paging import KeysetQuery
from backend.people import queries as people
from backend.volunteering.limits import IN_FORCE
from backend.volunteering.record_models import Backfill, Correction, RequestState, ServiceRecord


def records_of(person_id: int) -> KeysetQuery:
    """All of a person's records, corrected ones too, newest first."""
    wanted = sa.select(ServiceRecord).where(ServiceRecord.person_id == person_id)
    return KeysetQuery(wanted, (ServiceRecord.id.desc(),))


def records_in_force(person_id: int, *more: sa.ColumnElement[bool]) -> list[ServiceRecord]:
    """The records that count, in the order of the days served; `more` narrows them (days, a community)."""
    wanted = sa.select(ServiceRecord).where(
        ServiceRecord.person_id == person_id, IN_FORCE, ServiceRecord.minutes > 0, *more
    )
    return list(session.scalars(wanted.order_by(ServiceRecord.started_at, ServiceRecord.id)))


def view_records(records: Sequence[ServiceRecord]) -> list[dict[str, Any]]:
    """Records with the names of those who answer for them, and whether another one corrects them."""
    ids = {record.in_charge_id for record in records} | {record.certified_by_id for record in records}
    names = people.masked_names(ids)
    later = _corrected_by([record.id for record in records])
    waiting = _waiting([record.id for record in records])
    return [
        {
            **columns_of(record),
            "in_charge": names[record.in_charge_id],
            "certified_by": names[record.certified_by_id],
            "corrected_by_id": later.get(record.id),
            "actions": [] if record.id in later or record.id in waiting else ["correct"],
        }
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


def totals(person_id: int) -> dict[str, Any]:
    """Minutes of the person that count: in all, by year, by category and by how they were recorded.

    The groups are in their own order, never by size: this is a register, not a league.
    """
    year = sa.extract("year", ServiceRecord.served_on)
    rows = session.execute(
        sa.select(year, ServiceRecord.category, ServiceRecord.source, sa.func.sum(ServiceRecord.minutes))
        .where(ServiceRecord.person_id == person_id, IN_FORCE)
        .group_by(year, ServiceRecord.category, ServiceRecord.source)
    ).all()
    return {
        "minutes": sum(int(row[3]) for row in rows),
        "by_year": _grouped(rows, 0, "year", int),
        "by_category": _grouped(rows, 1, "category", str),
        "by_source": _grouped(rows, 2, "source", str),
    }


def _grouped(rows: Sequence[sa.Row], column: int, name: str, kind: type) -> list[dict[str, Any]]:
    sums: dict[Any, int] = {}
    for row in rows:
        sums[kind(row[column])] = sums.get(kind(row[column]), 0) + int(row[3])
    return [{name: key, "minutes": minutes} for key, minutes in sorted(sums.items())]


def requester_names(requests: Sequence[Backfill | Correction]) -> dict[int | None, str]:
    """The masked names of those for whom something is asked."""
    return people.masked_names({one.person_id for one in requests})


def records_by_id(ids: set[int]) -> dict[int, ServiceRecord]:
    if not ids:
        return {}
    rows = session.scalars(sa.select(ServiceRecord).where(ServiceRecord.id.in_(ids)))
    return {record.id: record for record in rows}
