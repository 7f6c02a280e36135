"""What people want of a shop's goods: asked for, refused for want of stock, waiting. Figures, no names."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.people.permissions import Permission
from backend.supermarket.demand_models import Shortfall, Watch
from backend.supermarket.models import Item, ItemKind, Line, Redemption
from backend.supermarket.queries import ended_units, shop_of_staff


@dataclass(frozen=True)
class Demand:
    """Of one item: `asked` are units ordered, `refused` units in so many `refusals` for want of stock, in this month
    and the two before; `waiting` are people who want to be told when it is there again."""

    id: int
    name: str
    unit: str
    available: int
    asked: int
    refusals: int
    refused: int
    waiting: int


def of_shop(shop_id: int, *, actor: Actor) -> list[Demand]:
    """All goods of a shop, what is missed most first. Raises NotFound, NotAllowed."""
    shop_of_staff(shop_id, Permission.STOCK_READ, actor=actor)
    since = _first_month(clock.today())
    asked = (
        sa.select(sa.func.sum(Line.quantity))
        .join(Redemption, Redemption.id == Line.redemption_id)
        .where(Line.item_id == Item.id, Redemption.requested_at >= clock.day_starts(since))
    )
    lately = (Shortfall.item_id == Item.id, Shortfall.month >= since)
    refusals = sa.select(sa.func.sum(Shortfall.times)).where(*lately)
    refused = sa.select(sa.func.sum(Shortfall.units)).where(*lately)
    waiting = sa.select(sa.func.count()).where(Watch.item_id == Item.id)
    wanted = sa.select(
        Item.id,
        Item.name,
        Item.unit,
        Item.on_hand - Item.reserved - ended_units(),
        sa.func.coalesce(asked.scalar_subquery(), 0),
        sa.func.coalesce(refusals.scalar_subquery(), 0),
        sa.func.coalesce(refused.scalar_subquery(), 0),
        waiting.scalar_subquery(),
    ).where(Item.shop_id == shop_id, Item.kind == ItemKind.GOODS)
    found = [
        Demand(row[0], row[1], row[2], max(row[3], 0), *map(int, row[4:])) for row in session.execute(wanted)
    ]
    return sorted(found, key=lambda one: (-one.refused - one.waiting, -one.asked, one.id))


def _first_month(today: date) -> date:
    """This month and the two before it."""
    month = today.year * 12 + today.month - 3
    return date(month // 12, month % 12 + 1, 1)
