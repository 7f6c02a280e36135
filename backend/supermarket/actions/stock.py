"""Stock as events: receipts, reservations, hand-overs, returns, spoilage, what is past its best-before day.

An item's `on_hand` and `reserved` change only here, guarded, together with the event that tells why.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from backend import clock
from backend.db import session
from backend.errors import Refused
from backend.organisations.models import Organisation
from backend.people import actions as people
from backend.supermarket import notices
from backend.supermarket.models import Item, Line, Redemption
from backend.supermarket.queries import past_their_day
from backend.supermarket.stock_models import Batch, Movement


class OutOfStock(Refused):
    code, message = 40971, "“{item}”库存不足：还剩 {available}，需要 {needed}"


class StockReserved(Refused):
    """What is reserved for orders cannot be written off: those orders are cancelled first."""

    code, message = 40975, "“{item}”还有 {reserved} 已被预订，请先取消相应的兑换单"


class StockPastItsDay(Refused):
    code, message = 40978, "“{item}”剩下的已过保质期，不能发放"


# --- the one way to change stock ---------------------------------------------------------------------


def take_items(ids: Iterable[int]) -> dict[int, Item]:
    """These items under their locks, taken in order of id so that no two orders wait in a circle."""
    wanted = sa.select(Item).where(Item.id.in_(sorted(set(ids)))).order_by(Item.id).with_for_update()
    found = session.scalars(wanted, execution_options={"populate_existing": True})
    return {item.id: item for item in found}


def shift(
    item: Item,
    kind: str,
    *,
    reference: str,
    by: Any,
    on_hand: int = 0,
    reserved: int = 0,
    batch: Batch | None = None,
    **told: Any,
) -> Movement:
    """One event: moves `on_hand` and `reserved` (units, +/−) of a locked item and its batch, and tells it.

    Raises OutOfStock or StockReserved where a number would fall below zero or below what is reserved.
    """
    before = item.on_hand - item.reserved
    _move(item, on_hand, reserved)
    if batch is not None:
        batch.on_hand += on_hand
    event = Movement(
        item_id=item.id,
        batch_id=batch.id if batch else None,
        kind=kind,
        on_hand_change=on_hand,
        reserved_change=reserved,
        on_hand_after=item.on_hand,
        at=clock.now(),
        by_id=by.id if by is not None else None,
        reference=reference,
        **told,
    )
    session.add(event)
    session.flush()
    if item.low_stock is not None and before > item.low_stock >= item.on_hand - item.reserved:
        notices.low_stock(item)
    return event


def _move(item: Item, on_hand: int, reserved: int) -> None:
    after = (Item.on_hand + on_hand, Item.reserved + reserved)
    moved = session.execute(
        sa.update(Item)
        .where(Item.id == item.id, after[1] >= 0, after[1] <= after[0])
        .values(on_hand=after[0], reserved=after[1])
        .returning(Item.on_hand, Item.reserved),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if moved is None and on_hand < 0:
        raise StockReserved(item=item.name, reserved=item.reserved)
    if moved is None:
        raise OutOfStock(item=item.name, available=item.on_hand - item.reserved, needed=reserved)
    set_committed_value(item, "on_hand", moved.on_hand)
    set_committed_value(item, "reserved", moved.reserved)


# --- with an order -----------------------------------------------------------------------------------


def check_enough(items: dict[int, Item], wanted: dict[int, int]) -> None:
    """Refuses units that are not there, are reserved, or are past their day. Raises OutOfStock."""
    goods = [item for item in items.values() if item.kind == "goods"]
    ended = past_their_day(item.id for item in goods)
    for item in goods:
        free = max(item.on_hand - item.reserved - ended.get(item.id, 0), 0)
        if free < wanted[item.id]:
            raise OutOfStock(item=item.name, available=free, needed=wanted[item.id])


def reserve(order: Redemption, items: dict[int, Item], wanted: dict[int, int], *, by: Any) -> None:
    """Sets goods aside for the order, item by item in order of id."""
    for item in _goods(items):
        reference = f"redemption:{order.id}:reserve:{item.id}"
        shift(item, "reserve", reserved=wanted[item.id], reference=reference, by=by, redemption_id=order.id)


def release(order: Redemption, *, by: Any) -> None:
    """Gives back what was set aside for the order."""
    items, wanted = _of(order)
    for item in _goods(items):
        reference = f"redemption:{order.id}:release:{item.id}"
        shift(item, "release", reserved=-wanted[item.id], reference=reference, by=by, redemption_id=order.id)


def hand_over(order: Redemption, *, by: Any) -> None:
    """The goods leave the shop, what ends first first, never what is past its day. Raises StockPastItsDay."""
    items, wanted = _of(order)
    for item in _goods(items):
        for batch, units in _good_batches(item, wanted[item.id]):
            reference = f"redemption:{order.id}:hand_over:{batch.id}"
            shift(
                item,
                "hand_over",
                on_hand=-units,
                reserved=-units,
                batch=batch,
                reference=reference,
                by=by,
                redemption_id=order.id,
            )


def bring_back(order: Redemption, *, by: Any) -> None:
    """Returned goods go back into the batches they came from."""
    items, _ = _of(order)
    left = sa.select(Movement.batch_id, Movement.item_id, Movement.on_hand_change).where(
        Movement.redemption_id == order.id, Movement.kind == "hand_over"
    )
    for row in session.execute(left.order_by(Movement.item_id, Movement.id)).all():
        batch = take_batch(row.batch_id)
        reference = f"redemption:{order.id}:return:{batch.id}"
        shift(
            items[row.item_id],
            "return",
            on_hand=-row.on_hand_change,
            batch=batch,
            reference=reference,
            by=by,
            redemption_id=order.id,
        )


def _of(order: Redemption) -> tuple[dict[int, Item], dict[int, int]]:
    """The order's items, locked, and how many units of each."""
    rows = session.execute(sa.select(Line.item_id, Line.quantity).where(Line.redemption_id == order.id))
    wanted = dict(rows.all())
    return take_items(wanted), wanted


def _goods(items: dict[int, Item]) -> list[Item]:
    return [items[key] for key in sorted(items) if items[key].kind == "goods"]


def _good_batches(item: Item, units: int) -> list[tuple[Batch, int]]:
    wanted = sa.select(Batch).where(
        Batch.item_id == item.id,
        Batch.on_hand > 0,
        sa.or_(Batch.best_before.is_(None), Batch.best_before >= clock.today()),
    )
    found = session.scalars(
        wanted.order_by(Batch.best_before.is_(None), Batch.best_before, Batch.id).with_for_update(),
        execution_options={"populate_existing": True},
    )
    picked = oldest_first(found, units)
    if sum(taken for _, taken in picked) < units:
        raise StockPastItsDay(item=item.name)
    return picked


def oldest_first(batches: Iterable[Batch], units: int) -> list[tuple[Batch, int]]:
    """From the first batches so many units, and from which how many."""
    picked = []
    for batch in batches:
        taken = min(batch.on_hand, units)
        if taken:
            picked.append((batch, taken))
        units -= taken
    return picked


def take_batch(batch_id: int) -> Batch:
    return session.get_one(Batch, batch_id, with_for_update=True, populate_existing=True)


# --- numbers ------------------------------------------------------------------------------------------


def next_number(prefix: str, community_id: int) -> str:
    """The day's next number in the community: `RK-松涛-20261123-0007`. Gapless, taken under a lock."""
    day = clock.today().strftime("%Y%m%d")
    count = people.next_number(f"{prefix}:{community_id}:{day}")
    short = session.scalar(sa.select(Organisation.short).where(Organisation.id == community_id))
    return f"{prefix}-{short}-{day}-{count:04d}"
