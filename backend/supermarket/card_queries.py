"""A community's shop as the card of a first screen: whether it is open, and what can be had now. Two statements."""

from dataclasses import dataclass

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.files import queries as files
from backend.files.queries import PictureLink
from backend.journal import Actor
from backend.supermarket import queries
from backend.supermarket.models import Item, ItemKind, Shop
from backend.supermarket.open_days import OpenTimes


@dataclass(frozen=True)
class ItemCard:
    """`available` is None where there is no stock to run out of."""

    id: int
    kind: str
    name: str
    unit: str
    points: int
    available: int | None
    picture: str | None


@dataclass(frozen=True)
class ShopCard:
    id: int
    name: str
    open_now: bool
    items: list[ItemCard]


def shop_of(community_id: int, most: int, *, actor: Actor) -> ShopCard | None:
    """The first shop of the community with some of what it has now; None where there is no shop."""
    shops = queries.shops(community_id).rows(1)
    if not shops:
        return None
    return ShopCard(shops[0].id, shops[0].name, _is_open(shops[0]), _items(shops[0].id, most, actor))


def _is_open(shop: Shop) -> bool:
    """Who has entered no hours is taken to be open on every day that is not a closed one, as deadlines take it."""
    now, times = clock.now(), OpenTimes.of(shop)
    if not shop.opening_hours:
        return times.is_open(clock.today())
    return any(opens <= now < closes for opens, closes in times.on(clock.today()))


def _items(shop_id: int, most: int, actor: Actor) -> list[ItemCard]:
    pictures = files.pictures_subquery("item", Item.id).label("pictures")
    wanted = (
        sa.select(Item, queries.free_units().label("free"), pictures)
        .where(Item.shop_id == shop_id, queries.can_be_had())
        .order_by(Item.id)
        .limit(most)
    )
    return [_card(row, actor) for row in session.execute(wanted)]


def _card(row: sa.Row, actor: Actor) -> ItemCard:
    item = row.Item
    shown: list[PictureLink] = files.picture_links(files.parse_pictures(row.pictures), "inside", actor.id)
    urls = [one["thumbnail_url"] for one in shown if one["thumbnail_url"]]
    available = row.free if item.kind == ItemKind.GOODS else None
    return ItemCard(item.id, item.kind, item.name, item.unit, item.points, available, next(iter(urls), None))
