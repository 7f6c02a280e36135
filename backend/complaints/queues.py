"""Which complaints lie with whom, and which of them wait for an answer: queries that both doors page and count."""

from collections.abc import Collection

import sqlalchemy as sa

from backend.complaints.models import WAITING_STATES, Complaint
from backend.db import sql_list
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.models import Appointment
from backend.people.permissions import Permission


def to_handle(states: Collection[str] | None = None, *, actor: Actor) -> KeysetQuery:
    """All that lie in the handler's places, whichever way they went, in the order in which they were filed. One's own
    are with the others, not here."""
    wanted = sa.select(Complaint).where(
        Complaint.place_id.in_(permissions.reach_of(actor.id, Permission.COMPLAINT_ANSWER)),
        Complaint.person_id != actor.id,
    )
    if states:
        wanted = wanted.where(Complaint.state.in_(states))
    return KeysetQuery(wanted, (Complaint.id,))


def to_answer(*, actor: Actor) -> KeysetQuery:
    """Those that wait exactly where `actor` is appointed to answer, soonest deadline first: what lies further down
    waits for those there. Never one's own."""
    own = sa.select(Appointment.organisation_id).where(
        permissions.active_today(actor.id),
        Appointment.role.in_(permissions.roles_with(Permission.COMPLAINT_ANSWER)),
    )
    wanted = sa.select(Complaint).where(
        sa.text(f"complaints.state IN {sql_list(WAITING_STATES)}"),
        Complaint.place_id.in_(own),
        Complaint.person_id != actor.id,
    )
    return KeysetQuery(wanted, (Complaint.due_on, Complaint.id))
