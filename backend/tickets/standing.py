"""Open tickets keep their place, and who holds them, from being closed; merged, they go on where the place lies then."""

import sqlalchemy as sa

from backend import paging
from backend.standing import Standing
from backend.tickets.holding_models import Assignment
from backend.tickets.kinds import LIVE
from backend.tickets.models import Ticket


def _here(place_id: int) -> int:
    held = sa.select(Assignment.ticket_id).where(
        Assignment.organisation_id == place_id, Assignment.ended_at.is_(None)
    )
    here = sa.or_(Ticket.place_id == place_id, Ticket.community_id == place_id, Ticket.id.in_(held))
    return paging.count(sa.select(Ticket.id).where(Ticket.state.in_(LIVE), here))


STANDING = (Standing("tickets", "没有办结的事项", _here, hinders_merge=True),)
