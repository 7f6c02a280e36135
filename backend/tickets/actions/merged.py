"""Many tickets of one matter: one answers all, and nobody's deadline, number or reporter is lost."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotFound, StateConflict
from backend.journal import Actor, JournalLine
from backend.lifecycle import authorize, check_allowed, transition, transition_all
from backend.tickets import states
from backend.tickets.actions import due, holding
from backend.tickets.kinds import DeadlineEvent, TicketState
from backend.tickets.models import Deadline, Ticket

MOST = 500
UNMERGE_WITHIN = timedelta(days=30)
_LIVE = (TicketState.REPORTED, TicketState.ASSIGNED, TicketState.HANDLING)


class TooLateToUnmerge(StateConflict):
    message = "并案超过三十天，不能撤销了"


def merge(ticket_id: int, ticket_ids: list[int], *, actor: Actor) -> Ticket:
    """The oldest of all becomes the parent, and is the answer. Children keep number, reporter and their own due; the parent
    shows the earliest. All of it, or nothing.

    Raises NotFound, NotAllowed, TicketMovedOn, ComplainedAbout, InvalidInput for fewer than two or more than MOST.
    """
    wanted = sorted({ticket_id, *ticket_ids})
    if not 2 <= len(wanted) <= MOST + 1:
        raise InvalidInput({"ticketIds": [f"请选择 1 到 {MOST} 件其他事项"]})
    found = list(
        session.scalars(
            sa.select(Ticket)
            .where(Ticket.id.in_(wanted))
            .order_by(Ticket.id)
            .with_for_update(key_share=True),
            execution_options={"populate_existing": True},
        )
    )
    if len(found) != len(wanted):
        raise NotFound()
    _check(found, actor)
    parent, *children = sorted(found, key=lambda one: (one.reported_at, one.id))
    holding.check_merge(parent, children)
    _below(parent, children, actor)
    due.show(parent)
    return parent


def _check(found: Sequence[Ticket], actor: Actor) -> None:
    asked: set[int] = set()
    for one in found:
        if one.place_id not in asked:
            authorize(states.MERGE, one, actor)
            asked.add(one.place_id)
        if one.state not in _LIVE:
            raise states.TicketMovedOn()


def _below(parent: Ticket, children: Sequence[Ticket], actor: Actor) -> None:
    ids = [one.id for one in children]
    holding.end_all(ids)
    if parent.counted_from is not None:
        for one in children:
            _begin_as(parent, one)
        session.flush()
    # What was merged into one of them lies below the parent from now on.
    session.execute(
        sa.update(Ticket)
        .where(Ticket.parent_id.in_(ids), Ticket.state == TicketState.MERGED)
        .values(parent_id=parent.id),
        execution_options={"synchronize_session": False},
    )
    facts = {"parent_id": parent.id, "lead_id": None}
    for place_id in sorted({one.place_id for one in children}):
        some = [one for one in children if one.place_id == place_id]
        transition_all(states.MERGE, some, place_id=place_id, actor=actor, permitted=True, **facts)


def _begin_as(parent: Ticket, child: Ticket) -> None:
    """One that nobody had dispatched is due with the parent that takes it in."""
    if child.own_due_at is None:
        child.counted_from, child.term_value, child.term_unit = (
            clock.now(),
            parent.term_value,
            parent.term_unit,
        )
        child.own_due_at = due.own(child)
        child.due_at = child.own_due_at
        session.add(
            Deadline(ticket_id=child.id, at=clock.now(), event=DeadlineEvent.SET, due_at=child.own_due_at)
        )


def begin_with_parent(parent: Ticket) -> None:
    """Children that wait with a parent which is dispatched only now."""
    for one in children_of(parent, TicketState.MERGED):
        if one.counted_from is None:
            _begin_as(parent, one)
    session.flush()
    due.show(parent)


def children_of(parent: Ticket, *which: TicketState) -> list[Ticket]:
    wanted = sa.select(Ticket).where(Ticket.parent_id == parent.id, Ticket.state.in_(which))
    return list(session.scalars(wanted.order_by(Ticket.id).with_for_update(key_share=True)))


def unmerge(ticket_id: int, *, actor: Actor) -> Ticket:
    """A child was another matter after all: it is dispatched anew, with its own due as it stood. Within thirty days.

    Raises NotFound, NotAllowed, TicketMovedOn, TooLateToUnmerge.
    """
    child: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.UNMERGE, child, actor)
    merged_at = session.scalar(
        sa.select(sa.func.max(JournalLine.at)).where(
            JournalLine.subject_kind == "ticket",
            JournalLine.subject_id == child.id,
            JournalLine.verb == "merge",
        )
    )
    if merged_at is not None and merged_at < clock.now() - UNMERGE_WITHIN:
        raise TooLateToUnmerge()
    parent: Ticket = lock_row(Ticket, child.parent_id or 0)
    transition(states.UNMERGE, child, actor=actor, permitted=True, parent_id=None)
    due.show(child)
    due.show(parent)
    return child
