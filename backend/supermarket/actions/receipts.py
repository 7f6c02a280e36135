"""The keeper receives goods and writes off what is spoilt; a stocktake corrects; what is past its day leaves."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import notices, sealed
from backend.supermarket.actions.stock import (
    OutOfStock,
    StockReserved,
    lock_batch,
    lock_items,
    next_number,
    oldest_first,
    record_movement,
)
from backend.supermarket.models import Item, ItemKind, Shop
from backend.supermarket.queries import past_their_day
from backend.supermarket.stock_models import Batch, Movement, MovementKind, StockSource


class NotGoods(Refused):
    code, message = 42276, "只有物品才有库存"


class AlreadyPastItsDay(Refused):
    code, message = 42277, "保质期已过的物品不能入库"


class DonorOfAPurchase(Refused):
    code, message = 42278, "采购入库不填捐赠方"


def of_keeper(item_id: int, word: str, actor: Actor) -> tuple[Item, Shop]:
    """A locked item of goods in a shop where `actor` is granted `word`. Raises NotFound, NotAllowed, NotGoods."""
    item = lock_items([item_id]).get(item_id)
    if item is None:
        raise NotFound()
    shop = session.get_one(Shop, item.shop_id)
    permissions.require(actor.id, word, shop.place_id)
    if item.kind != ItemKind.GOODS:
        raise NotGoods()
    return item, shop


def receive(
    item_id: int,
    quantity: int,
    source: str,
    *,
    donor: str | None = None,
    donor_public: bool = False,
    batch_no: str | None = None,
    best_before: date | None = None,
    document: str | None = None,
    cost: int | None = None,
    number: str | None = None,
    actor: Actor,
) -> Movement:
    """入库: units bought or donated, with their batch, last good day, document and cost (yuan).

    The donor is named to the public only with `donor_public`, their consent. `number` is what an opening is
    known by, else the day's next one. Raises NotGoods,
    AlreadyPastItsDay (公益事业捐赠法: no food past its day), DonorOfAPurchase.
    """
    item, shop = of_keeper(item_id, Permission.STOCK_RECEIVE, actor)
    if best_before is not None and best_before < clock.today():
        raise AlreadyPastItsDay()
    if donor is not None and source != StockSource.DONATION:
        raise DonorOfAPurchase()
    number = number or next_number("RK", shop.community_id)
    event = record_movement(
        item,
        MovementKind.RECEIPT,
        on_hand=quantity,
        batch=batch_like(item, batch_no, best_before),
        reference=number,
        actor=actor,
        source=source,
        donor_sealed=sealed.sealed_donor(number, donor),
        donor_public=bool(donor and donor_public),
        document=document,
        cost=cost,
    )
    facts = {"number": number, "quantity": quantity, "source": source}
    journal.write("receive", "item", item.id, actor=actor, place=shop.place_id, facts=facts)
    return event


def batch_like(item: Item, batch_no: str | None, best_before: date | None) -> Batch:
    """The batch with this number and day, made where it is new."""
    same = sa.select(Batch).where(
        Batch.item_id == item.id,
        sa.not_(Batch.quarantined),
        Batch.batch_no.is_not_distinct_from(batch_no),
        Batch.best_before.is_not_distinct_from(best_before),
    )
    found = session.scalars(
        same.order_by(Batch.id).limit(1).with_for_update(), execution_options={"populate_existing": True}
    ).one_or_none()
    if found is None:
        found = Batch(item_id=item.id, batch_no=batch_no, best_before=best_before, on_hand=0)
        session.add(found)
        session.flush()
    return found


def spoil(item_id: int, quantity: int, reason: str, batch_id: int | None = None, *, actor: Actor) -> Item:
    """报损: broken or spoilt units leave the books, from one batch or from what ends first on the shelf.

    Raises StockReserved where they are needed for orders, OutOfStock where the batch has fewer, NotFound.
    """
    item, shop = of_keeper(item_id, Permission.STOCK_SPOIL, actor)
    journal.check_reason(reason)
    batches = [one for one in _batches(item.id, batch_id) if batch_id is not None or not one.quarantined]
    picked = oldest_first(batches, quantity)
    there = sum(batch.on_hand for batch in batches)
    if sum(taken for _, taken in picked) < quantity:
        raise OutOfStock(item=item.name, available=there, needed=quantity)
    number = next_number("BS", shop.community_id)
    for count, (batch, taken) in enumerate(picked, start=1):
        record_movement(
            item,
            MovementKind.SPOILAGE,
            on_hand=-taken,
            batch=batch,
            reference=f"{number}-{count}",
            actor=actor,
            reason=reason,
        )
    keep_good_for_orders(item)
    journal.write(
        "spoil",
        "item",
        item.id,
        actor=actor,
        reason=reason,
        place=shop.place_id,
        facts={"quantity": quantity},
    )
    return item


def keep_good_for_orders(item: Item) -> None:
    """Raises StockReserved where fewer good units are left than orders wait for."""
    if item.on_hand - past_their_day([item.id]).get(item.id, 0) < item.reserved:
        raise StockReserved(item=item.name, reserved=item.reserved)


def _batches(item_id: int, batch_id: int | None) -> list[Batch]:
    wanted = sa.select(Batch).where(Batch.item_id == item_id, Batch.on_hand > 0)
    if batch_id is not None:
        wanted = wanted.where(Batch.id == batch_id)
    found = session.scalars(
        wanted.order_by(
            Batch.quarantined, Batch.best_before.is_(None), Batch.best_before, Batch.id
        ).with_for_update(),
        execution_options={"populate_existing": True},
    )
    return list(found)


def correct(item: Item, difference: int, *, reference: str, actor: Actor, **told: Any) -> None:
    """A stocktake's difference in units: what is missing leaves the batches that end first; what was found
    joins the one that ends first, so that nothing gets a longer life by being counted."""
    batches = _batches(item.id, None)
    if difference > 0:
        good = [one for one in batches if not one.quarantined]
        batch = good[0] if good else batch_like(item, None, None)
        picked = [(batch, difference)]
    else:
        picked = [(batch, -taken) for batch, taken in oldest_first(batches, -difference)]
    if sum(units for _, units in picked) != difference:
        raise OutOfStock(item=item.name, available=item.on_hand, needed=-difference)
    for batch, units in picked:
        record_movement(
            item,
            MovementKind.STOCKTAKE,
            on_hand=units,
            batch=batch,
            reference=f"{reference}:{item.id}:{batch.id}",
            actor=actor,
            **told,
        )


def leave_the_shelf(batch_id: int) -> None:
    """Takes a batch past its best-before day off the books, all but what is still reserved for orders."""
    item_id = session.scalars(sa.select(Batch.item_id).where(Batch.id == batch_id)).one()
    item = lock_items([item_id])[item_id]
    batch = lock_batch(batch_id)
    units = min(batch.on_hand, item.on_hand - item.reserved)
    if units <= 0 or batch.best_before is None or batch.best_before >= clock.today():
        return
    times = session.scalars(
        sa.select(sa.func.count()).where(Movement.batch_id == batch.id, Movement.kind == MovementKind.EXPIRED)
    ).one()
    reference = f"batch:{batch.id}:expired:{times + 1}"
    record_movement(item, MovementKind.EXPIRED, on_hand=-units, batch=batch, reference=reference, actor=None)
    place = session.get_one(Shop, item.shop_id).place_id
    journal.write("expire", "batch", batch.id, actor=None, place=place, facts={"quantity": units})
    notices.batch_ended(item, batch, units)
