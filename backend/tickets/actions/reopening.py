"""Another round: it was not solved. The same number and, the first time, the same holder; the second time another one, a level
up. What was answered before stays."""

from datetime import timedelta
from typing import Any

from backend import clock
from backend.db import lock_row, session
from backend.duties.kinds import TermUnit
from backend.duties.terms import Term
from backend.errors import StateConflict
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition
from backend.tickets import counting, notices, states
from backend.tickets.actions import due, holding, notes
from backend.tickets.actions.reporting import dispatch_due
from backend.tickets.kinds import DeadlineEvent, NoteKind, ResultKind, TicketState
from backend.tickets.models import Ticket

WITHIN = timedelta(days=15)
_FRESH: dict[str, Any] = {
    "closed_by": None,
    "ended_at": None,
    "return_spent": False,
    "info_spent": False,
    "extension_spent": False,
}


class ReopenTooLate(StateConflict):
    message = "办结超过十五天，请重新上报，会和原来的事项关联"


def reopen(ticket_id: int, reason: str, *, actor: Actor) -> Ticket:
    """Who reported it says that it is not done, within fifteen days, also where somebody had said it was.

    Raises NotFound, NotAllowed, TicketMovedOn, ReopenTooLate, InvalidInput.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.REOPEN, found, actor)
    over = found.ended_at or found.resolved_at
    if over is not None and clock.now() > over + WITHIN:
        raise ReopenTooLate()
    again(found, actor=actor)
    notes.write(found, NoteKind.REOPENED, reason, actor=actor)
    return found


def again(found: Ticket, *, actor: Actor) -> None:
    """One that was merged goes back to its parent, alone, and the parent has another round with it."""
    if found.parent_id is not None:
        parent: Ticket = lock_row(Ticket, found.parent_id)
        term = _half(parent)
        if parent.state in (TicketState.RESOLVED, TicketState.CLOSED):
            _round(parent, actor)
        transition(states.REOPEN_CHILD, found, actor=actor, permitted=True, round=found.round + 1, **_FRESH)
        due.begin(found, term, DeadlineEvent.ROUND)
        due.show(parent)
        notices.reopened(parent)
        return
    _round(found, actor)
    notices.reopened(found)


def _round(found: Ticket, actor: Actor) -> None:
    """Half the term, at least two working days, from now. From the second time on, and as an objection to what was explained,
    it goes up a level; the second time to another holder."""
    term, number = _half(found), found.round + 1
    explained = found.result_kind == ResultKind.EXPLAINED
    level = min(3, found.level + 1) if number >= 3 or explained else found.level
    above = number >= 3 or found.lead_id is None
    if above:
        holding.end_all([found.id])
    found.round, found.level = number, level
    if above:
        found.dispatch_due_at = dispatch_due(found.urgency)
    session.flush()
    facts = {**_FRESH, **({"lead_id": None} if above else {})}
    due.begin(found, term, DeadlineEvent.ROUND)
    move = states.REOPEN_ABOVE if above else states.REOPEN
    transition(move, found, actor=actor, permitted=True, details={"round": number}, **facts)
    lead = holding.lead_of(found)
    if lead is not None:
        lead.done_at = None
        session.flush()


def _half(found: Ticket) -> Term:
    """A term that was one of hours begins anew with the least number of working days."""
    if found.term_value is None or found.term_unit is None:
        return Term(counting.LEAST_DAYS, TermUnit.WD)
    return counting.half(Term(found.term_value, TermUnit(found.term_unit)))
