"""Stock as events: receipts, reservations, hand-overs, returns, spoilage, what is past its best-before day.

An item's `on_hand` and `reserved` change only here, guarded, together with the event that tells why.
"""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from backend import clock
from backend.db import dialect, session
from backend.errors import Refused
from backend.journal import Actor
from backend.organisations import numbers
from backend.statements import Piece, Sources, Writing, adopt
from backend.supermarket import allowances, notices, queries
from backend.supermarket.actions import watches
from backend.supermarket.models import Item, ItemKind, Line, Redemption, Shop
from backend.supermarket.stock_models import Batch, Movement, MovementKind

_items, _batches, _movements = Item.__table__, Batch.__table__, Movement.__table__


class OutOfStock(Refused):
    code, message = 40971, "“{item}”库存不足：还剩 {available}，需要 {needed}"
    # Of a request that was refused before anything was written: the item and the units asked for.
    asked: tuple[int, int] | None = None


class StockReserved(Refused):
    """What is reserved for orders cannot be written off: those orders are cancelled first."""

    code, message = 40975, "“{item}”还有 {reserved} 已被预订，请先取消相应的兑换单"


class StockPastItsDay(Refused):
    code, message = 40978, "“{item}”剩下的已过保质期，不能发放"


# --- the one way to change stock ---------------------------------------------------------------------


def lock_items(ids: Iterable[int]) -> dict[int, Item]:
    """These items under their locks, taken in order of id so that no two orders wait in a circle."""
    wanted = sa.select(Item).where(Item.id.in_(sorted(set(ids)))).order_by(Item.id).with_for_update()
    found = session.scalars(wanted, execution_options={"populate_existing": True})
    return {item.id: item for item in found}


def lock_items_for(person_id: int, ids: Iterable[int]) -> list[tuple[Item, Shop, int]]:
    """The same, with each one's shop and the units that this person had of it in its period: exact, if their
    purse is under its lock."""
    given = {"items": sorted(set(ids)), **allowances.taker(person_id)}
    rows = session.execute(_LOCK_FOR, given, execution_options={"populate_existing": True})
    return [(row[0], row[1], row[2]) for row in rows]


# Built once: to build it takes as long as the database needs for it.
_LOCK_FOR = (
    sa.select(Item, Shop, allowances.TAKEN)
    .join(Shop, Shop.id == Item.shop_id)
    .where(Item.id.in_(sa.bindparam("items", expanding=True)))
    .order_by(Item.id)
    .with_for_update(of=Item)
)


def record_movement(
    item: Item,
    kind: str,
    *,
    reference: str,
    actor: Actor | None,
    on_hand: int = 0,
    reserved: int = 0,
    batch: Batch | None = None,
    **told: Any,
) -> Movement:
    """One event: moves `on_hand` and `reserved` (units, +/−) of a locked item and its batch, and tells it.

    Raises OutOfStock or StockReserved where a number would fall below zero or below what is reserved, or
    where units past their day would be reserved.
    """
    before = item.on_hand - item.reserved
    values = {
        "item_id": item.id,
        "batch_id": batch.id if batch else None,
        "kind": kind,
        "on_hand_change": on_hand,
        "reserved_change": reserved,
        "at": clock.now(),
        "by_id": actor.id if actor is not None else None,
        "reference": reference,
        "donor_public": False,
        **told,
    }
    reached = _moving(tuple(values), reserved > 0, batch is not None).run({**values, "today": clock.today()})
    if not reached["moved"]:
        raise _refusal(item, on_hand, reserved)
    ((_, *after),), ((event_id,),) = reached["moved"], reached["event"]
    event = adopt(Movement, {**values, "id": event_id, "on_hand_after": after[0]})
    set_committed_value(item, "on_hand", after[0])
    set_committed_value(item, "reserved", after[1])
    if batch is not None:
        set_committed_value(batch, "on_hand", batch.on_hand + on_hand)
    if item.low_stock is not None and before > item.low_stock >= item.on_hand - item.reserved:
        notices.low_stock(item)
    if on_hand > reserved:
        watches.announce(item, on_hand - reserved)
    return event


_ON_HAND, _RESERVED = (sa.bindparam(name, type_=sa.Integer) for name in ("on_hand_change", "reserved_change"))


@cache
def _moving(columns: tuple[str, ...], reserving: bool, with_batch: bool) -> Writing:
    """What one event writes: its item, its batch, itself; nothing where the item cannot be moved so."""
    pieces: dict[str, Piece] = {"moved": partial(_item_moved, reserving=reserving)}
    pieces |= {"batch": _batch_moved} if with_batch else {}
    pieces |= {"event": partial(_event, columns=columns)}
    return Writing(answers=("moved", "event"), keeps=True, **pieces)


def _item_moved(_of: Sources, reserving: bool) -> Any:
    on_hand, reserved = _items.c.on_hand + _ON_HAND, _items.c.reserved + _RESERVED
    this = _items.c.id == sa.bindparam("item_id", type_=_items.c.id.type)
    return (
        sa.update(_items)
        .where(this, *_stays_sound(on_hand, reserved, reserving))
        .values(on_hand=on_hand, reserved=reserved)
        .returning(_items.c.id, _items.c.on_hand, _items.c.reserved)
    )


def _stays_sound(on_hand: Any, reserved: Any, reserving: bool) -> tuple[Any, ...]:
    """Nothing below zero, nothing reserved that is not there; what is past its day is there for nobody new."""
    today = sa.bindparam("today", type_=sa.Date)
    good = on_hand - queries.ended_units(_items.c.id, today) if reserving else on_hand
    return reserved >= 0, reserved <= good


def _batch_moved(of: Sources) -> Any:
    there = sa.exists().select_from(of["moved"])
    return (
        sa.update(_batches)
        .where(_batches.c.id == sa.bindparam("batch_id", type_=_batches.c.id.type), there)
        .values(on_hand=_batches.c.on_hand + _ON_HAND)
        .returning(_batches.c.id)
    )


def _event(of: Sources, columns: tuple[str, ...]) -> Any:
    values = [sa.bindparam(name, type_=_movements.c[name].type) for name in columns]
    wanted = sa.select(*values, of["moved"].c.on_hand)
    written = sa.insert(_movements).from_select([*columns, "on_hand_after"], wanted, include_defaults=False)
    return written.returning(_movements.c.id)


def _refusal(item: Item, on_hand: int, reserved: int) -> Refused:
    if on_hand < 0:
        return StockReserved(item=item.name, reserved=item.reserved)
    free = item.on_hand - item.reserved - queries.past_their_day([item.id]).get(item.id, 0)
    return OutOfStock(item=item.name, available=max(free, 0), needed=reserved)


# --- with an order -----------------------------------------------------------------------------------


def reserve(order: Redemption, items: dict[int, Item], wanted: dict[int, int], *, actor: Actor) -> None:
    """Sets goods aside for the order, item by item in order of id."""
    for item in _goods(items):
        reference = f"redemption:{order.id}:reserve:{item.id}"
        record_movement(
            item,
            MovementKind.RESERVE,
            reserved=wanted[item.id],
            reference=reference,
            actor=actor,
            redemption_id=order.id,
        )


def release(order: Redemption, *, actor: Actor | None) -> None:
    """Gives back what was set aside for the order."""
    items, wanted = _of(order)
    for item in _goods(items):
        reference = f"redemption:{order.id}:release:{item.id}"
        record_movement(
            item,
            MovementKind.RELEASE,
            reserved=-wanted[item.id],
            reference=reference,
            actor=actor,
            redemption_id=order.id,
        )


class _Leaving(NamedTuple):
    """A line of an order on its way out: its item and the good batches of it, under their locks."""

    line: Line
    item: Item
    batches: list[Batch]

    @property
    def units(self) -> int:
        return self.line.handed_over or 0

    @property
    def enough(self) -> bool:
        return sum(batch.on_hand for batch in self.batches) >= self.units


def hand_over(order: Redemption, wanted: dict[int, int] | None, *, actor: Actor) -> list[Line]:
    """The goods leave the shop, what ends first first, never what is past its day; answers the order's lines.

    `wanted` are the units of each item, if not all: the others are free again. Raises StockPastItsDay.
    """
    noted = _noted_as_leaving(order.id, wanted)
    if order.item_kind != ItemKind.GOODS:
        session.execute(noted)
        return queries.lines_of(order.id)
    staying: list[tuple[Line, Item]] = []
    if wanted is None and dialect() != "sqlite":
        leaving = _leaving(order.id, noted)
    else:
        session.execute(noted)
        staying = _lock_staying(order) if wanted is not None else []
        leaving = _leaving(order.id)
    if not _all_there(order, leaving, staying):
        # Goods that came while we waited for the lock are not in what was read then.
        leaving = _leaving(order.id)
    if not _all_there(order, leaving, staying):
        there = {one.line.item_id for one in leaving if one.enough}
        missing = (
            line for line in queries.lines_of(order.id) if line.handed_over and line.item_id not in there
        )
        raise StockPastItsDay(item=next(missing).name)
    for one in leaving:
        _leave(order, one, actor)
    for line, item in staying:
        left: dict[str, Any] = {
            "reserved": (line.handed_over or 0) - line.quantity,
            "redemption_id": order.id,
        }
        reference = f"redemption:{order.id}:release:{item.id}"
        record_movement(item, MovementKind.RELEASE, reference=reference, actor=actor, **left)
    return queries.lines_of(order.id) if staying else [one.line for one in leaving]


def _noted_as_leaving(order_id: int, wanted: dict[int, int] | None) -> Any:
    units = Line.quantity if wanted is None else sa.case(wanted, value=Line.item_id, else_=0)
    noted = sa.update(Line).where(Line.redemption_id == order_id).values(handed_over=units)
    return noted.execution_options(synchronize_session=False)


def _lock_staying(order: Redemption) -> list[tuple[Line, Item]]:
    """The lines of which something stays, with their items: all items of the order are locked, in order of id."""
    lines = session.scalars(
        sa.select(Line).where(Line.redemption_id == order.id).order_by(Line.item_id),
        execution_options={"populate_existing": True},
    ).all()
    items = lock_items(line.item_id for line in lines)
    return [(line, items[line.item_id]) for line in lines if (line.handed_over or 0) < line.quantity]


def _leave(order: Redemption, leaving: _Leaving, actor: Actor) -> None:
    for batch, units in oldest_first(leaving.batches, leaving.units):
        reference = f"redemption:{order.id}:hand_over:{batch.id}"
        moved: dict[str, Any] = {
            "on_hand": -units,
            "reserved": -units,
            "batch": batch,
            "redemption_id": order.id,
        }
        record_movement(leaving.item, MovementKind.HAND_OVER, reference=reference, actor=actor, **moved)


def _all_there(order: Redemption, leaving: Sequence[_Leaving], staying: Sequence[tuple[Line, Item]]) -> bool:
    # Each line costs points, so that the sum tells whether one is missing.
    stays = sum((line.quantity - (line.handed_over or 0)) * line.unit_points for line, _ in staying)
    leaves = sum(one.units * one.line.unit_points for one in leaving)
    return leaves + stays == order.points and all(one.enough for one in leaving)


def _leaving(order_id: int, noted: Any = None) -> list[_Leaving]:
    """Items by id, then their batches, what ends first first; without a line of which nothing good is left.

    `noted` notes in the same statement what leaves of each line, where the database can do both in one.
    """
    line = Line if noted is None else aliased(Line, noted.returning(Line).cte("noted"))
    wanted = (
        sa.select(line, Item, Batch)
        .join(Item, Item.id == line.item_id)
        .join(Batch, Batch.item_id == Item.id)
        .where(
            line.redemption_id == order_id, line.handed_over > 0, Batch.on_hand > 0, queries.for_somebody()
        )
        .order_by(Item.id, Batch.best_before.is_(None), Batch.best_before, Batch.id)
        .with_for_update(of=(Item, Batch))
    )
    found: dict[int, _Leaving] = {}
    for leaves, item, batch in session.execute(wanted, execution_options={"populate_existing": True}):
        found.setdefault(item.id, _Leaving(leaves, item, [])).batches.append(batch)
    return list(found.values())


def _of(order: Redemption) -> tuple[dict[int, Item], dict[int, int]]:
    """The order's items, locked, and how many units of each."""
    wanted = {line.item_id: line.quantity for line in queries.lines_of(order.id)}
    return lock_items(wanted), wanted


def _goods(items: dict[int, Item]) -> list[Item]:
    return [items[key] for key in sorted(items) if items[key].kind == ItemKind.GOODS]


def oldest_first(batches: Iterable[Batch], units: int) -> list[tuple[Batch, int]]:
    """From the first batches so many units, and from which how many."""
    picked = []
    for batch in batches:
        taken = min(batch.on_hand, units)
        if taken:
            picked.append((batch, taken))
        units -= taken
    return picked


def lock_batch(batch_id: int) -> Batch:
    return session.get_one(Batch, batch_id, with_for_update=True, populate_existing=True)


# --- numbers ------------------------------------------------------------------------------------------


def next_number(prefix: str, community_id: int) -> str:
    """The day's next number in the community: `RK-松涛-20261123-0007`. Gapless, taken under a lock."""
    day = clock.today().strftime("%Y%m%d")
    count, short = numbers.next_number_in(community_id, f"{prefix}:{community_id}:{day}")
    return f"{prefix}-{short}-{day}-{count:04d}"
