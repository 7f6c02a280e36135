"""Opening what is sealed: by whom it concerns, for a reason, into the journal, and at a pace.

What a task brings (my claim, a call-back that waits, a complaint that I answer) is journaled and not counted. Beyond it
so many an hour are opened by one person alone (OPENINGS_AN_HOUR); then a colleague of the same place has to agree to
each. The supervisor looks through all of them, week by week.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict

import sqlalchemy as sa

from backend import clock, config, journal
from backend.db import lock_row, session, transaction
from backend.errors import NotFound, Refused
from backend.journal import Actor, JournalLine
from backend.organisations import queries as places
from backend.people import permissions, sealed, security_events
from backend.people.journal_queries import OPENINGS
from backend.people.kinds import GRANT, PersonState, SecurityEventKind
from backend.people.models import Person, Residency
from backend.people.opening_requests import OpeningRequest, standing_grant
from backend.people.permissions import Permission

HOUR = timedelta(hours=1)
SEE_NAMES = "see_names"


class OpeningTask(StrEnum):
    """Work that brings an opening with it: it is journaled, and not counted."""

    CLAIM = "claim"
    CALL_BACK = "call_back"
    COMPLAINT = "complaint"


class OpeningPace(Refused):
    code, message = 42902, "一小时里已经查看了 {limit} 次，再查看要请一位同事同意，或过一会儿再看"


@dataclass(frozen=True)
class Sealed:
    """Something sealed that its reader may open: what the journal calls it, where it lies, whom it tells of."""

    kind: str
    id: int
    place_id: int
    about_id: int | None


def admit(
    found: Sealed, reason: str, *, actor: Actor, task: OpeningTask | None = None
) -> dict[str, Any] | None:
    """Lets this person open it, and the one of whom it tells see so among their own; answers what the journal says of
    it. The caller has asked for the permission, and writes the line, without which nothing is opened.

    Raises InvalidInput for a reason that says nothing, OpeningPace.
    """
    facts: dict[str, Any] = {"task": task} if task else admit_counted(found, reason, actor)
    if found.about_id is not None and found.about_id != actor.id:
        who = "认领人" if task == OpeningTask.CLAIM else f"{places.get(found.place_id).name}的工作人员"
        what = "回电号码" if found.kind == "complaint" else "姓名、电话和住址"
        security_events.record(found.about_id, SecurityEventKind.DATA_OPENED, f"{who}查看了您的{what}")
    return facts or None


def admit_counted(found: Sealed, reason: str, actor: Actor) -> dict[str, Any]:
    """What the journal says of an opening that no task brings. Counted under the lock of whoever opens, so that two
    at once are two. Raises OpeningPace, InvalidInput."""
    journal.check_reason(reason)
    lock_row(Person, actor.id)
    granted = standing_grant(found.kind, found.id, actor=actor)
    if granted is not None:
        return {GRANT: granted.id}
    limit, counted = config.settings().openings_an_hour, _counted(actor)
    if len(counted) >= limit:
        free = (counted[-limit] if limit else clock.now()) + HOUR - clock.now()
        raise OpeningPace(limit=limit).retry_after(free.total_seconds())
    return {}


def _counted(actor: Actor) -> list[datetime]:
    """When this person opened something in the last hour that counts, oldest first."""
    lines = session.execute(
        sa.select(JournalLine.at, JournalLine.facts)
        .where(
            JournalLine.at > clock.now() - HOUR,
            JournalLine.actor_id == actor.id,
            JournalLine.verb.in_(OPENINGS),
        )
        .order_by(JournalLine.at, JournalLine.id)
    )
    return [at for at, facts in lines if not {"task", GRANT} & set(facts or {})]


def note_names(kind: str, subject_id: int, place_id: int, *, actor: Actor) -> None:
    """A page that names people in full, because they are what its task is about, is one line for each reader and day. No
    reason is asked for it, and it is not counted: names of one's own residents are the work."""
    noted = sa.select(JournalLine.id).where(
        JournalLine.subject_kind == kind,
        JournalLine.subject_id == subject_id,
        JournalLine.actor_id == actor.id,
        JournalLine.verb == SEE_NAMES,
        JournalLine.at >= clock.day_starts(clock.today()),
    )
    if session.scalar(noted.limit(1)) is None:
        with transaction():
            journal.write(SEE_NAMES, kind, subject_id, actor=actor, place=place_id)


class Contact(TypedDict):
    """How somebody is reached, in clear; None where it is not known."""

    name: str | None
    phone: str | None
    address: str | None


def open_person(person_id: int, reason: str, *, actor: Actor) -> Contact:
    """Name, phone and address in clear (个人信息保护法 28: specific purpose). The line in the journal is
    written in the same transaction, so no opening is without one.

    Raises NotFound outside the clerk's place, OpeningPace, InvalidInput.
    """
    person, home = _openable(person_id, actor)
    facts = admit(_sealed(person, home), reason, actor=actor)
    journal.write(
        "open_person", "person", person.id, actor=actor, place=home.community_id, reason=reason, facts=facts
    )
    return {"name": sealed.real_name(person), "phone": sealed.phone(person), "address": sealed.address(home)}


def ask_person(person_id: int, reason: str, *, actor: Actor) -> OpeningRequest:
    """Asks the colleagues to agree that this one is opened. Raises as `open_person`, but for the pace."""
    return ask(_sealed(*_openable(person_id, actor)), reason, actor=actor)


def _openable(person_id: int, actor: Actor) -> tuple[Person, Residency]:
    found = session.execute(
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.id == person_id, Person.state == PersonState.ACTIVE)
    ).first()
    if found is None:
        raise NotFound()
    person, home = found
    permissions.require(actor.id, Permission.PERSON_OPEN, home.grid_id or home.community_id)
    return person, home


def _sealed(person: Person, home: Residency) -> Sealed:
    return Sealed("person", person.id, home.community_id, person.id)


def ask(found: Sealed, reason: str, *, actor: Actor) -> OpeningRequest:
    """A colleague is asked to agree to this one opening; asked again meanwhile, it is the same request."""
    journal.check_reason(reason)
    lock_row(Person, actor.id)
    waiting = session.scalar(
        sa.select(OpeningRequest).where(
            OpeningRequest.asked_by_id == actor.id,
            OpeningRequest.subject_kind == found.kind,
            OpeningRequest.subject_id == found.id,
            OpeningRequest.decided_at.is_(None),
            OpeningRequest.expires_at > clock.now(),
        )
    )
    if waiting is not None:
        return waiting
    row = OpeningRequest(
        asked_by_id=actor.id,
        subject_kind=found.kind,
        subject_id=found.id,
        person_id=found.about_id,
        place_id=found.place_id,
        reason=reason,
        asked_at=clock.now(),
        expires_at=clock.now() + OpeningRequest.WAITS,
    )
    session.add(row)
    session.flush()
    journal.write("ask", "opening_request", row.id, actor=actor, place=row.place_id, reason=reason)
    return row
