"""How much of an item one person may have in its period (限兑), and how much of it they have."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Moment, session, view_of
from backend.supermarket.labels import PERIODS
from backend.supermarket.models import COUNTED_STATES, Item, Line, Period, Redemption

_BEGAN = {
    name: sa.bindparam(f"{name}_began", type_=Moment) for name in (Period.MONTH, Period.QUARTER, Period.YEAR)
}
# Units of each row's item that a person, the `taker`, has had or is about to have in the item's period: what was not
# handed over, or is back, does not count.
TAKEN = (
    sa.select(
        sa.func.coalesce(sa.func.sum(sa.func.coalesce(Line.handed_over, Line.quantity) - Line.returned), 0)
    )
    .select_from(Line)
    .join(Redemption, Redemption.id == Line.redemption_id)
    .where(
        Redemption.person_id == sa.bindparam("taker", type_=sa.BigInteger),
        Redemption.state.in_(COUNTED_STATES),
        Line.item_id == Item.id,
        sa.or_(
            Item.limit_period == Period.ONCE,
            Redemption.requested_at >= sa.case(_BEGAN, value=Item.limit_period),
        ),
    )
    .correlate(Item)
    .scalar_subquery()
    .label("taken")
)


def taker(person_id: int) -> dict[str, Any]:
    """What a statement with `TAKEN` has to be given."""
    today = clock.today()
    return {"taker": person_id, **{f"{name}_began": period_starts(name, today) for name in _BEGAN}}


def period_starts(period: str, day: date) -> datetime | None:
    """The first moment of the month, quarter or year of a business day; None for `once`."""
    if period == Period.ONCE:
        return None
    first: dict[str, int] = {
        Period.MONTH: day.month,
        Period.QUARTER: (day.month - 1) // 3 * 3 + 1,
        Period.YEAR: 1,
    }
    return clock.day_starts(date(day.year, first[period], 1))


@dataclass(frozen=True)
class Share:
    """What one person had of an item in its period, the order asked about included, and what is left of it."""

    id: int
    kind: str
    name: str
    unit: str
    on_hand: int
    reserved: int
    limit_per_person: int | None
    limit_period: str
    taken: int

    @property
    def period(self) -> str:
        return PERIODS[self.limit_period]

    @property
    def full(self) -> bool:
        """They have all that one person may have."""
        return self.limit_per_person is not None and self.taken >= self.limit_per_person


def shares(order: Redemption) -> dict[int, Share]:
    """Of each item of an order, by id: how much of it its owner has with this order."""
    here = sa.select(Line.item_id).where(Line.redemption_id == order.id)
    wanted = sa.select(Item, TAKEN).where(Item.id.in_(here)).order_by(Item.id)
    rows = session.execute(wanted, taker(order.person_id))
    return {row[0].id: view_of(Share, row[0], taken=row[1]) for row in rows}


def at_limit(order: Redemption) -> list[Share]:
    """The items of an order of which its owner has all that one person may have in the period."""
    return [one for one in shares(order).values() if one.full]
