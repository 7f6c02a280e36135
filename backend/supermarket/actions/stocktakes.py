"""盘点: the keeper counts, a supervisor approves, and only then the books follow."""

from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import savepoint, session, take
from backend.errors import Refused
from backend.lifecycle import make
from backend.people import permissions
from backend.supermarket import notices, states
from backend.supermarket.actions import receipts, stock
from backend.supermarket.actions.baskets import NotInThisShop
from backend.supermarket.actions.receipts import NotGoods
from backend.supermarket.models import Shop
from backend.supermarket.stock_models import Stocktake, StocktakeLine


class StocktakeOpen(Refused):
    code, message = 40976, "上一次盘点还没有审核，请先审核"


class NothingCounted(Refused):
    code, message = 42284, "请填写盘点的物品，每种物品只填一次"


def propose(shop_id: int, counted: list[tuple[int, int, str | None]], *, by: Any) -> Stocktake:
    """What was counted: (item id, units, reason of a difference). The books are noted as they stand now.

    One at a time in a shop. Raises StocktakeOpen, NothingCounted, NotInThisShop, NotGoods, NotFound.
    """
    shop = take(Shop, shop_id)
    permissions.require(by.id, "stocktake:propose", shop.place_id)
    ids = [item_id for item_id, _, _ in counted]
    if not ids or len(set(ids)) != len(ids):
        raise NothingCounted()
    items = stock.take_items(ids)
    if set(items) != set(ids) or any(item.shop_id != shop.id for item in items.values()):
        raise NotInThisShop()
    if any(item.kind != "goods" for item in items.values()):
        raise NotGoods()
    found = _propose(shop, by)
    session.add_all(
        StocktakeLine(
            stocktake_id=found.id, item_id=key, book=items[key].on_hand, counted=units, reason=reason
        )
        for key, units, reason in counted
    )
    session.flush()
    journal.write("propose", "stocktake", found.id, by=by, states=(None, "proposed"), place=shop.place_id)
    notices.stocktake_waits(found)
    return found


def _propose(shop: Shop, by: Any) -> Stocktake:
    found = Stocktake(
        shop_id=shop.id,
        community_id=shop.community_id,
        number=stock.next_number("PD", shop.community_id),
        state="proposed",
        proposed_by_id=by.id,
        proposed_at=clock.now(),
    )
    try:
        with savepoint():
            session.add(found)
            session.flush()
    except sa.exc.IntegrityError:
        raise StocktakeOpen() from None
    return found


def approve(stocktake_id: int, *, by: Any) -> Stocktake:
    """A supervisor, never who counted, lets the differences into the books.

    What moved between counting and now stays moved: the difference is added, not the count set. Raises
    StockReserved where orders wait for units that are missing.
    """
    found = take(Stocktake, stocktake_id)
    make(states.APPROVE_STOCKTAKE, found, by=by, decided_by_id=by.id, decided_at=clock.now())
    lines = session.scalars(
        sa.select(StocktakeLine).where(StocktakeLine.stocktake_id == found.id).order_by(StocktakeLine.item_id)
    ).all()
    items = stock.take_items(line.item_id for line in lines)
    for line in lines:
        if line.counted != line.book:
            receipts.correct(
                items[line.item_id],
                line.counted - line.book,
                reference=found.number,
                by=by,
                stocktake_id=found.id,
                reason=line.reason,
            )
    notices.stocktake_decided(found)
    return found


def reject(stocktake_id: int, reason: str, *, by: Any) -> Stocktake:
    """The supervisor asks for another count; nothing changes in the books."""
    found = take(Stocktake, stocktake_id)
    make(
        states.REJECT_STOCKTAKE,
        found,
        by=by,
        reason=reason,
        decided_by_id=by.id,
        decided_at=clock.now(),
        review_reason=reason,
    )
    notices.stocktake_decided(found)
    return found
