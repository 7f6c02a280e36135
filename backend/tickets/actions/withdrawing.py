"""Who reported it takes it back. A hazard goes on as the community's own."""

from backend import clock
from backend.db import lock_row, session
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition
from backend.tickets import states
from backend.tickets.actions import due, holding, merged
from backend.tickets.actions.dispatching import forget_flag
from backend.tickets.kinds import RequestKind, TicketState
from backend.tickets.models import Ticket


def withdraw(ticket_id: int, *, actor: Actor) -> Ticket:
    """Before it is answered. Others that were merged into it go on without its reporter. Raises NotFound, NotAllowed,
    TicketMovedOn."""
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.WITHDRAW, found, actor)
    if found.request_kind == RequestKind.HAZARD or has_children(found):
        keep_without_reporter(found)
        return found
    parent_id = found.parent_id
    transition(states.WITHDRAW, found, actor=actor, permitted=True, ended_at=clock.now())
    holding.end_all([found.id])
    forget_flag(found)
    if parent_id is not None:
        due.show(lock_row(Ticket, parent_id))
    return found


def has_children(found: Ticket) -> bool:
    return bool(merged.children_of(found, TicketState.MERGED))


def keep_without_reporter(found: Ticket) -> None:
    """Nobody is asked about it, named with it or told of it any more."""
    found.reporter_id, found.contact_sealed, found.reply_wanted = None, None, False
    session.flush()
