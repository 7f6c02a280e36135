"""Setting a ticket's deadline: from its own columns alone, and never without a line that says so."""

from datetime import datetime

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.duties.kinds import TermUnit
from backend.duties.terms import Term
from backend.tickets import counting
from backend.tickets.kinds import DeadlineEvent, TicketState
from backend.tickets.models import Deadline, Ticket


def own(ticket: Ticket) -> datetime | None:
    """The last moment that follows from its own term, pauses, extensions and owner; None before it was dispatched."""
    found: list[datetime] = []
    if ticket.counted_from is not None and ticket.term_value is not None and ticket.term_unit is not None:
        term = Term(ticket.term_value, TermUnit(ticket.term_unit))
        days = ticket.credit_days + ticket.extended_days
        found.append(counting.due_after(term, ticket.counted_from, days, ticket.credit_seconds))
    if ticket.owner_due_at is not None:
        found.append(counting.before_owner(ticket.owner_due_at))
    return min(found, default=None)


def keep(ticket: Ticket, event: DeadlineEvent) -> None:
    """Counts it anew, with a line, and what its parent shows. The caller holds the lock of both."""
    ticket.own_due_at = own(ticket)
    show(ticket)
    note(ticket, event)
    if ticket.state == TicketState.MERGED and ticket.parent_id is not None:
        show(session.get_one(Ticket, ticket.parent_id))


def note(ticket: Ticket, event: DeadlineEvent) -> None:
    session.add(Deadline(ticket_id=ticket.id, at=clock.now(), event=event, due_at=ticket.own_due_at))
    session.flush()


def show(ticket: Ticket) -> None:
    """What its holder sees: the earliest of its own and of those that are merged into it."""
    merged = session.scalar(
        sa.select(sa.func.min(Ticket.own_due_at)).where(
            Ticket.parent_id == ticket.id, Ticket.state == TicketState.MERGED
        )
    )
    ticket.due_at = min((one for one in (ticket.own_due_at, merged) if one is not None), default=None)
    session.flush()


def begin(ticket: Ticket, term: Term, event: DeadlineEvent = DeadlineEvent.SET) -> None:
    """A new term from now on: at dispatch, to another holder, in another round."""
    ticket.counted_from, ticket.term_value, ticket.term_unit = clock.now(), term.value, term.unit
    ticket.credit_days, ticket.credit_seconds, ticket.extended_days = 0, 0, 0
    ticket.paused_at = None
    keep(ticket, event)


def pause(ticket: Ticket) -> None:
    """What the reporter is asked for stops our own term; what an owner elsewhere expects it does not."""
    ticket.paused_at = clock.now()
    session.flush()
    note(ticket, DeadlineEvent.PAUSED)


# So long a pause gives time back, at most.
LONGEST_PAUSE = 5


def resume(ticket: Ticket) -> None:
    """Gives the working time of the pause back."""
    if ticket.paused_at is None:
        return
    now = clock.now()
    longest = counting.end_of(
        counting.working_days.after(clock.business_day(ticket.paused_at), LONGEST_PAUSE)
    )
    until = min(now, longest)
    if ticket.term_unit == TermUnit.WD:
        ticket.credit_days += counting.working_days_between(ticket.paused_at, until)
    elif ticket.term_unit == TermUnit.OFFICE_HOUR:
        ticket.credit_seconds += counting.office_seconds(ticket.paused_at, until)
    else:
        ticket.credit_seconds += round((until - ticket.paused_at).total_seconds())
    ticket.paused_at = None
    keep(ticket, DeadlineEvent.RESUMED)
