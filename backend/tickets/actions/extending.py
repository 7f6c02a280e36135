"""延期: asked once, before the end of the term, for no longer than the term; decided by who dispatches."""

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.duties.kinds import TermUnit
from backend.errors import FourEyes, InvalidInput, StateConflict
from backend.journal import Actor
from backend.lifecycle import authorize, check_allowed
from backend.tickets import notices, states
from backend.tickets.actions import due
from backend.tickets.kinds import HELD, DeadlineEvent
from backend.tickets.models import Ticket
from backend.tickets.said_models import Extension


class ExtensionSpent(StateConflict):
    message = "这一轮已经申请过一次延期"


class TooLateToExtend(StateConflict):
    message = "期限已经过了，不能再申请延期"


class NothingToExtend(StateConflict):
    message = "没有等待决定的延期申请"


def extend(ticket_id: int, days: int, reason: str, *, actor: Actor) -> Ticket:
    """The lead asks for so many working days more. Raises NotFound, NotAllowed, TicketMovedOn, ExtensionSpent,
    TooLateToExtend, InvalidInput."""
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.ASK_RETURN, found, actor)
    if found.extension_spent:
        raise ExtensionSpent()
    if found.due_at is not None and clock.now() > found.due_at:
        raise TooLateToExtend()
    most = (found.term_value or 0) if found.term_unit == TermUnit.WD else 1
    if not 1 <= days <= max(1, most):
        raise InvalidInput({"workingDays": [f"最多延长原来的期限：{max(1, most)} 个工作日"]})
    journal.check_reason(reason)
    found.extension_spent = True
    session.add(Extension(ticket_id=found.id, days=days, asked_by_id=actor.id, asked_at=clock.now()))
    session.flush()
    facts = {"days": days}
    journal.write("extend", "ticket", found.id, actor=actor, place=found.place_id, reason=reason, facts=facts)
    return found


def decide_extension(ticket_id: int, granted: bool, reason: str | None, *, actor: Actor) -> Ticket:
    """Who dispatches decides, and who reported it is told why. What an owner elsewhere expects does not move.

    Raises NotFound, NotAllowed, FourEyes, NothingToExtend.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    authorize(states.REFER, found, actor)
    asked = session.scalar(
        sa.select(Extension).where(Extension.ticket_id == found.id, Extension.granted.is_(None))
    )
    if asked is None or found.state not in HELD:
        raise NothingToExtend()
    if asked.asked_by_id == actor.id or "ticket_lead" in found.facts_about(actor.id):
        raise FourEyes()
    asked.granted, asked.decided_at, asked.decided_by_id = granted, clock.now(), actor.id
    session.flush()
    facts = {"granted": granted, "days": asked.days}
    journal.write(
        "decide_extension", "ticket", found.id, actor=actor, place=found.place_id, reason=reason, facts=facts
    )
    if granted:
        found.extended_days += asked.days
        due.keep(found, DeadlineEvent.EXTENDED)
        notices.extended(found)
    return found
