"""A ticket as one person sees it: identity by stage, and nothing of people to who only follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.people import permissions
from backend.people import sealed as people_sealed
from backend.people.masking import Kind, Level, masked
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.tickets import queries, sealed, states
from backend.tickets.holding_models import Assignment
from backend.tickets.kinds import AssignmentPart, TicketState
from backend.tickets.models import Deadline, Reference, Ticket

# Then nobody sees who reported it any more.
SEALED_AFTER = timedelta(days=30)
CONFIDENTIAL = "诉求人（保密）"


@dataclass(frozen=True)
class HolderView:
    organisation_id: int
    organisation_name: str
    sent_at: datetime
    signed_at: datetime | None
    final: bool


@dataclass(frozen=True)
class ReporterView:
    """Who reported it, masked; of a confidential one only that."""

    name: str | None
    phone: str | None


@dataclass(frozen=True)
class TicketView:
    id: int
    number: str
    state: str
    source: str
    title: str
    category: str | None
    request_kind: str | None
    text: str | None
    address: str | None
    urgency: str
    level: int
    round: int
    community_id: int
    place_id: int
    estate_id: int | None
    confidential: bool
    lead: HolderView | None
    cooperators: list[HolderView]
    reporter: ReporterView | None
    references: list[dict[str, Any]]
    due_at: datetime | None
    owner_due_at: datetime | None
    deadline_events: list[dict[str, Any]]
    result_kind: str | None
    answer: str | None
    planned_on: date | None
    solved: str | None
    satisfied: str | None
    closed_by: str | None
    followers: int
    parent_id: int | None
    children_count: int
    recurrence_of: int | None
    actions: list[str]

    @property
    def due_on(self) -> date | None:
        return clock.business_day(self.due_at) if self.due_at else None

    @property
    def owner_due_on(self) -> date | None:
        return clock.business_day(self.owner_due_at) if self.owner_due_at else None


def view_tickets(found: Sequence[Ticket], *, actor: Actor) -> list[TicketView]:
    """Tickets that the person may see, each as they may see it."""
    if not found:
        return []
    ids = [one.id for one in found]
    words = permissions.permissions_in_many(actor.id, {one.place_id for one in found})
    held, parents = _held(ids), _parents(found)
    names = places.names({row.organisation_id for rows in held.values() for row in rows})
    deadlines, references = _deadlines(ids), _references(ids)
    follow, children = queries.followers(ids), queries.children_count(ids)
    people = _people({one.reporter_id for one in found if one.reporter_id})
    return [
        _view(
            one,
            words[one.place_id],
            one.facts_about(actor.id),
            [(row, _holder(row, names, one)) for row in held.get(one.id, [])],
            people.get(one.reporter_id or 0),
            {
                "deadline_events": deadlines.get(one.id, []),
                "references": references.get(one.id, []),
                "followers": follow.get(one.id, 0),
                "children_count": children.get(one.id, 0),
                "answer": _answer(one, parents),
            },
        )
        for one in found
    ]


def _view(
    one: Ticket,
    words: frozenset[str],
    facts: frozenset[str],
    held: list[tuple[Assignment, HolderView]],
    person: Person | None,
    more: dict[str, Any],
) -> TicketView:
    at_work = Permission.TICKET_READ in words or bool(facts & {"ticket_lead", "cooperator"})
    own = "ticket_reporter" in facts
    told = at_work or own
    lead = next((shown for row, shown in held if row.part == AssignmentPart.LEAD), None)
    if not told:
        more = {**more, "deadline_events": [], "references": []}
    return TicketView(
        id=one.id,
        number=one.number,
        state=one.state,
        source=one.source,
        title=one.title,
        category=one.category,
        request_kind=one.request_kind,
        text=sealed.opened(one, "text") if told else None,
        address=sealed.opened(one, "address") if told else None,
        urgency=one.urgency,
        level=one.level,
        round=one.round,
        community_id=one.community_id,
        place_id=one.place_id,
        estate_id=one.estate_id,
        confidential=one.confidential,
        lead=lead,
        cooperators=[shown for row, shown in held if row.part == AssignmentPart.COOPERATE],
        reporter=_reporter(one, words, facts, person),
        due_at=one.due_at,
        owner_due_at=one.owner_due_at if told else None,
        result_kind=one.result_kind,
        planned_on=one.planned_on,
        solved=one.solved if told else None,
        satisfied=one.satisfied if told else None,
        closed_by=one.closed_by,
        parent_id=one.parent_id,
        recurrence_of=one.recurrence_of_id if told else None,
        actions=_actions(one, words, facts),
        **more,
    )


def _actions(one: Ticket, words: frozenset[str], facts: frozenset[str]) -> list[str]:
    named = open_to(states.TICKET_MOVES, one, words, facts)
    called = (states.CALLED.get(name, name) for name in named)
    return [name for name in dict.fromkeys(called) if name in states.TICKET_ACTIONS]


def _reporter(
    one: Ticket, words: frozenset[str], facts: frozenset[str], person: Person | None
) -> ReporterView | None:
    """By stage: who dispatches sees it, masked; the lead too unless it is confidential; cooperators and followers nobody; thirty
    days after the end nobody at all."""
    phone = sealed.opened(one, "contact")
    if person is None and phone is None:
        return None
    if "ticket_reporter" in facts:
        return ReporterView("本人", masked(Kind.PHONE, phone))
    if one.ended_at is not None and one.ended_at + SEALED_AFTER < clock.now():
        return None
    dispatches = Permission.TICKET_ASSIGN in words or Permission.TICKET_CALL_BACK in words
    if not dispatches and "ticket_lead" not in facts:
        return None
    if one.confidential and Permission.TICKET_DISPATCH not in words:
        return ReporterView(CONFIDENTIAL, None)
    name = people_sealed.real_name(person) if person is not None else None
    number = phone or (people_sealed.phone(person) if person is not None else None)
    return ReporterView(masked(Kind.NAME, name, Level.COLLEAGUE), masked(Kind.PHONE, number))


def _held(ids: list[int]) -> dict[int, list[Assignment]]:
    wanted = sa.select(Assignment).where(Assignment.ticket_id.in_(ids), Assignment.ended_at.is_(None))
    told: dict[int, list[Assignment]] = {}
    for row in session.scalars(wanted.order_by(Assignment.id)):
        told.setdefault(row.ticket_id, []).append(row)
    return told


def _holder(row: Assignment, names: dict[int | None, str], one: Ticket) -> HolderView:
    final = row.part == AssignmentPart.LEAD and one.return_spent and one.state != TicketState.RETURNED
    return HolderView(row.organisation_id, names[row.organisation_id], row.sent_at, row.signed_at, final)


def _parents(found: Sequence[Ticket]) -> dict[int, Ticket]:
    ids = {one.parent_id for one in found if one.parent_id}
    return (
        {one.id: one for one in session.scalars(sa.select(Ticket).where(Ticket.id.in_(ids)))} if ids else {}
    )


def _answer(one: Ticket, parents: dict[int, Ticket]) -> str | None:
    """A parent's answer is that of each that was answered with it."""
    answering = parents.get(one.parent_id or 0, one) if one.result_kind is not None else one
    return sealed.opened(answering, "answer")


def _deadlines(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    told: dict[int, list[dict[str, Any]]] = {}
    for row in session.scalars(sa.select(Deadline).where(Deadline.ticket_id.in_(ids)).order_by(Deadline.id)):
        due_on = clock.business_day(row.due_at) if row.due_at else None
        told.setdefault(row.ticket_id, []).append({"at": row.at, "event": row.event, "due_on": due_on})
    return told


def _references(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    told: dict[int, list[dict[str, Any]]] = {}
    for row in session.scalars(
        sa.select(Reference).where(Reference.ticket_id.in_(ids)).order_by(Reference.id)
    ):
        told.setdefault(row.ticket_id, []).append(
            {"platform": row.platform, "number": row.number, "due_on": row.due_on}
        )
    return told


def _people(ids: set[int]) -> dict[int, Person]:
    return (
        {one.id: one for one in session.scalars(sa.select(Person).where(Person.id.in_(ids)))} if ids else {}
    )
