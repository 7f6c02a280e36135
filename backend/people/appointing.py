"""Appointments as they stand, and ending one, at once: what its holder may do is asked again at every click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import NotAllowed, Refused
from backend.journal import Actor
from backend.organisations import queries as places
from backend.paging import KeysetQuery
from backend.people import permissions, security_events
from backend.people import queries as people
from backend.people.kinds import SecurityEventKind
from backend.people.labels import ROLES
from backend.people.masking import Level
from backend.people.models import ROLE_PLACES, Appointment
from backend.people.permissions import Permission


class AppointmentOver(Refused):
    code, message = 40953, "这项任职已经结束了，请刷新"


def end(appointment_id: int, *, actor: Actor) -> None:
    """Its last day was yesterday. One that only began today, or has not begun, goes altogether: that it
    was given and taken back stands in the journal.

    Raises NotFound, NotAllowed (nobody ends their own), AppointmentOver.
    """
    row = lock_row(Appointment, appointment_id)
    permissions.require(actor.id, Permission.APPOINTMENT_GRANT, row.organisation_id)
    if row.person_id == actor.id:
        raise NotAllowed("不能结束自己的任职，请另一位管理员来办")
    today = clock.today()
    if row.to_day is not None and row.to_day < today:
        raise AppointmentOver()
    facts = {"role": row.role, "appointment": row.id, "fromDay": row.from_day.isoformat()}
    if row.from_day < today:
        row.to_day = today - timedelta(days=1)
    else:
        session.delete(row)
    session.flush()
    journal.write(
        "end_appointment", "person", row.person_id, actor=actor, place=row.organisation_id, facts=facts
    )
    told = f"{places.get(row.organisation_id).name}的{ROLES[row.role]}任职已结束"
    security_events.record(row.person_id, SecurityEventKind.ROLE, told)


def ended_since(person_id: int, moment: datetime) -> bool:
    """Whether an appointment of theirs has ended since then, by somebody's decision or by its last day."""
    decided = sa.select(sa.literal(1)).where(
        journal.JournalLine.subject_kind == "person",
        journal.JournalLine.subject_id == person_id,
        journal.JournalLine.verb == "end_appointment",
        journal.JournalLine.at >= moment,
    )
    lapsed = sa.select(sa.literal(1)).where(
        Appointment.person_id == person_id,
        Appointment.to_day >= clock.business_day(moment),
        Appointment.to_day < clock.today(),
    )
    return session.scalar(sa.union_all(decided, lapsed).limit(1)) is not None


@dataclass(frozen=True)
class AppointmentView:
    """An appointment as who appoints sees it: its holder and its place by name: they hold, held or
    will hold an office. `misplaced` is one of an
    earlier release whose role is none of such a place."""

    id: int
    person_id: int
    person_name: str
    role: str
    place: str
    misplaced: bool
    from_day: date
    to_day: date | None


def view_appointments(rows: Sequence[Appointment]) -> list[AppointmentView]:
    """In three statements, however many."""
    names = people.masked_names({row.person_id for row in rows}, Level.AT_WORK)
    ids = {row.organisation_id for row in rows}
    where, kinds = places.names(ids), places.kinds(ids)
    return [
        AppointmentView(
            row.id,
            row.person_id,
            names[row.person_id],
            row.role,
            where[row.organisation_id],
            kinds[row.organisation_id] not in ROLE_PLACES[row.role],
            row.from_day,
            row.to_day,
        )
        for row in rows
    ]


def in_force(role: str | None = None, *, actor: Actor) -> KeysetQuery:
    """Appointments not yet over in the places where this person may appoint, newest first."""
    wanted = sa.select(Appointment).where(
        Appointment.organisation_id.in_(permissions.reach_of(actor.id, Permission.APPOINTMENT_GRANT)),
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= clock.today()),
    )
    if role:
        wanted = wanted.where(Appointment.role == role)
    return KeysetQuery(wanted, (Appointment.id.desc(),))
