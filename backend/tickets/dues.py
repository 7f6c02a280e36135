"""Deadlines of tickets that move with the city's calendar: ours are counted anew, an owner's never."""

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.tickets.actions import due
from backend.tickets.kinds import HELD, DeadlineEvent, TicketState
from backend.tickets.models import Ticket


def recompute() -> int:
    """Counts the open deadlines anew that are not over yet; answers how many moved, each with its line."""
    waiting = session.scalars(
        sa.select(Ticket)
        .where(Ticket.state.in_((*HELD, TicketState.MERGED)), Ticket.own_due_at > clock.now())
        .order_by(Ticket.id)
        .with_for_update(key_share=True),
        execution_options={"populate_existing": True},
    ).all()
    moved = [one for one in waiting if due.own(one) != one.own_due_at]
    for one in moved:
        due.keep(one, DeadlineEvent.RECOMPUTED)
    return len(moved)
