"""How many wishes there are where: numbers by community and grid, for the map. Nothing of one wish."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.db import session
from backend.wishes.kinds import ON_THE_WALL, WishState
from backend.wishes.models import Wish


@dataclass(frozen=True)
class Counted:
    """Of a grid, or of those of a community that name none: `open` are on the wall and not lit, `lit` were confirmed."""

    community_id: int
    grid_id: int | None
    open: int
    lit: int


def on_the_wall(community_ids: Collection[int] | None, lit_since: datetime) -> list[Counted]:
    """In the order of communities and grids; those of no community are in none. One statement."""
    lit = sa.and_(Wish.state == WishState.CONFIRMED, Wish.closed_at >= lit_since)
    waits = Wish.state != WishState.CONFIRMED
    wanted = (
        sa.select(
            Wish.community_id,
            Wish.grid_id,
            sa.func.count(sa.case((waits, 1))),
            sa.func.count(sa.case((lit, 1))),
        )
        .where(Wish.state.in_(ON_THE_WALL), sa.or_(waits, lit))
        .group_by(Wish.community_id, Wish.grid_id)
        .order_by(Wish.community_id, sa.func.coalesce(Wish.grid_id, 0))
    )
    if community_ids is not None:
        wanted = wanted.where(Wish.community_id.in_(community_ids))
    return [Counted(*row) for row in session.execute(wanted)]
