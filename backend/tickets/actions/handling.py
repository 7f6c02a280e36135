"""What the holder does: signing, speaking with who reported, asking them, helping, another level."""

from datetime import datetime

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import NotAllowed, StateConflict
from backend.journal import Actor
from backend.lifecycle import authorize, check_allowed, transition
from backend.tickets import acting, notices, states
from backend.tickets.actions import due, holding, notes
from backend.tickets.holding_models import Assignment
from backend.tickets.kinds import HELD, AssignmentPart, ContactMethod, NoteKind
from backend.tickets.models import Ticket
from backend.tickets.said_models import Contact


class InfoSpent(StateConflict):
    message = "已经请上报人补充过一次了"


class NothingAbove(StateConflict):
    message = "已经是综治中心统筹办理，没有更高一级"


def sign(ticket_id: int, *, actor: Actor) -> Ticket:
    """The holder has seen it; the clock has run since it was dispatched. Raises NotFound, NotAllowed, TicketMovedOn."""
    found: Ticket = lock_row(Ticket, ticket_id)
    transition(states.SIGN, found, actor=actor)
    lead = holding.lead_of(found)
    if lead is not None and lead.signed_at is None:
        lead.signed_at, lead.signed_by_id = clock.now(), actor.id
        session.flush()
    return found


def contact(ticket_id: int, method: str, reached: bool, *, actor: Actor) -> Ticket:
    """The holder spoke with who reported it, or tried to. Raises NotFound, NotAllowed, TicketMovedOn."""
    found: Ticket = lock_row(Ticket, ticket_id)
    authorize(states.SIGN, found, actor)
    lead = holding.lead_of(found)
    if lead is None:
        raise states.TicketMovedOn()
    note_contact(found, lead, method, reached, actor)
    return found


def note_contact(found: Ticket, lead: Assignment, method: str, reached: bool, actor: Actor) -> None:
    now = clock.now()
    session.add(
        Contact(
            ticket_id=found.id,
            round=found.round,
            at=now,
            by_id=actor.id,
            method=ContactMethod(method),
            reached=reached,
        )
    )
    if reached and lead.first_contact_at is None:
        lead.first_contact_at = now
    session.flush()
    facts = {"method": method, "reached": reached}
    journal.write("contact", "ticket", found.id, actor=actor, place=found.place_id, facts=facts)


def contacted(found: Ticket) -> bool:
    """Whether somebody spoke with the reporter in this round, or tried to."""
    wanted = sa.select(Contact.id).where(Contact.ticket_id == found.id, Contact.round == found.round)
    return session.scalar(wanted.limit(1)) is not None


def ask_info(ticket_id: int, question: str, *, actor: Actor) -> Ticket:
    """Without the reporter it does not go on: our term rests, five working days at most, once a round. An owner's does not.
    Raises NotFound, NotAllowed, TicketMovedOn, InfoSpent."""
    found: Ticket = lock_row(Ticket, ticket_id)

    def provided() -> None:
        if found.info_spent:
            raise InfoSpent()

    transition(states.ASK_INFO, found, actor=actor, precondition=provided, info_spent=True)
    due.pause(found)
    notes.write(found, NoteKind.QUESTION, question, actor=actor)
    notices.asked(found)
    lead = holding.lead_of(found)
    if lead is not None:
        note_contact(found, lead, ContactMethod.APP, False, actor)
    return found


def supply(ticket_id: int, text: str, *, actor: Actor) -> Ticket:
    """The reporter answers, and the working time of the pause is given back. Raises NotFound, NotAllowed, TicketMovedOn."""
    found: Ticket = lock_row(Ticket, ticket_id)
    transition(states.SUPPLY, found, actor=actor)
    notes.write(found, NoteKind.SUPPLIED, text, actor=actor)
    due.resume(found)
    return found


def go_on(ticket_id: int) -> None:
    """Nobody answered within the longest pause: time sends it back to its holder. What is not due any more is passed over."""
    found: Ticket = lock_row(Ticket, ticket_id)
    if found.state == "needs_info" and found.paused_at is not None and pause_over(found.paused_at):
        transition(states.SUPPLY, found, actor=None)
        due.resume(found)


def pause_over(paused_at: datetime) -> bool:
    last = due.counting.working_days.after(clock.business_day(paused_at), due.LONGEST_PAUSE)
    return clock.today() > last


def report_back(ticket_id: int, note: str, *, actor: Actor) -> Ticket:
    """A cooperator says what they did; the lead answers for all. Raises NotFound, NotAllowed, TicketMovedOn."""
    found: Ticket = lock_row(Ticket, ticket_id)
    if "cooperator" not in found.facts_about(actor.id):
        # Who may see it at all is told the same as everywhere.
        authorize(states.SIGN, found, actor)
        raise NotAllowed()
    mine = acting.organisations_of(actor.id)
    for one in holding.live(found):
        if one.part == AssignmentPart.COOPERATE and one.organisation_id in mine:
            one.done_at = clock.now()
    session.flush()
    notes.write(found, NoteKind.REPORT_BACK, note, actor=actor)
    journal.write("report_back", "ticket", found.id, actor=actor, place=found.place_id)
    return found


def level_up(ticket_id: int, reason: str, *, actor: Actor | None) -> Ticket:
    """Beyond what this level can do, or late: the next one sees to the procedure. Who is in charge stays so, and so does the
    deadline. Raises NotFound, NotAllowed, TicketMovedOn, NothingAbove."""
    found: Ticket = lock_row(Ticket, ticket_id)
    if actor is not None:
        check_allowed(states.ASK_RETURN, found, actor)
    if found.state not in HELD:
        raise states.TicketMovedOn()
    if found.level >= 3:
        raise NothingAbove()
    journal.check_reason(reason)
    found.level += 1
    session.flush()
    facts = {"level": found.level}
    journal.write(
        "level_up", "ticket", found.id, actor=actor, place=found.place_id, reason=reason, facts=facts
    )
    return found
