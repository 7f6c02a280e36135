"""盘点: the keeper counts, a supervisor approves, and only then the books follow."""

from collections.abc import Sequence

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, savepoint, session
from backend.errors import Refused
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition
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


class DifferenceUnexplained(Refused):
    code, message = 42226, "还有 {count} 种物品的盈亏没有写原因，请盘点的人写明后再审核"


class NothingToExplain(Refused):
    code, message = 42228, "只能给这次盘点中有盈亏的物品写原因，每种只写一次"


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


def explain(stocktake_id: int, reasons: list[tuple[int, str]], *, actor: Actor) -> Stocktake:
    """Why items differ, as (item id, reason), from the keepers: they count without the books before them, so that only
    now they know what differs. Until the stocktake is decided a reason may be written anew.

    Raises NotFound, NotAllowed, StocktakeMovedOn, NothingToExplain for an item that was not counted or does not differ.
    """
    found = lock_row(Stocktake, stocktake_id)
    permissions.require(actor.id, Permission.STOCKTAKE_PROPOSE, found.place_id)
    if found.state != StocktakeState.PROPOSED:
        raise states.StocktakeMovedOn()
    different = {line.item_id: line for line in _lines(found.id) if line.counted != line.book}
    ids = [item_id for item_id, _ in reasons]
    if not ids or len(set(ids)) != len(ids) or not set(ids) <= set(different):
        raise NothingToExplain()
    for item_id, reason in reasons:
        different[item_id].reason = reason
    session.flush()
    facts = {"items": sorted(ids)}
    journal.write("explain", "stocktake", found.id, actor=actor, place=found.place_id, facts=facts)
    return found


def _lines(stocktake_id: int) -> Sequence[StocktakeLine]:
    wanted = sa.select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake_id)
    return session.scalars(wanted.order_by(StocktakeLine.item_id)).all()


def approve(stocktake_id: int, *, actor: Actor) -> Stocktake:
    """A supervisor, never who counted, lets the differences into the books; each has a reason by now (盘盈、盘亏要查明
    原因).

    What moved between counting and now stays moved: the difference is added, not the count set. Raises
    DifferenceUnexplained, StockReserved where orders wait for units that are missing.
    """
    found = lock_row(Stocktake, stocktake_id)
    check_allowed(states.APPROVE_STOCKTAKE, found, actor)
    lines = _lines(found.id)
    unexplained = sum(line.unexplained for line in lines)
    if unexplained:
        raise DifferenceUnexplained(count=unexplained)
    transition(states.APPROVE_STOCKTAKE, found, actor=actor, decided_by_id=actor.id, decided_at=clock.now())
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
