"""What screens in halls and the front page show of the shops: what is on the shelf."""

from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.supermarket.models import Item, Shop
from backend.supermarket.queries import can_be_had


def on_the_shelf(community_id: int | None, limit: int) -> list[sa.Row[Any]]:
    """What can be redeemed now, the newest first: goods of which some are free, venues, support of an activity."""
    wanted = (
        sa.select(Item.name, Item.unit, Item.points, Shop.name.label("shop"))
        .join(Shop, Shop.id == Item.shop_id)
        .where(can_be_had())
        .order_by(Item.id.desc())
        .limit(limit)
    )
    if community_id is not None:
        wanted = wanted.where(Shop.community_id == community_id)
    return list(session.execute(wanted))
