"""超市表: the exchange shops of a city, before their stock is brought in. Hours and deadlines are set on a shop's page."""

from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.imports import actions as imports
from backend.journal import Actor
from backend.people import sheets
from backend.people.permissions import Permission
from backend.supermarket import limits
from backend.supermarket.actions import shops
from backend.supermarket.models import Shop

KIND = "shops"


def _check(row: imports.Row) -> list[imports.Fault]:
    return [
        (name, f"最多 {most} 个字")
        for name, most in (("名称", limits.SHOP_NAME_MAX), ("地址", limits.ADDRESS_MAX))
        if len(row[name]) > most
    ]


def _community(row: imports.Row, memory: dict[str, Any], actor: Actor) -> int:
    """Raises NoSuchCommunity."""
    return sheets.community_named(row["社区"], Permission.SHOP_MANAGE, memory, actor)


def _take_in(row: imports.Row, memory: dict[str, Any], actor: Actor) -> bool:
    community_id = _community(row, memory, actor)
    there = sa.select(Shop.id).where(Shop.community_id == community_id, Shop.name == row["名称"])
    if session.scalar(there) is not None:
        return False
    shops.open_shop(community_id, row["名称"], address=row["地址"], actor=actor)
    return True


imports.offer(
    KIND,
    imports.Sheet(
        ("社区", "名称", "地址"),
        ("社区", "名称"),
        Permission.SHOP_MANAGE,
        _check,
        _take_in,
        key=lambda row: (row["社区"], row["名称"]),
        find=_community,
    ),
)
