"""盘点: the keeper counts, a supervisor approves, and only then the books follow."""

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, savepoint, session
from backend.errors import Refused
from backend.journal import Actor
from backend.lifecycle import transition
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import notices, states
from backend.supermarket.actions import receipts, stock
from backend.supermarket.actions.baskets import NotInThisShop
from backend.supermarket.actions.receipts import NotGoods
from backend.supermarket.models import ItemKind, Shop
from backend.supermarket.stock_models import Stocktake, StocktakeLine, StocktakeState


class StocktakeOpen(Refused):
    code, message = 40976, "上一次盘点还没有审核，请先审核"


class NothingCounted(Refused):
    code, message = 42284, "请填写盘点的物品，每种物品只填一次"


def propose(shop_id: int, counted: list[tuple[int, int, str | None]], *, actor: Actor) -> Stocktake:
    """What was counted: (item id, units, reason of a difference). The books are noted as they stand now.

    One at a time in a shop. Raises StocktakeOpen, NothingCounted, NotInThisShop, NotGoods, NotFound.
    """
    shop = lock_row(Shop, shop_id)
    permissions.require(actor.id, Permission.STOCKTAKE_PROPOSE, shop.place_id)
    ids = [item_id for item_id, _, _ in counted]
    if not ids or len(set(ids)) != len(ids):
        raise NothingCounted()
    items = stock.lock_items(ids)
    if set(items) != set(ids) or any(item.shop_id != shop.id for item in items.values()):
        raise NotInThisShop()
    if any(item.kind != ItemKind.GOODS for item in items.values()):
        raise NotGoods()
    found = _propose(shop, actor)
    session.add_all(
        StocktakeLine(
            stocktake_id=found.id, item_id=key, book=items[key].on_hand, counted=units, reason=reason
        )
        for key, units, reason in counted
    )
    session.flush()
    journal.write(
        "propose", "stocktake", found.id, actor=actor, states=(None, found.state), place=shop.place_id
    )
    notices.stocktake_waits(found)
    return found


def _propose(shop: Shop, actor: Actor) -> Stocktake:
    found = Stocktake(
        shop_id=shop.id,
        community_id=shop.community_id,
        number=stock.next_number("PD", shop.community_id),
        state=StocktakeState.PROPOSED,
        proposed_by_id=actor.id,
        proposed_at=clock.now(),
    )
    try:
        with savepoint():
            session.add(found)
            session.flush()
    except sa.exc.IntegrityError:
        raise StocktakeOpen() from None
    return found


def approve(stocktake_id: int, *, actor: Actor) -> Stocktake:
    """A supervisor, never who counted, lets the differences into the books.

    What moved between counting and now stays moved: the difference is added, not the count set. Raises
    StockReserved where orders wait for units that are missing.
    """
    found = lock_row(Stocktake, stocktake_id)
    transition(states.APPROVE_STOCKTAKE, found, actor=actor, decided_by_id=actor.id, decided_at=clock.now())
    lines = session.scalars(
        sa.select(StocktakeLine).where(StocktakeLine.stocktake_id == found.id).order_by(StocktakeLine.item_id)
    ).all()
    items = stock.lock_items(line.item_id for line in lines)
    for line in lines:
        if line.counted != line.book:
            receipts.correct(
                items[line.item_id],
                line.counted - line.book,
                reference=found.number,
                actor=actor,
                stocktake_id=found.id,
                reason=line.reason,
            )
    notices.stocktake_decided(found)
    return found


def reject(stocktake_id: int, reason: str, *, actor: Actor) -> Stocktake:
    """The supervisor asks for another count; nothing changes in the books."""
    found = lock_row(Stocktake, stocktake_id)
    transition(
        states.REJECT_STOCKTAKE,
        found,
        actor=actor,
        reason=reason,
        decided_by_id=actor.id,
        decided_at=clock.now(),
        review_reason=reason,
    )
    notices.stocktake_decided(found)
    return found
