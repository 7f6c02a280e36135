"""Dispatching: to whom a ticket goes, with what helps, by which item, and by when."""

from typing import Any

from backend import clock, journal
from backend.db import lock_row, session
from backend.duties import terms
from backend.duties.models import TicketCategory
from backend.errors import InvalidInput, StateConflict
from backend.journal import Actor
from backend.lifecycle import authorize, check_allowed, transition
from backend.people import permissions
from backend.people.permissions import Permission
from backend.tickets import notices, sealed, states
from backend.tickets.actions import due, holding, merged, notes
from backend.tickets.kinds import DeadlineEvent, Look, NoteKind, Referral, Urgency
from backend.tickets.models import Ticket
from backend.tickets.said_models import Flag


class NotLookedAt(StateConflict):
    message = "文字里可能有危险或敏感的内容，要先有人看过再分流"


class NothingToLookAt(StateConflict):
    message = "这件事项没有等待查看的内容，或者已经有人看过了"


def assign(
    ticket_id: int,
    lead_id: int,
    *,
    cooperator_ids: list[int] | None = None,
    category: str | None = None,
    list_item_id: int | None = None,
    working_days: int | None = None,
    urgency: str | None = None,
    actor: Actor,
) -> Ticket:
    """Goes to its lead, and the clock starts now, whether or not they sign. Of a ticket that was reopened above, the term of
    its round goes on.

    Raises NotFound, NotAllowed, TicketMovedOn, NotLookedAt, ComplainedAbout, TownNotChoosable, AnotherHolder,
    InvalidInput.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.ASSIGN, found, actor)
    if is_flagged(found):
        raise NotLookedAt()
    _describe(found, category, urgency)
    lead = holding.check_lead(found, lead_id, found.category)
    item = holding.item_for(list_item_id, found.category, lead.id, found)
    level = max(found.level, holding.level_of(lead)) if found.round > 1 else holding.level_of(lead)
    holder = holding.somebody_at(lead)
    # Who holds it and until when is set first: the state demands both.
    found.lead_id, found.level, found.list_item_id = holder, level, item.id if item else None
    found.first_dispatched_at = found.first_dispatched_at or clock.now()
    if found.own_due_at is None or found.counted_from is None:
        due.begin(found, holding.term_for(found, level, item, working_days))
    merged.begin_with_parent(found)
    holding.give(found, holder)
    transition(
        states.ASSIGN, found, actor=actor, permitted=True, assigned_by_id=actor.id, details={"lead": holder}
    )
    holding.add_cooperators(found, [one for one in cooperator_ids or [] if one != holder])
    notices.dispatched(found)
    return found


def _describe(found: Ticket, category: str | None, urgency: str | None) -> None:
    if category is not None:
        if session.get(TicketCategory, category) is None:
            raise InvalidInput({"category": ["没有这个事项分类"]})
        found.category = category
    if urgency is not None:
        found.urgency = Urgency(urgency)
    session.flush()


def recategorise(ticket_id: int, category: str, *, actor: Actor) -> Ticket:
    """Another category has another term: counted from the first dispatch of this round, and what pauses gave back stays.
    Raises NotFound, NotAllowed, InvalidInput."""
    found: Ticket = lock_row(Ticket, ticket_id)
    authorize(states.ASSIGN, found, actor)
    _describe(found, category, None)
    if found.counted_from is not None and found.round == 1:
        day = clock.business_day(found.counted_from)
        term = terms.term_of(category, found.request_kind, found.urgency, found.level, day)
        found.term_value, found.term_unit = term.value, term.unit
        due.keep(found, DeadlineEvent.RECOMPUTED)
    journal.write(
        "recategorise", "ticket", found.id, actor=actor, place=found.place_id, facts={"category": category}
    )
    return found


def add_cooperator(ticket_id: int, organisation_id: int, *, actor: Actor) -> Ticket:
    """Another unit helps; the lead answers for all. By the lead, or who dispatches. Raises NotFound, NotAllowed,
    TicketMovedOn, ComplainedAbout."""
    found: Ticket = lock_row(Ticket, ticket_id)
    _lead_or_dispatcher(found, actor)
    if holding.lead_of(found) is None:
        raise states.TicketMovedOn()
    holding.add_cooperators(found, [organisation_id])
    facts = {"cooperator": organisation_id}
    journal.write("add_cooperator", "ticket", found.id, actor=actor, place=found.place_id, facts=facts)
    return found


def _lead_or_dispatcher(found: Ticket, actor: Actor) -> None:
    if not permissions.appointed(actor.id, Permission.TICKET_DISPATCH, found.place_id):
        authorize(states.SIGN, found, actor)


def supervise(ticket_id: int, text: str, *, actor: Actor) -> Ticket:
    """督办: who dispatches asks the holder to see to it. It changes no deadline. Raises NotFound, NotAllowed."""
    found: Ticket = lock_row(Ticket, ticket_id)
    authorize(states.REFER, found, actor)
    if holding.lead_of(found) is None:
        raise states.TicketMovedOn()
    notes.write(found, NoteKind.SUPERVISED, text, actor=actor)
    journal.write("supervise", "ticket", found.id, actor=actor, place=found.place_id)
    return found


def is_flagged(ticket: Ticket) -> bool:
    """Whether a word of it waits for a person to look."""
    flag = session.get(Flag, ticket.id)
    return flag is not None and flag.result is None


def look(ticket_id: int, result: str, *, actor: Actor) -> Ticket:
    """A person looked: it is nothing, or it is treated as confidential from now on. Raises NotFound, NotAllowed,
    NothingToLookAt."""
    found: Ticket = lock_row(Ticket, ticket_id)
    authorize(states.REFER, found, actor)
    flag = session.get(Flag, found.id)
    if flag is None or flag.result is not None:
        raise NothingToLookAt()
    flag.result, flag.looked_by_id = Look(result), actor.id
    if result == Look.SENSITIVE:
        found.confidential = True
    session.flush()
    journal.write("look", "ticket", found.id, actor=actor, place=found.place_id, facts={"result": result})
    return found


def refer(ticket_id: int, to: str, *, told: str, actor: Actor) -> Ticket:
    """None of our tickets (emergency lines, petition, court, discipline, another city): the way is told to who reported it.
    Raises NotFound, NotAllowed, TicketMovedOn, InvalidInput."""
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.REFER, found, actor)
    facts: dict[str, Any] = {
        "answer_sealed": sealed.keep(found, "answer", told),
        "referred_to": Referral(to),
        "ended_at": clock.now(),
    }
    transition(states.REFER, found, actor=actor, permitted=True, **facts)
    notices.ended(found)
    forget_flag(found)
    return found


def decline(ticket_id: int, reason: str, *, actor: Actor) -> Ticket:
    """Lawfully answered before: one proposes, another one agrees, each with one call; the reason is told. Raises NotFound,
    NotAllowed, TicketMovedOn, FourEyes, InvalidInput."""
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.DECLINE, found, actor)
    journal.check_reason(reason)
    if found.decline_asked_by_id is None:
        found.decline_asked_by_id = actor.id
        found.answer_sealed = sealed.keep(found, "answer", reason)
        session.flush()
        journal.write("ask_decline", "ticket", found.id, actor=actor, place=found.place_id, reason=reason)
        return found
    facts: dict[str, Any] = {"declined_by_id": actor.id, "ended_at": clock.now()}
    transition(states.DECLINE, found, actor=actor, permitted=True, reason=reason, **facts)
    notices.ended(found)
    forget_flag(found)
    return found


def forget_flag(found: Ticket) -> None:
    """What somebody thought of its words is not kept beyond its end."""
    flag = session.get(Flag, found.id)
    if flag is not None:
        session.delete(flag)
        session.flush()
