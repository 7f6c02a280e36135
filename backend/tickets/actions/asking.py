"""回访: was somebody in touch, is it solved, are they content? Asked by neither handler nor their unit; the reporter may say
so unasked. Silence is none of the three."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput, StateConflict
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition
from backend.tickets import states
from backend.tickets.actions import reopening
from backend.tickets.actions.dispatching import forget_flag
from backend.tickets.kinds import ClosedBy, ContactMethod, Satisfied, Solved, TicketState
from backend.tickets.models import Ticket
from backend.tickets.said_models import CallBack

MOST_TRIES = 3
# What nobody could be asked about ends then, and counts apart.
CLOSE_AFTER = timedelta(days=15)


class TriesSpent(StateConflict):
    message = "已经回访过三次都没有联系上，到期后按未回访到结束"


def call_back(
    ticket_id: int,
    method: str,
    reached: bool,
    *,
    solved: str | None = None,
    satisfied: str | None = None,
    actor: Actor,
) -> Ticket:
    """Staff of the place outside the lead's organisation ask. "No" opens another round. Three tries at most.

    Raises NotFound, NotAllowed, FourEyes, TicketMovedOn, TriesSpent, InvalidInput.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.CALL_BACK, found, actor)
    if reached != (solved is not None):
        raise InvalidInput({"solved": ["联系上的请填写是否解决，没有联系上的不填"]})
    if not reached and _tries(found) >= MOST_TRIES:
        raise TriesSpent()
    _note(found, method, reached, solved, satisfied, actor, by_reporter=False)
    facts = {"method": method, "reached": reached, "solved": solved}
    if not reached:
        journal.write("call_back", "ticket", found.id, actor=actor, place=found.place_id, facts=facts)
        return found
    if solved == Solved.NO:
        found.solved, found.satisfied = solved, satisfied
        session.flush()
        reopening.again(found, actor=actor)
        return found
    _close(found, states.CALL_BACK, ClosedBy.CALL_BACK, solved, satisfied, actor)
    return found


def confirm(ticket_id: int, solved: str, satisfied: str | None = None, *, actor: Actor) -> Ticket:
    """Who reported it says so; "no" opens another round. Raises NotFound, NotAllowed, TicketMovedOn."""
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.CONFIRM, found, actor)
    _note(found, ContactMethod.APP, True, solved, satisfied, actor, by_reporter=True)
    if solved == Solved.NO:
        found.solved, found.satisfied = solved, satisfied
        session.flush()
        reopening.again(found, actor=actor)
        return found
    _close(found, states.CONFIRM, ClosedBy.CONFIRMED, solved, satisfied, actor)
    return found


def _close(
    found: Ticket, move: Any, closed_by: ClosedBy, solved: str | None, satisfied: str | None, actor: Actor
) -> None:
    facts: dict[str, Any] = {
        "closed_by": closed_by,
        "ended_at": clock.now(),
        "solved": Solved(solved) if solved else None,
        "satisfied": Satisfied(satisfied) if satisfied else None,
    }
    transition(move, found, actor=actor, permitted=True, **facts)
    forget_flag(found)


def _note(
    found: Ticket,
    method: str,
    reached: bool,
    solved: str | None,
    satisfied: str | None,
    actor: Actor,
    *,
    by_reporter: bool,
) -> None:
    session.add(
        CallBack(
            ticket_id=found.id,
            round=found.round,
            at=clock.now(),
            by_id=actor.id,
            by_reporter=by_reporter,
            method=ContactMethod(method),
            reached=reached,
            solved=Solved(solved) if solved else None,
            satisfied=Satisfied(satisfied) if satisfied else None,
        )
    )
    session.flush()


def _tries(found: Ticket) -> int:
    wanted = sa.select(sa.func.count()).where(
        CallBack.ticket_id == found.id, CallBack.round == found.round, CallBack.reached.is_(False)
    )
    return session.scalars(wanted).one()


def close_by_time(ticket_id: int) -> None:
    """Nobody could be asked within fifteen days: it ends, and is counted apart. What is not due any more is passed over."""
    found: Ticket = lock_row(Ticket, ticket_id)
    if found.state != TicketState.RESOLVED or found.resolved_at is None:
        return
    if found.resolved_at + CLOSE_AFTER > clock.now():
        return
    transition(states.CLOSE_BY_TIME, found, actor=None, closed_by=ClosedBy.TIME, ended_at=clock.now())
    forget_flag(found)
