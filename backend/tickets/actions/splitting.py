"""Several matters in one ticket: each goes its own way, and the whole answers when all have."""

import sqlalchemy as sa

from backend.db import lock_row, session
from backend.errors import InvalidInput, StateConflict
from backend.journal import Actor
from backend.lifecycle import check_allowed
from backend.tickets import states
from backend.tickets.actions import dispatching, reporting
from backend.tickets.kinds import TicketState
from backend.tickets.models import Ticket


class PartsOpen(StateConflict):
    message = "拆出去的几件还没有都办结，办完以后再答复"


def split(ticket_id: int, parts: list[dict[str, str | int | None]], *, actor: Actor) -> list[Ticket]:
    """Several matters in one: each goes its own way under a number of its own, and this one answers when all have. Who reported
    it stays with this one alone. Raises NotFound, NotAllowed, TicketMovedOn, InvalidInput."""
    whole: Ticket = lock_row(Ticket, ticket_id)
    check_allowed(states.MERGE, whole, actor)
    if len(parts) < 2:
        raise InvalidInput({"parts": ["至少拆成两件"]})
    made = []
    for part in parts:
        said = reporting.Report(
            text=str(part["text"]),
            community_id=whole.community_id,
            category=str(part["category"]) if part.get("category") else None,
            grid_id=whole.place_id if whole.place_id != whole.community_id else None,
            estate_id=whole.estate_id,
            subject_id=whole.subject_id,
            reply_wanted=False,
        )
        one = reporting.part_of(whole, said, actor=actor)
        made.append(one)
        if part.get("leadId"):
            dispatching.assign(one.id, int(part["leadId"] or 0), actor=actor)
    return made


def parts_open(whole: Ticket) -> bool:
    """Whether something that was split off is not answered yet."""
    over = (
        TicketState.RESOLVED,
        TicketState.CLOSED,
        TicketState.REFERRED,
        TicketState.DECLINED,
        TicketState.WITHDRAWN,
    )
    wanted = sa.select(Ticket.id).where(Ticket.part_of_id == whole.id, Ticket.state.not_in(over))
    return session.scalar(wanted.limit(1)) is not None
