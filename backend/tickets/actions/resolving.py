"""办结: the answer, with what came of it. Whether it is solved is asked by somebody else."""

from datetime import date
from typing import Any

from backend import clock
from backend.db import lock_row, session
from backend.errors import InvalidInput, StateConflict
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition, transition_all
from backend.moves import Move
from backend.tickets import notices, sealed, states
from backend.tickets.actions import handling, holding, merged, splitting
from backend.tickets.actions.dispatching import forget_flag
from backend.tickets.kinds import ClosedBy, ResultKind, TicketState
from backend.tickets.models import Ticket


class NoContactYet(StateConflict):
    message = "还没有联系过上报人，请先联系（联系不上的也要登记），再办结"


def askable(ticket: Ticket) -> bool:
    """Whether somebody can be asked afterwards: neither anonymous, nor without a wish to hear of it. Who reported it to a
    platform elsewhere is reached by the number that it gave."""
    known = ticket.reporter_id is not None or ticket.contact_sealed is not None
    return known and ticket.reply_wanted and ticket.query_code_digest is None


def close_on_spot(ticket_id: int, answer: str, *, actor: Actor) -> Ticket:
    """The grid worker mends it where they stand. Who reported it is asked; a patrol's own finding is over.

    Raises NotFound, NotAllowed, TicketMovedOn.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    move = states.CLOSE_ON_SPOT if askable(found) else states.CLOSE_ON_SPOT_UNASKED
    check_allowed(move, found, actor)
    _end(move, found, ResultKind.SOLVED, answer, None, actor)
    notices.answered([found])
    return found


def resolve(
    ticket_id: int, result_kind: str, answer: str, *, planned_on: date | None = None, actor: Actor
) -> Ticket:
    """The lead answers for all: of a parent, for each that is merged into it. Who can be reached was spoken with, or somebody
    tried. What is planned has a day.

    Raises NotFound, NotAllowed, TicketMovedOn, NoContactYet, PartsOpen, InvalidInput.
    """
    found: Ticket = lock_row(Ticket, ticket_id)
    move = states.RESOLVE if askable(found) else states.RESOLVE_UNASKED
    check_allowed(move, found, actor)
    if (result_kind == ResultKind.PLANNED) != (planned_on is not None):
        raise InvalidInput({"plannedOn": ["列入计划的要写明日期，其他的不写"]})
    children = merged.children_of(found, TicketState.MERGED)
    if any(map(askable, (found, *children))) and not handling.contacted(found):
        raise NoContactYet()
    if splitting.parts_open(found):
        raise splitting.PartsOpen()
    _end(move, found, ResultKind(result_kind), answer, planned_on, actor)
    _answer_children(found, children, actor)
    notices.answered([found, *children])
    return found


def _end(
    move: Move, found: Ticket, result_kind: ResultKind, answer: str, planned_on: date | None, actor: Actor
) -> None:
    now = clock.now()
    facts: dict[str, Any] = {
        "result_kind": result_kind,
        "planned_on": planned_on,
        "answer_sealed": sealed.keep(found, "answer", answer),
        "resolved_at": now,
        "resolved_by_id": actor.id,
        # Of what was asked before, nothing is said of this answer.
        "solved": None,
        "satisfied": None,
    }
    if move.target == TicketState.CLOSED:
        facts |= {"closed_by": ClosedBy.NOT_ASKED, "ended_at": now}
    transition(move, found, actor=actor, permitted=True, **facts)
    lead = holding.lead_of(found)
    if lead is not None:
        lead.done_at = now
        session.flush()
    if move.target == TicketState.CLOSED:
        forget_flag(found)


def _answer_children(parent: Ticket, children: list[Ticket], actor: Actor) -> None:
    """Each is answered with the parent, and asked by itself; in a statement or two for each place."""
    now = clock.now()
    common = {
        "result_kind": parent.result_kind,
        "planned_on": parent.planned_on,
        "resolved_at": now,
        "resolved_by_id": actor.id,
        "solved": None,
        "satisfied": None,
    }
    groups: dict[tuple[int, bool], list[Ticket]] = {}
    for one in children:
        groups.setdefault((one.place_id, askable(one)), []).append(one)
    for (place_id, asked), some in groups.items():
        more = {} if asked else {"closed_by": ClosedBy.NOT_ASKED, "ended_at": now}
        move = states.ANSWER_CHILD if asked else states.ANSWER_CHILD_UNASKED
        transition_all(move, some, place_id=place_id, actor=actor, permitted=True, **common, **more)
