"""Who acts for the organisations that hold a ticket: the second door of scope, beside the place.

A unit sees what it holds, wherever it lies, and no more. People act for the very organisation to which they are
appointed, and while they are away their substitute does.
"""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.organisations.models import Reach
from backend.people import at_kiosk, permissions
from backend.people.models import Appointment
from backend.tickets.holding_models import Assignment, Follower, Substitute
from backend.tickets.kinds import ACTING_ROLES


def facts(ticket: Any, person_id: int) -> set[str]:
    """What somebody is to a ticket by whom they act for: `ticket_lead` or `cooperator` now, `ticket_handler` of whatever their
    organisation ever led, `subject` of what complains about a body in which they work, and `follower`."""
    if at_kiosk.is_visitor(person_id):
        return set()
    rows = session.execute(
        sa.select(Assignment.part, Assignment.ended_at, Assignment.sent_at, Assignment.organisation_id).where(
            # What was merged into another one is handled there.
            Assignment.ticket_id.in_([ticket.id, *filter(None, [ticket.parent_id])])
        )
    ).all()
    mine = organisations_of(person_id)
    found: set[str] = set()
    for part, ended_at, sent_at, place in rows:
        if place not in mine or _away_from(person_id, place, clock.business_day(sent_at)):
            continue
        if part == "lead":
            found.add("ticket_handler")
        if ended_at is None:
            found.add("ticket_lead" if part == "lead" else "cooperator")
    if ticket.subject_id is not None and works_for(person_id, ticket.subject_id):
        found.add("subject")
    follows = sa.select(Follower.person_id).where(
        Follower.ticket_id == ticket.id, Follower.person_id == person_id
    )
    if session.scalar(follows) is not None:
        found.add("follower")
    return found


def organisations_of(person_id: int) -> set[int]:
    """For which organisations this person acts today."""
    return set(session.scalars(sa.union_all(appointed_in(person_id), _standing_in(person_id))))


def appointed_in(person_id: int) -> sa.Select[int]:
    return sa.select(Appointment.organisation_id).where(
        permissions.active_today(person_id), Appointment.role.in_(ACTING_ROLES)
    )


def _standing_in(person_id: int) -> sa.Select[int]:
    today = clock.today()
    return sa.select(Substitute.organisation_id).where(
        Substitute.substitute_id == person_id, Substitute.from_day <= today, Substitute.to_day >= today
    )


def _away_from(person_id: int, organisation_id: int, sent_on: Any) -> bool:
    """What was sent during their leave is the substitute's, as long as the leave lasts."""
    today = clock.today()
    wanted = sa.select(Substitute.id).where(
        Substitute.absent_id == person_id,
        Substitute.organisation_id == organisation_id,
        Substitute.from_day <= sent_on,
        Substitute.to_day >= today,
        Substitute.from_day <= today,
    )
    return session.scalar(wanted.limit(1)) is not None


def works_for(person_id: int, organisation_id: int) -> bool:
    """Whether they are appointed at this organisation, or below it, in whatever office."""
    wanted = (
        sa.select(Appointment.id)
        .join(Reach, Reach.descendant_id == Appointment.organisation_id)
        .where(permissions.active_today(person_id), Reach.ancestor_id == organisation_id)
    )
    return session.scalar(wanted.limit(1)) is not None


def people_of(organisation_id: int) -> list[int]:
    """Who acts for an organisation today: those appointed there who are not away, and their substitutes."""
    today = clock.today()
    away = sa.select(Substitute.absent_id).where(
        Substitute.organisation_id == organisation_id,
        Substitute.from_day <= today,
        Substitute.to_day >= today,
    )
    there = sa.select(Appointment.person_id).where(
        Appointment.organisation_id == organisation_id,
        Appointment.role.in_(ACTING_ROLES),
        Appointment.from_day <= today,
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
        Appointment.person_id.not_in(away),
    )
    instead = sa.select(Substitute.substitute_id).where(
        Substitute.organisation_id == organisation_id,
        Substitute.from_day <= today,
        Substitute.to_day >= today,
    )
    return sorted(set(session.scalars(sa.union_all(there, instead))))
