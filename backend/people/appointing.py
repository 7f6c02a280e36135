"""Appointments as they stand, and ending one, at once: what its holder may do is asked again at every click."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import NotAllowed, Refused
from backend.journal import Actor
from backend.organisations import queries as places
from backend.organisations.models import Organisation, Reach
from backend.paging import KeysetQuery
from backend.people import permissions, sealed, security_events
from backend.people.kinds import SecurityEventKind
from backend.people.labels import ROLES
from backend.people.masking import Kind, Level, masked
from backend.people.models import ROLE_PLACES, Appointment, Person
from backend.people.permissions import Permission
from backend.people.sameness import name_key


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
    """An appointment as who appoints sees it: its holder by name, its place with the path to it. `misplaced` is one of an
    earlier release whose role is none of such a place."""

    id: int
    person_id: int
    person_name: str
    role: str
    place: str
    around: str
    misplaced: bool
    from_day: date
    to_day: date | None


def view_appointments(rows: Sequence[Appointment]) -> list[AppointmentView]:
    """In four statements, however many."""
    names = _names({row.person_id for row in rows})
    ids = {row.organisation_id for row in rows}
    where, kinds, around = places.names(ids), places.kinds(ids), places.paths_to(ids)
    return [
        AppointmentView(
            row.id,
            row.person_id,
            names[row.person_id],
            row.role,
            where[row.organisation_id],
            around[row.organisation_id],
            kinds[row.organisation_id] not in ROLE_PLACES[row.role],
            row.from_day,
            row.to_day,
        )
        for row in rows
    ]


def _names(ids: Collection[int]) -> dict[int, str]:
    """Who holds an office is no secret among colleagues."""
    rows = session.execute(sa.select(Person.id, Person.real_name_sealed).where(Person.id.in_(ids)))
    return {
        person_id: masked(Kind.OFFICER, sealed.unsealed_name(person_id, name), Level.COLLEAGUE) or "一位居民"
        for person_id, name in rows
    }


@dataclass(frozen=True)
class Asked:
    """What is looked for among the appointments: a role, words of the name of the place or of one around it, words of the
    name of who holds it, or else those persons themselves."""

    role: str | None = None
    place: str = ""
    name: str = ""
    persons: tuple[int, ...] | None = None


NOTHING = Asked()


def in_force(asked: Asked = NOTHING, *, actor: Actor) -> KeysetQuery:
    """Appointments not yet over in the places where this person may appoint, newest first."""
    wanted = _in_force(asked, actor)
    return KeysetQuery(wanted, (Appointment.id.desc(),))


def counted(asked: Asked = NOTHING, *, actor: Actor) -> dict[str, int]:
    """How many there are of each role, whichever role was asked for, in the order of ROLES."""
    kept = _in_force(replace(asked, role=None), actor).subquery()
    rows = session.execute(
        sa.select(kept.c.role, sa.func.count().label("appointed")).group_by(kept.c.role)
    ).all()
    found = {row.role: row.appointed for row in rows}
    return {role: found[role] for role in ROLES if role in found}


def _in_force(asked: Asked, actor: Actor) -> sa.Select[Any]:
    wanted = sa.select(Appointment).where(
        Appointment.organisation_id.in_(permissions.reach_of(actor.id, Permission.APPOINTMENT_GRANT)),
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= clock.today()),
    )
    if asked.role:
        wanted = wanted.where(Appointment.role == asked.role)
    if asked.place:
        named = sa.select(Organisation.id).where(Organisation.name.icontains(asked.place, autoescape=True))
        below = sa.select(Reach.descendant_id).where(Reach.ancestor_id.in_(named))
        wanted = wanted.where(Appointment.organisation_id.in_(below))
    if asked.persons is not None:
        wanted = wanted.where(Appointment.person_id.in_(asked.persons))
    return wanted


def resolved(asked: Asked, *, actor: Actor) -> Asked:
    """The same with the persons who are called so. Names are sealed, so those of all who hold an office there are
    opened and looked through: a city has a few thousand."""
    if not asked.name:
        return asked
    holders = _in_force(replace(asked, role=None), actor).with_only_columns(Appointment.person_id)
    rows = session.execute(sa.select(Person.id, Person.real_name_sealed).where(Person.id.in_(holders)))
    looked_for = name_key(asked.name)
    called = (
        person_id
        for person_id, kept in rows
        if looked_for in name_key(sealed.unsealed_name(person_id, kept) or "")
    )
    return replace(asked, persons=tuple(sorted(called)))
