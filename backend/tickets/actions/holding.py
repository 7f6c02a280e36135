"""Who holds a ticket: sending it to a lead, to cooperators, and taking it from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import clock, working_days
from backend.db import session
from backend.duties import queries as duties
from backend.duties import routing, terms
from backend.duties.kinds import ListKind
from backend.duties.models import DutyItem, DutyList
from backend.duties.terms import Term
from backend.errors import InvalidInput, StateConflict
from backend.organisations import queries as places
from backend.organisations.models import Organisation, Reach
from backend.tickets import acting, counting, notices
from backend.tickets.holding_models import Assignment
from backend.tickets.kinds import AssignmentPart, TicketState
from backend.tickets.models import Ticket


class ComplainedAbout(StateConflict):
    message = "不能交给被反映的单位办理或协同，请交给它的上级"


class TownNotChoosable(StateConflict):
    message = "按清单这是部门的事，不能交给街道（乡镇）或社区牵头"


class AnotherHolder(StateConflict):
    message = "第二次重新办理，要换一个单位"


def check_lead(ticket: Ticket, organisation_id: int, category: str | None) -> Organisation:
    """Whether this organisation may be in charge. Raises NotFound, InvalidInput, ComplainedAbout, TownNotChoosable,
    AnotherHolder."""
    lead = check_organisation(ticket, organisation_id)
    if category is not None and lead.kind in ("street", "community", "grid"):
        found = routing.route(category, ticket.place_id, clock.today())
        if not found.town_allowed:
            raise TownNotChoosable()
    if ticket.round >= 3 and lead.id in former_leads(ticket):
        raise AnotherHolder()
    return lead


def check_organisation(ticket: Ticket, organisation_id: int) -> Organisation:
    found = places.get(organisation_id)
    if found.kind == "centre" or found.closed_at is not None:
        raise InvalidInput({"leadId": ["请选择网格、社区、街道（乡镇）、单位或市"]})
    if any(places.within(found.id, subject) for subject in _subjects(ticket)):
        raise ComplainedAbout()
    return found


def _subjects(ticket: Ticket) -> set[int]:
    """Whom it complains about, itself or what is merged into it."""
    wanted = sa.select(Ticket.subject_id).where(
        sa.or_(
            Ticket.id == ticket.id, sa.and_(Ticket.parent_id == ticket.id, Ticket.state == TicketState.MERGED)
        ),
        Ticket.subject_id.is_not(None),
    )
    return {one for one in session.scalars(wanted) if one is not None}


def check_merge(parent: Ticket, children: Sequence[Ticket]) -> None:
    """Whoever holds the parent answers what is merged into it: none of them may complain about that body. Raises
    ComplainedAbout."""
    held = {one.organisation_id for one in live(parent)}
    subjects = {one.subject_id for one in children if one.subject_id is not None}
    if any(places.within(holder, subject) for holder in held for subject in subjects):
        raise ComplainedAbout()


def former_leads(ticket: Ticket) -> set[int]:
    wanted = sa.select(Assignment.organisation_id).where(
        Assignment.ticket_id == ticket.id, Assignment.part == AssignmentPart.LEAD
    )
    return set(session.scalars(wanted))


def somebody_at(organisation: Organisation) -> int:
    """Itself; of a grid where nobody is at work today, its community, where the grid leader is."""
    if organisation.kind == "grid" and not acting.people_of(organisation.id) and organisation.parent_id:
        return organisation.parent_id
    return organisation.id


def level_of(organisation: Organisation) -> int:
    """L1 网格员现场办、L2 网格长跟进办、L3 综治中心统筹办."""
    return {"grid": 1, "community": 2, "street": 2}.get(organisation.kind, 3)


def term_for(ticket: Ticket, level: int, item: DutyItem | None, days: int | None) -> Term:
    """What was said for this one, else the item's, else the rule's."""
    if days is not None:
        return Term(days, terms.TermUnit.WD)
    urgent = ticket.urgency == "emergency"
    its = duties.term_of_item(item) if item is not None and not urgent else None
    return its or terms.term_of(ticket.category, ticket.request_kind, ticket.urgency, level, clock.today())


def item_for(item_id: int | None, category: str | None, lead_id: int, ticket: Ticket) -> DutyItem | None:
    """The item by which it goes there: the one that was named, else the one that the lists say for this lead."""
    if item_id is not None:
        return duties.item(item_id)
    if category is None:
        return None
    found = routing.route(category, ticket.place_id, clock.today()).suggestions
    named = next((one.list_item for one in found if one.lead_id == lead_id and one.list_item), None)
    return duties.item(named.id) if named else None


def item_kind(item: DutyItem) -> ListKind:
    return ListKind(session.get_one(DutyList, item.list_id).kind)


def give(ticket: Ticket, organisation_id: int) -> Assignment:
    """To a new lead; the one before ends, and a cooperator that becomes the lead is one no more."""
    end_live(ticket, organisation_id)
    end_lead(ticket)
    return _add(ticket, organisation_id, AssignmentPart.LEAD, None)


def add_cooperators(ticket: Ticket, ids: list[int]) -> None:
    """Their due is a working day before the lead's, who answers for all. Who has it already is passed over."""
    live = set(session.scalars(_live(ticket).with_only_columns(Assignment.organisation_id)))
    for organisation_id in dict.fromkeys(ids):
        check_organisation(ticket, organisation_id)
        if organisation_id not in live:
            _add(ticket, organisation_id, AssignmentPart.COOPERATE, cooperators_due(ticket))
            notices.helping(ticket, organisation_id)


def cooperators_due(ticket: Ticket) -> datetime | None:
    if ticket.due_at is None:
        return None
    eve = counting.end_of(working_days.after(clock.business_day(ticket.due_at), -1))
    return eve if eve > clock.now() else ticket.due_at


def _add(ticket: Ticket, organisation_id: int, part: AssignmentPart, due_at: datetime | None) -> Assignment:
    made = Assignment(
        ticket_id=ticket.id,
        organisation_id=organisation_id,
        part=part,
        round=ticket.round,
        sent_at=clock.now(),
        due_at=due_at,
    )
    session.add(made)
    session.flush()
    return made


def _live(ticket: Ticket) -> sa.Select[Any]:
    return sa.select(Assignment).where(Assignment.ticket_id == ticket.id, Assignment.ended_at.is_(None))


def live(ticket: Ticket) -> list[Assignment]:
    return list(session.scalars(_live(ticket).order_by(Assignment.id)))


def lead_of(ticket: Ticket) -> Assignment | None:
    return session.scalar(_live(ticket).where(Assignment.part == AssignmentPart.LEAD))


def end_lead(ticket: Ticket) -> None:
    _end(ticket, Assignment.part == AssignmentPart.LEAD)


def end_live(ticket: Ticket, organisation_id: int) -> None:
    _end(ticket, Assignment.organisation_id == organisation_id)


def end_all(ids: list[int]) -> None:
    """Nobody holds these any more."""
    session.execute(
        sa.update(Assignment)
        .where(Assignment.ticket_id.in_(ids), Assignment.ended_at.is_(None))
        .values(ended_at=clock.now()),
        execution_options={"synchronize_session": False},
    )


def _end(ticket: Ticket, which: sa.ColumnElement[bool]) -> None:
    for one in session.scalars(_live(ticket).where(which)):
        one.ended_at = clock.now()
    session.flush()


def town_of(place_id: int) -> int | None:
    """The street or town in which a place lies."""
    return session.scalar(
        sa.select(Organisation.id)
        .join(Reach, Reach.ancestor_id == Organisation.id)
        .where(Reach.descendant_id == place_id, Organisation.kind == "street")
    )
