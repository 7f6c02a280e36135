"""What screens in halls and the front page show of wishes beside the wall: numbers and titles, nothing of a person."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import AnySelect, session
from backend.organisations.models import Organisation
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Round, Wish

MONTHS = 12
# A published wish is one lamp: it waits, somebody is at it, or it shines.
_WAITING = (WishState.PUBLISHED,)
_UNDER_WAY = (WishState.CLAIMED, WishState.FULFILLED)
_LIT = (WishState.CONFIRMED,)


@dataclass(frozen=True)
class Lamps:
    """The wishes of the rounds that are published now."""

    lit: int
    under_way: int
    waiting: int

    @property
    def number(self) -> int:
        return self.lit + self.under_way + self.waiting


def lamps(community_id: int | None) -> Lamps:
    """Of the round that runs in a community, or of all that run. One statement."""
    wanted = (
        sa.select(Wish.state, sa.func.count())
        .join(Round, Round.id == Wish.round_id)
        .where(Round.state == RoundState.PUBLISHED)
        .group_by(Wish.state)
    )
    counted: dict[str, int] = dict(session.execute(_of_place(wanted, community_id)).all())
    return Lamps(*(sum(counted.get(state, 0) for state in some) for some in (_LIT, _UNDER_WAY, _WAITING)))


def lately_lit(community_id: int | None, limit: int) -> list[sa.Row[Any]]:
    """The wishes that were lit last: number, title, community and when."""
    wanted = (
        sa.select(Wish.number, Wish.title, Wish.closed_at, Organisation.name.label("community"))
        .join(Organisation, Organisation.id == Wish.community_id)
        .where(Wish.state == WishState.CONFIRMED)
        .order_by(Wish.closed_at.desc(), Wish.id.desc())
        .limit(limit)
    )
    return list(session.execute(_of_place(wanted, community_id)))


def lit_by_month(community_id: int | None) -> dict[str, int]:
    """How many were lit in each of the last twelve months, `10月` with the year before January. One statement."""
    firsts = _firsts(clock.today())
    ends = [*firsts[1:], None]
    parts = [
        sa.func.count(
            sa.case((_between(clock.day_starts(first), None if end is None else clock.day_starts(end)), 1))
        )
        for first, end in zip(firsts, ends, strict=True)
    ]
    wanted = sa.select(*parts).where(
        Wish.state == WishState.CONFIRMED, Wish.closed_at >= clock.day_starts(firsts[0])
    )
    numbers = session.execute(_of_place(wanted, community_id)).one()
    return {
        _named(first, number == 0): count
        for number, (first, count) in enumerate(zip(firsts, numbers, strict=True))
    }


def _between(start: Any, end: Any) -> sa.ColumnElement[bool]:
    since = Wish.closed_at >= start
    return since if end is None else sa.and_(since, Wish.closed_at < end)


def _firsts(today: date) -> list[date]:
    """The first days of the last twelve months, this one last."""
    months = [today.year * 12 + today.month - 1 - back for back in range(MONTHS)]
    return [date(one // 12, one % 12 + 1, 1) for one in reversed(months)]


def _named(first: date, whole: bool) -> str:
    return f"{first.year}年{first.month}月" if whole or first.month == 1 else f"{first.month}月"


def _of_place(wanted: AnySelect, community_id: int | None) -> AnySelect:
    return wanted if community_id is None else wanted.where(Wish.community_id == community_id)
