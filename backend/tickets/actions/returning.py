"""Returned once, with an item or a law; then somebody else decides, and who received it first stays in charge meanwhile."""

from backend import clock, journal, working_days
from backend.db import lock_row, session
from backend.duties import queries as duties
from backend.errors import InvalidInput, StateConflict
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition
from backend.tickets import counting, notices, states
from backend.tickets.actions import due, holding, merged, notes
from backend.tickets.kinds import NoteKind, Urgency
from backend.tickets.models import Ticket


class ReturnSpent(StateConflict):
    message = "这一轮已经退回过一次，裁定以后不能再退"


class EmergencyNoReturn(StateConflict):
    message = "突发事项不能退回，请先到场处置"


class ReturnTooLate(StateConflict):
    message = "超过分流后一个工作日，不能再申请退回"


def ask_return(
    ticket_id: int,
    reason: str,
    *,
    list_item_id: int | None = None,
    law: str | None = None,
    proposed_id: int | None = None,
    actor: Actor,
) -> Ticket:
    """The lead says whose it is, by which item or law. The clock runs on. Within one working day of dispatch, once a round,
    and never of an emergency.

    Raises NotFound, NotAllowed, TicketMovedOn, EmergencyNoReturn, ReturnSpent, ReturnTooLate, InvalidInput.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.ASK_RETURN, found, actor)
    if found.urgency == Urgency.EMERGENCY:
        raise EmergencyNoReturn()
    if found.return_spent:
        raise ReturnSpent()
    lead = holding.lead_of(found)
    if lead is not None and clock.now() > counting.end_of(
        working_days.after(clock.business_day(lead.sent_at), 1)
    ):
        raise ReturnTooLate()
    if list_item_id is None and not law:
        raise InvalidInput({"listItemId": ["请写明清单事项或法律依据"]})
    journal.check_reason(reason)
    if list_item_id is not None:
        duties.item(list_item_id)
    if proposed_id is not None:
        holding.check_organisation(found, proposed_id)
    facts = {"item": list_item_id, "proposed": proposed_id}
    transition(states.ASK_RETURN, found, actor=actor, permitted=True, return_spent=True, details=facts)
    notes.write(found, NoteKind.RETURN, f"{reason}\n{law}" if law else reason, actor=actor)
    return found


def decide_return(
    ticket_id: int, granted: bool, reason: str, *, lead_id: int | None = None, actor: Actor
) -> Ticket:
    """Granted: another lead, with a new term from now, and never beyond what an owner expects. Refused: the same lead with the
    old due. Either is final. Never by who dispatched it.

    Raises NotFound, NotAllowed, FourEyes, TicketMovedOn, InvalidInput, ComplainedAbout, TownNotChoosable.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    lead = holding.lead_of(found)
    signed = lead is not None and lead.signed_at is not None
    refuse = states.REFUSE_RETURN_SIGNED if signed else states.REFUSE_RETURN
    move = states.GRANT_RETURN if granted else refuse
    check_allowed(move, found, actor)
    journal.check_reason(reason)
    if not granted:
        transition(move, found, actor=actor, permitted=True, reason=reason)
        notices.decided(found)
        return found
    if lead_id is None or lead_id == found.lead_id:
        raise InvalidInput({"leadId": ["同意退回时请选择另一个牵头单位"]})
    other = holding.check_lead(found, lead_id, found.category)
    item = holding.item_for(None, found.category, other.id, found)
    holder, level = holding.somebody_at(other), max(found.level, holding.level_of(other))
    holding.give(found, holder)
    found.lead_id, found.level, found.list_item_id = holder, level, item.id if item else None
    session.flush()
    due.begin(found, holding.term_for(found, level, item, None))
    merged.begin_with_parent(found)
    transition(
        move,
        found,
        actor=actor,
        permitted=True,
        reason=reason,
        assigned_by_id=actor.id,
        details={"lead": holder},
    )
    notices.dispatched(found)
    return found
