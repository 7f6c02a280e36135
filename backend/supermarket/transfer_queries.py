"""Reading what goes from shop to shop (调拨)."""

from collections.abc import Sequence

import sqlalchemy as sa

from backend.db import session, view_of
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.permissions import Permission
from backend.supermarket import states
from backend.supermarket.models import Item, ItemKind, Shop
from backend.supermarket.queries import shop_of_staff
from backend.supermarket.stock_models import ShopTransfer
from backend.supermarket.views import GoodsView, TransferView


def of_shop(shop_id: int, *, actor: Actor) -> KeysetQuery:
    """What a shop sent and what was sent to it, newest first. Raises NotFound, NotAllowed."""
    shop_of_staff(shop_id, Permission.STOCK_READ, actor=actor)
    either = sa.or_(ShopTransfer.from_shop_id == shop_id, ShopTransfer.to_shop_id == shop_id)
    return KeysetQuery(sa.select(ShopTransfer).where(either), (ShopTransfer.id.desc(),))


def one(transfer_id: int, *, actor: Actor) -> ShopTransfer:
    """For the staff of either shop. Raises NotFound."""
    found = session.get(ShopTransfer, transfer_id)
    if found is None or not any(
        permissions.appointed(actor.id, Permission.STOCK_READ, place)
        for place in (found.from_community_id, found.to_community_id)
    ):
        raise NotFound()
    return found


def view(found: Sequence[ShopTransfer], *, actor: Actor) -> list[TransferView]:
    """With the names of shops, goods and people (masked), and the moves open to the person."""
    if not found:
        return []
    shops = dict(session.execute(sa.select(Shop.id, Shop.name)).all()) if found else {}
    items = {row.id: row for row in session.execute(_ITEMS, {"ids": [row.item_id for row in found]})}
    names = people.officer_names({who for row in found for who in (row.sent_by_id, row.closed_by_id) if who})
    places = {place for row in found for place in (row.from_community_id, row.to_community_id)}
    words = permissions.permissions_in_many(actor.id, places)
    return [
        view_of(
            TransferView,
            row,
            from_shop=shops[row.from_shop_id],
            to_shop=shops[row.to_shop_id],
            name=items[row.item_id].name,
            unit=items[row.item_id].unit,
            sent_by=names[row.sent_by_id],
            closed_by=names.get(row.closed_by_id),
            actions=_actions(row, words, actor),
        )
        for row in found
    ]


_ITEMS = sa.select(Item.id, Item.name, Item.unit).where(Item.id.in_(sa.bindparam("ids", expanding=True)))


def _actions(row: ShopTransfer, words: dict[int, frozenset[str]], actor: Actor) -> list[str]:
    facts = row.facts_about(actor.id)
    there, here = (words.get(place, frozenset()) for place in (row.to_community_id, row.from_community_id))
    return open_to((states.RECEIVE_TRANSFER,), row, there, facts) + open_to(
        (states.CALL_BACK_TRANSFER,), row, here, facts
    )


def other_shops(shop_id: int) -> dict[int, str]:
    """To which shops something may be sent, by id."""
    wanted = sa.select(Shop.id, Shop.name).where(Shop.id != shop_id).order_by(Shop.community_id, Shop.id)
    return dict(session.execute(wanted).all())


def kept_as(transfer: ShopTransfer) -> list[GoodsView]:
    """The goods of the receiving shop: those of the same name first."""
    name = session.scalar(sa.select(Item.name).where(Item.id == transfer.item_id))
    wanted = sa.select(Item.id, Item.name, Item.unit).where(
        Item.shop_id == transfer.to_shop_id, Item.kind == ItemKind.GOODS
    )
    rows = session.execute(wanted.order_by(Item.name != name, Item.name, Item.id))
    return [view_of(GoodsView, row) for row in rows]
