"""What a shop's new hours and closed days do to the orders that stand: bookings end, deadlines move.

Whoever changes when a shop is open is told first which bookings stand in the way (`effect`), and names those that end.
Deadlines count the days on which the shop is open, so they are counted anew; none comes sooner than its owner was told.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session, sql_list
from backend.errors import StateConflict
from backend.journal import Actor
from backend.supermarket import limits, notices
from backend.supermarket.actions import approvals, collecting
from backend.supermarket.actions.approvals import LockedOrder
from backend.supermarket.models import OPEN_STATES, Item, ItemKind, Redemption, RedemptionState, Shop, Slot
from backend.supermarket.open_days import OpenTimes

_OPEN = sa.text(f"redemptions.state IN {sql_list(OPEN_STATES)}")


class BookingsInTheWay(StateConflict):
    message = "这些时间里有 {count} 个场地预订。请先看清楚，确认后再保存：预订会取消，积分退回，并通知本人"


class TooManyBookings(StateConflict):
    message = "一次最多取消 {most} 个场地预订，现在有 {count} 个。请把休息日分几次登记"


@dataclass(frozen=True)
class InTheWay:
    """A booking that has not begun, of a time in which the shop would be closed."""

    redemption_id: int
    number: str
    item_name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class NewDeadline:
    """An order whose last day to be approved or collected would be another one."""

    redemption_id: int
    number: str
    state: str
    before: date
    after: date


@dataclass(frozen=True)
class Effect:
    """What a shop's other hours would do to the orders that stand."""

    bookings: list[InTheWay]
    deadlines: list[NewDeadline]


def effect(shop: Shop, wanted: OpenTimes) -> Effect:
    """What would happen to this shop's orders if it were open as wanted; changes nothing."""
    bookings = in_the_way(shop, wanted)
    ended = {one.redemption_id for one in bookings}
    orders = [one for one in session.scalars(_open_orders(shop.id)) if one.id not in ended]
    return Effect(bookings, [one for one in map(_moved(wanted), orders) if one])


# --- bookings -----------------------------------------------------------------------------------------


def in_the_way(shop: Shop, wanted: OpenTimes) -> list[InTheWay]:
    """Bookings to come that the shop's own hours cover and the wanted ones do not, first things first; an order of
    which one slot falls away is one of them."""
    rows = session.execute(
        sa.select(
            Redemption.id.label("redemption_id"),
            Redemption.number,
            Item.name.label("item_name"),
            Slot.starts_at,
            Slot.ends_at,
        )
        .join(Slot, Slot.redemption_id == Redemption.id)
        .join(Item, Item.id == Slot.item_id)
        .where(_OPEN, Redemption.shop_id == shop.id, Redemption.starts_at > clock.now())
        .order_by(Slot.starts_at, Slot.id)
    )
    now = OpenTimes.of(shop)
    return [
        InTheWay(**row._mapping)
        for row in rows
        if now.covers(row.starts_at, row.ends_at) and not wanted.covers(row.starts_at, row.ends_at)
    ]


def lock_bookings(shop_id: int, order_ids: Iterable[int], *, actor: Actor) -> dict[int, LockedOrder]:
    """These orders of the shop under their locks, their people's purses first, before the shop's own: as everybody
    takes them. Raises TooManyBookings."""
    wanted = sa.select(Redemption.id).where(
        Redemption.id.in_(set(order_ids)), Redemption.shop_id == shop_id, _OPEN
    )
    found = session.scalars(wanted.order_by(Redemption.person_id, Redemption.id)).all()
    if len(found) > limits.ENDED_AT_ONCE:
        raise TooManyBookings(most=limits.ENDED_AT_ONCE, count=len(found))
    return {one: approvals.lock_order(one, actor=actor) for one in found}


def end_bookings(
    shop: Shop, found: list[InTheWay], locked: dict[int, LockedOrder], *, actor: Actor
) -> list[Redemption]:
    """Ends the bookings that stand in the way, if all of them were named and are locked. Raises BookingsInTheWay."""
    ids = list(dict.fromkeys(one.redemption_id for one in found))
    if set(ids) - set(locked):
        raise BookingsInTheWay(count=len(ids), bookings=[_listed(one) for one in found])
    released = {one: approvals.call_off(locked[one], notices.CLOSED_THEN, actor=actor) for one in ids}
    ended = [locked[one].order for one in ids]
    notices.called_off(ended, shop, released)
    return ended


def _listed(one: InTheWay) -> dict[str, Any]:
    return {
        "redemptionId": one.redemption_id,
        "number": one.number,
        "itemName": one.item_name,
        "startsAt": one.starts_at.astimezone(clock.CHINA).isoformat(),
        "endsAt": one.ends_at.astimezone(clock.CHINA).isoformat(),
    }


# --- deadlines ----------------------------------------------------------------------------------------


def _open_orders(shop_id: int) -> sa.Select[Redemption]:
    return sa.select(Redemption).where(_OPEN, Redemption.shop_id == shop_id).order_by(Redemption.id)


def move_deadlines(shop: Shop, *, actor: Actor | None) -> list[NewDeadline]:
    """Counts the deadlines of this shop's open orders anew, as it is open now, and tells whose moved; who had been
    reminded of a former day is reminded again. A fixed number of statements, however many there are."""
    orders = session.scalars(
        _open_orders(shop.id).with_for_update(), execution_options={"populate_existing": True}
    )
    return move(shop, orders.all(), actor=actor)


def move(shop: Shop, orders: Sequence[Redemption], *, actor: Actor | None) -> list[NewDeadline]:
    """The same for these orders of the shop, which the caller has locked."""
    times = OpenTimes.of(shop)
    told, found, chosen = _moved(times), [], {}
    for order in orders:
        moved = told(order)
        _count_anew(order, moved)
        if moved:
            found.append((order, moved))
        if order.collect_on and order.collect_on >= clock.today() and not times.is_open(order.collect_on):
            chosen[order] = order.collect_on
            order.collect_on = collecting.still_to_come(order, times)
    session.flush()
    ids = [order.id for order, _moved in found]
    journal.write_all("move_deadline", Redemption.journal_kind, ids, actor=actor, place=shop.place_id)
    notices.deadlines_moved([order for order, _moved in found])
    ids = [order.id for order in chosen]
    journal.write_all("move_collect_on", Redemption.journal_kind, ids, actor=actor, place=shop.place_id)
    notices.collect_days_moved(chosen)
    return [moved for _order, moved in found]


def renewed(order: Redemption, wanted: OpenTimes) -> date:
    """The last day to approve an order, or to collect it, if its shop is open as wanted: as many open days as it was
    given, on an open day, and never sooner than its owner was told."""
    begun, told, days = _deadline_of(order)
    return wanted.on_or_after(max(told, wanted.after(clock.business_day(begun), days)))


def _deadline_of(order: Redemption) -> tuple[datetime, date, int]:
    """Since when the deadline of an order runs, the day that its owner was told, and of how many open days. Of older
    orders that were given days of any kind, all of them count."""
    begun, told, days = order.requested_at, order.approve_until, order.approve_open_days
    if order.approved_at is not None and order.pick_up_until is not None:
        begun, told, days = order.approved_at, order.pick_up_until, order.pick_up_open_days
    return begun, told, days or max((told - clock.business_day(begun)).days, 1)


def _moved(wanted: OpenTimes) -> Callable[[Redemption], NewDeadline | None]:
    """What becomes of an order's deadline, if another day; a venue is used on its day, whatever the shop does."""

    def moved(order: Redemption) -> NewDeadline | None:
        if order.state == RedemptionState.APPROVED and order.item_kind == ItemKind.VENUE:
            return None
        _begun, told, _days = _deadline_of(order)
        after = renewed(order, wanted)
        return NewDeadline(order.id, order.number, order.state, told, after) if after != told else None

    return moved


def _count_anew(order: Redemption, moved: NewDeadline | None) -> None:
    _begun, _told, days = _deadline_of(order)
    approved = order.state == RedemptionState.APPROVED
    if not approved:
        order.approve_open_days = days
    elif order.item_kind != ItemKind.VENUE:
        order.pick_up_open_days = days
    # Of an older one that was approved since, nobody asks any more; but it has been counted.
    order.approve_open_days = order.approve_open_days or 1
    if moved and approved:
        order.pick_up_until, order.reminded_at = moved.after, None
    elif moved:
        order.approve_until = moved.after
