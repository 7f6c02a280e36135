"""What of the lists keeps a place from being closed: items in force that it leads. Estates go along when it is merged."""

import sqlalchemy as sa

from backend import clock, paging
from backend.db import session
from backend.duties import queries
from backend.duties.models import DutyItem, DutyList, Estate
from backend.standing import Standing


def _led(place_id: int) -> int:
    wanted = sa.select(DutyItem.id).join(DutyList, DutyList.id == DutyItem.list_id)
    return paging.count(wanted.where(DutyItem.lead_unit_id == place_id, queries.in_force(clock.today())))


def _estates(place_id: int) -> int:
    return paging.count(sa.select(Estate.id).where(Estate.community_id == place_id))


def _move_estates(gone_id: int, into_id: int) -> int:
    """One that is there already by this name stays with the closed place: what is done there names it."""
    there = sa.select(Estate.name).where(Estate.community_id == into_id)
    moved = (
        sa.update(Estate)
        .where(Estate.community_id == gone_id, Estate.name.not_in(there))
        .values(community_id=into_id)
        .returning(Estate.id)
    )
    return len(session.scalars(moved, execution_options={"synchronize_session": False}).all())


STANDING = (
    Standing("duty_items", "现行权责清单里牵头的事项", _led, hinders_merge=True),
    Standing("estates", "小区", _estates, move=_move_estates),
)
