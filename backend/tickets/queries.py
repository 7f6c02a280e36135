"""Which tickets somebody reaches: by place, by assignment, as who reported or follows; and what they are shown of each."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.organisations.models import Reach
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.models import Appointment
from backend.people.permissions import Permission
from backend.tickets import acting
from backend.tickets.holding_models import Assignment, Follower
from backend.tickets.kinds import LIVE, TicketState
from backend.tickets.models import Ticket

HINT_DAYS = timedelta(days=30)


def one(ticket_id: int, *, actor: Actor) -> Ticket:
    """A ticket that the person may see; else NotFound."""
    found = session.get(Ticket, ticket_id)
    if found is None:
        raise NotFound()
    words = permissions.permissions_in(actor.id, found.place_id)
    if not found.visible_to(actor.id, words, found.facts_about(actor.id)):
        raise NotFound()
    return found


def mine(person_id: int, states: Collection[str] | None = None) -> KeysetQuery:
    """What the person reported or follows, newest first."""
    followed = sa.select(Follower.ticket_id).where(Follower.person_id == person_id)
    wanted = sa.select(Ticket).where(sa.or_(Ticket.reporter_id == person_id, Ticket.id.in_(followed)))
    if states:
        wanted = wanted.where(Ticket.state.in_(states))
    return KeysetQuery(wanted, (Ticket.id.desc(),))


def in_scope(actor: Actor) -> sa.ColumnElement[bool]:
    """The two doors of scope, for lists, counts and exports alike: the place, and what one's organisation holds. Never what
    complains about it."""
    placed = Ticket.place_id.in_(permissions.reach_of(actor.id, Permission.TICKET_READ))
    held = sa.select(Assignment.ticket_id).where(
        Assignment.ended_at.is_(None), Assignment.organisation_id.in_(acting.organisations_of(actor.id))
    )
    return sa.and_(sa.or_(placed, Ticket.id.in_(held)), ~complains_about(actor))


def complains_about(actor: Actor) -> sa.ColumnElement[bool]:
    """Whether it complains about a body for which, or below which, this person works."""
    bodies = (
        sa.select(Reach.ancestor_id)
        .join(Appointment, Appointment.organisation_id == Reach.descendant_id)
        .where(permissions.active_today(actor.id))
    )
    return sa.and_(Ticket.subject_id.is_not(None), Ticket.subject_id.in_(bodies))


def listed(states: Collection[str] | None = None, *, actor: Actor) -> KeysetQuery:
    """All that somebody at work reaches, newest first."""
    wanted = sa.select(Ticket).where(in_scope(actor))
    if states:
        wanted = wanted.where(Ticket.state.in_(states))
    return KeysetQuery(wanted, (Ticket.id.desc(),))


def duplicates(category: str, community_id: int, estate_id: int | None) -> list[Ticket]:
    """Open ones of the same category and estate, of thirty days: a hint, never more. What is confidential is no hint."""
    wanted = sa.select(Ticket).where(
        Ticket.category == category,
        Ticket.community_id == community_id,
        Ticket.estate_id.is_not_distinct_from(estate_id),
        Ticket.reported_at >= clock.now() - HINT_DAYS,
        Ticket.state.in_([one for one in LIVE if one != TicketState.MERGED]),
        Ticket.confidential.is_(False),
        Ticket.subject_id.is_(None),
    )
    return list(session.scalars(wanted.order_by(Ticket.id.desc()).limit(20)))


def by_code(number: str, code: str) -> Ticket:
    """An anonymous one, by its number and the code that was told once. Raises NotFound, whichever of both is wrong."""
    found = session.scalar(sa.select(Ticket).where(Ticket.number == number))
    if found is None or found.query_code_digest is None:
        raise NotFound()
    if found.query_code_digest != crypto.digest(f"ticket:{found.id}:{code.strip().upper()}"):
        raise NotFound()
    return found


def followers(ids: Collection[int]) -> dict[int, int]:
    """How many follow each."""
    counted = sa.select(Follower.ticket_id, sa.func.count()).where(Follower.ticket_id.in_(ids))
    return dict(session.execute(counted.group_by(Follower.ticket_id)).all())


def children_count(ids: Collection[int]) -> dict[int, int]:
    counted = sa.select(Ticket.parent_id, sa.func.count()).where(Ticket.parent_id.in_(ids))
    rows: Any = session.execute(counted.group_by(Ticket.parent_id)).all()
    return dict(rows)
