"""What time brings to tickets: a pause ends, what is late goes up a level, what nobody could be asked about ends."""

import sqlalchemy as sa

from backend import clock, working_days
from backend.db import lock_row, session, sql_list
from backend.jobs import Job
from backend.journal import JournalLine
from backend.tickets import counting
from backend.tickets.actions import asking, due, handling
from backend.tickets.kinds import HELD, TicketState
from backend.tickets.models import Ticket

BATCH = 200
_HELD = sa.text(f"tickets.state IN {sql_list(HELD)}")
WHY = "超过期限一个工作日，自动提级"


def paused() -> list[int]:
    """Whose pause is over without an answer."""
    begun = counting.end_of(working_days.after(clock.today(), -due.LONGEST_PAUSE - 1))
    wanted = sa.select(Ticket.id).where(Ticket.state == TicketState.NEEDS_INFO, Ticket.paused_at <= begun)
    return list(session.scalars(wanted.order_by(Ticket.paused_at).limit(BATCH)))


def late() -> list[int]:
    """Held ones whose last moment is a working day past, and which did not go up since; on working days. What is merged into
    another one never does: that one does."""
    if not working_days.today_is_worked():
        return []
    before = clock.day_starts(working_days.after(clock.today(), -1))
    lifted = sa.exists().where(
        JournalLine.subject_kind == "ticket",
        JournalLine.subject_id == Ticket.id,
        JournalLine.verb == "level_up",
        JournalLine.at > Ticket.due_at,
    )
    wanted = sa.select(Ticket.id).where(_HELD, Ticket.due_at < before, Ticket.level < 3, ~lifted)
    return list(session.scalars(wanted.order_by(Ticket.due_at).limit(BATCH)))


def lift(ticket_id: int) -> None:
    """Who is in charge stays so, and so does the deadline: somebody more looks at it. What is late no more is passed over."""
    found: Ticket = lock_row(Ticket, ticket_id)
    if found.state in HELD and found.level < 3 and found.due_at is not None and found.due_at < clock.now():
        handling.level_up(ticket_id, WHY, actor=None)


def unanswered() -> list[int]:
    """Answered so long ago that nobody will be asked any more."""
    wanted = sa.select(Ticket.id).where(
        Ticket.state == TicketState.RESOLVED, Ticket.resolved_at <= clock.now() - asking.CLOSE_AFTER
    )
    return list(session.scalars(wanted.order_by(Ticket.resolved_at).limit(BATCH)))


JOBS = [
    Job("tickets.go_on", 3600, paused, handling.go_on),
    Job("tickets.level_up", 3600, late, lift),
    Job("tickets.close", 3600, unanswered, asking.close_by_time),
]
