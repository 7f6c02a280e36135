"""The items of all one's shops as a list."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from backend.db import AnySelect, session
from backend.journal import Actor
from backend.paging import Keys, KeysetQuery, containing
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import queries
from backend.supermarket.models import Item, ItemKind, Shop

SORTS = {"name": "按名称", "newest": "新的在前"}
_KEYS: dict[str, Keys] = {"name": (Item.name, Item.id), "newest": (Item.id.desc(),)}
ON_SHELF, OFF_SHELF, LOW = "on", "off", "low"
CONDITIONS = {ON_SHELF: "已上架", OFF_SHELF: "已下架", LOW: "库存不多"}


@dataclass(frozen=True, kw_only=True)
class ItemFilters:
    """What was asked for; None where it does not matter."""

    text: str | None = None
    kind: str | None = None
    shop: int | None = None
    condition: str | None = None


@dataclass(frozen=True)
class ItemRow:
    """One line: whose it is, and how much of it there is."""

    id: int
    name: str
    kind: str
    shop: str
    points: int
    on_hand: int | None
    reserved: int | None
    available: int | None
    on_shelf: bool


def listed(asked: ItemFilters, sort: str, *, actor: Actor) -> KeysetQuery:
    """Items of the shops whose stock this person reads, as they are asked for."""
    reach = permissions.reach_of(actor.id, Permission.STOCK_READ)
    mine = sa.select(Shop.id).where(Shop.community_id.in_(reach))
    wanted: AnySelect = sa.select(Item).where(Item.shop_id.in_(mine))
    if asked.text:
        wanted = wanted.where(containing(asked.text, Item.name))
    if asked.kind:
        wanted = wanted.where(Item.kind == asked.kind)
    if asked.shop:
        wanted = wanted.where(Item.shop_id == asked.shop)
    conditions = {
        ON_SHELF: Item.on_shelf.is_(sa.true()),
        OFF_SHELF: sa.not_(Item.on_shelf),
        LOW: sa.and_(Item.kind == ItemKind.GOODS, Item.on_hand - Item.reserved <= Item.low_stock),
    }
    if asked.condition in conditions:
        wanted = wanted.where(conditions[asked.condition])
    return KeysetQuery(wanted, _KEYS[sort])


def rows(items: Sequence[Item], *, actor: Actor) -> list[ItemRow]:
    wanted = sa.select(Shop.id, Shop.name).where(Shop.id.in_({one.shop_id for one in items}))
    shops = {row[0]: row[1] for row in session.execute(wanted)}
    return [
        ItemRow(
            id=one.id,
            name=one.name,
            kind=one.kind,
            shop=shops[one.shop_id],
            points=one.points,
            on_hand=one.on_hand if one.kind == ItemKind.GOODS else None,
            reserved=one.reserved if one.kind == ItemKind.GOODS else None,
            available=one.available,
            on_shelf=one.on_shelf,
        )
        for one in queries.view_items(items, actor=actor)
    ]
