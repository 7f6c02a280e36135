"""退回: what comes back of an order, and where it goes: to the shelf, to quarantine, or off the books."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session
from backend.errors import InvalidInput, NotFound, StateConflict
from backend.journal import Actor
from backend.people.permissions import Permission
from backend.supermarket.actions import receipts, stock, watches
from backend.supermarket.models import Item, ItemKind, Line, Redemption
from backend.supermarket.return_models import Fate, Returned
from backend.supermarket.stock_models import Batch, Movement, MovementKind


class ReturnedAlready(StateConflict):
    message = "退回的数量比发放后还没有退回的多，请核对"


class NotInQuarantine(StateConflict):
    message = "这一批不在待检区，请刷新后再看"


@dataclass(frozen=True)
class Back:
    """Units of one item that come back, and what becomes of them."""

    item_id: int
    quantity: int
    fate: str = Fate.SHELF


class Returning(NamedTuple):
    """The same, with the line of the order."""

    line: Line
    units: int
    fate: str

    @property
    def points(self) -> int:
        return self.units * self.line.unit_points


def judged(order: Redemption, lines: Sequence[Line], back: Sequence[Back] | None) -> list[Returning]:
    """What comes back of a locked order, all that is out where nothing is named.

    Raises InvalidInput for what was not ordered, and where a part of a venue, or the fate of what is no goods, is
    named; ReturnedAlready for more than is out.
    """
    if back is None:
        return [Returning(line, line.kept, Fate.SHELF) for line in lines if line.kept]
    by_item = {line.item_id: line for line in lines}
    if not back or any(one.item_id not in by_item for one in back):
        raise InvalidInput(lines=["请填写这张兑换单里的物品"])
    if order.item_kind != ItemKind.GOODS and any(one.fate != Fate.SHELF for one in back):
        raise InvalidInput(lines=["只有物品可以报损或待检"])
    wanted: dict[int, int] = {}
    for one in back:
        wanted[one.item_id] = wanted.get(one.item_id, 0) + one.quantity
    if any(units > by_item[key].kept for key, units in wanted.items()):
        raise ReturnedAlready()
    if order.item_kind == ItemKind.VENUE and wanted != {line.item_id: line.kept for line in lines}:
        raise InvalidInput(lines=["场地只能整单退回"])
    return [Returning(by_item[one.item_id], one.quantity, one.fate) for one in back]


def take_back(
    order: Redemption, back: Sequence[Returning], before: int, reason: str, *, actor: Actor
) -> None:
    """Notes what came back; goods go back into the batches they came from, or into one that is set apart.

    `before` are the units that were back already: they tell the returns of an order apart.
    """
    for one in back:
        one.line.returned += one.units
        session.add(
            Returned(
                redemption_id=order.id,
                item_id=one.line.item_id,
                quantity=one.units,
                points=one.points,
                fate=one.fate,
                at=clock.now(),
                by_id=actor.id,
            )
        )
    session.flush()
    if order.item_kind == ItemKind.GOODS:
        _take_goods_back(order, sorted(back, key=lambda one: one.line.item_id), before, reason, actor)


class _Arriving(NamedTuple):
    item: Item
    batch: Batch
    units: int
    fate: str


def _take_goods_back(
    order: Redemption, back: Sequence[Returning], before: int, reason: str, actor: Actor
) -> None:
    items = stock.lock_items(one.line.item_id for one in back)
    arriving = list(_arriving(order, back, items))
    place = order.community_id
    written_off = any(one.fate == Fate.WRITTEN_OFF for one in arriving)
    # The day's counter is the last lock.
    number = stock.next_number("BS", place) if written_off else ""
    for count, one in enumerate(arriving, start=1):
        reference = f"redemption:{order.id}:return:{before}:{count}:{one.batch.id}"
        moved: dict[str, Any] = {"on_hand": one.units, "batch": one.batch, "redemption_id": order.id}
        stock.record_movement(one.item, MovementKind.RETURN, reference=reference, actor=actor, **moved)
        if one.fate == Fate.WRITTEN_OFF:
            why: dict[str, Any] = {"reason": f"兑换单 {order.number} 退回：{reason}"[: journal.REASON_MAX]}
            lost: dict[str, Any] = {
                "on_hand": -one.units,
                "batch": one.batch,
                "reference": f"{number}-{count}",
            }
            stock.record_movement(one.item, MovementKind.SPOILAGE, actor=actor, **lost, **why)


def _arriving(order: Redemption, back: Sequence[Returning], items: dict[int, Item]) -> Iterator[_Arriving]:
    out = {item_id: _still_out(order.id, item_id) for item_id in items}
    for one in back:
        item, left = items[one.line.item_id], one.units
        for source in out[item.id]:
            units = min(source.units, left)
            if not units:
                continue
            source.units -= units
            left -= units
            yield _Arriving(item, _home(item, source.batch, one.fate), units, one.fate)


def _home(item: Item, source: Batch, fate: str) -> Batch:
    if fate != Fate.QUARANTINE:
        return source
    apart = Batch(
        item_id=item.id,
        batch_no=source.batch_no,
        best_before=source.best_before,
        on_hand=0,
        quarantined=True,
        warned_at=source.warned_at,
    )
    session.add(apart)
    session.flush()
    return apart


@dataclass
class _Source:
    """A batch of which so many units left with the order and are not back, wherever they came back to."""

    batch: Batch
    units: int


def _still_out(order_id: int, item_id: int) -> list[_Source]:
    """What left last first: that is what keeps longest, and what somebody would rather find on the shelf again."""
    moved = sa.select(Movement.batch_id, Movement.kind, Movement.on_hand_change).where(
        Movement.redemption_id == order_id,
        Movement.item_id == item_id,
        Movement.kind.in_([MovementKind.HAND_OVER, MovementKind.RETURN]),
    )
    rows = session.execute(moved.order_by(Movement.id)).all()
    batches = {key: stock.lock_batch(key) for key in sorted({row.batch_id for row in rows})}
    found: dict[tuple[object, object], _Source] = {}
    for row in rows:
        batch = batches[row.batch_id]
        source = found.setdefault((batch.batch_no, batch.best_before), _Source(batch, 0))
        source.units -= row.on_hand_change
    return list(reversed(found.values()))


def release_from_quarantine(item_id: int, batch_id: int, *, actor: Actor) -> Batch:
    """The keeper has looked at what came back, and finds it good: it stands on the shelf again.

    What is broken is written off by `receipts.spoil` of this batch. Raises NotFound, NotAllowed, NotInQuarantine.
    """
    item, shop = receipts.of_keeper(item_id, Permission.STOCK_SPOIL, actor)
    batch = session.get(Batch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None or batch.item_id != item.id:
        raise NotFound()
    if not batch.quarantined or batch.on_hand == 0:
        raise NotInQuarantine()
    batch.quarantined = False
    session.flush()
    watches.announce(item, batch.on_hand)
    facts = {"quantity": batch.on_hand}
    journal.write("release", "batch", batch.id, actor=actor, place=shop.place_id, facts=facts)
    return batch
