"""What time brings: orders expire, venues stay empty, batches end. Each item in a transaction of its own, decided
again under its lock, so twice or on two workers changes nothing more."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, sql_list
from backend.jobs import Job
from backend.supermarket import notices, open_days, queries
from backend.supermarket.actions import approvals, closings, receipts, stock
from backend.supermarket.models import OPEN_STATES, Item, ItemKind, Line, Redemption, RedemptionState, Shop
from backend.supermarket.open_days import OpenTimes
from backend.supermarket.queries import for_nobody, past_their_day
from backend.supermarket.stock_models import Batch

BATCH = 200
UNDECIDED = "超过审批期限没有审批"
UNCOLLECTED = "超过领取期限没有领取"
ENDED = "所选物品已过保质期"

# Literals, so that the planner can prove the partial indexes.
_REQUESTED = sa.text(f"redemptions.state = '{RedemptionState.REQUESTED}'")
_APPROVED = sa.text(f"redemptions.state = '{RedemptionState.APPROVED}'")
_OPEN = sa.text(f"redemptions.state IN {sql_list(OPEN_STATES)}")
_LEFT = sa.text("batches.on_hand > 0")


def _ids(*conditions: sa.ColumnElement[bool] | sa.TextClause) -> list[int]:
    return list(session.scalars(sa.select(Redemption.id).where(*conditions).limit(BATCH)))


def undecided() -> list[int]:
    """Requests whose last day to be decided is past, or whose venue's time has begun."""
    late = sa.or_(Redemption.approve_until < clock.today(), Redemption.starts_at <= clock.now())
    return _ids(_REQUESTED, late)


def expire_undecided(order_id: int) -> None:
    order = approvals.lock_order(order_id, actor=None).order
    if order.state != RedemptionState.REQUESTED:
        return
    if order.slot_begun() or (order.approve_until < clock.today() and _stays_over(order)):
        approvals.expire(order_id, UNDECIDED)


def _stays_over(order: Redemption) -> bool:
    """Is its last day past, as its shop is open now? A closing that was entered while it was asked for has not moved
    it; then it is counted anew instead."""
    shop = session.get_one(Shop, order.shop_id)
    if closings.renewed(order, OpenTimes.of(shop)) < clock.today():
        return True
    closings.move(shop, [order], actor=None)
    return False


def uncollected() -> list[int]:
    """Approved goods and support whose last day to be collected is past."""
    return _ids(_APPROVED, Redemption.item_kind != ItemKind.VENUE, Redemption.pick_up_until < clock.today())


def expire_uncollected(order_id: int) -> None:
    order = approvals.lock_order(order_id, actor=None).order
    if (
        order.state == RedemptionState.APPROVED
        and order.item_kind != ItemKind.VENUE
        and order.pick_up_until is not None
        and order.pick_up_until < clock.today()
        and _stays_over(order)
    ):
        approvals.expire(order_id, UNCOLLECTED)


def not_shown() -> list[int]:
    """Approved venue orders whose last slot is over."""
    return _ids(_APPROVED, Redemption.item_kind == ItemKind.VENUE, Redemption.ends_at <= clock.now())


def end_unused(order_id: int) -> None:
    order = approvals.lock_order(order_id, actor=None).order
    if order.state == RedemptionState.APPROVED and order.ends_at is not None and order.ends_at <= clock.now():
        approvals.no_show(order_id, actor=None)


def to_remind() -> list[int]:
    """Approved orders whose last day is today, tomorrow or the next on which their shop is open, told once."""
    tomorrow = clock.today() + timedelta(days=1)
    soon = open_days.within(Redemption.pick_up_until, Redemption.shop_id, 1, at_least=tomorrow)
    return _ids(_APPROVED, soon, Redemption.reminded_at.is_(None))


def remind(order_id: int) -> None:
    order = approvals.lock_order(order_id, actor=None).order
    if order.state == RedemptionState.APPROVED and order.reminded_at is None:
        order.reminded_at = clock.now()
        session.flush()
        notices.last_days(order)


def unservable() -> list[int]:
    """The newest open orders of goods of which fewer are good than are reserved: a batch has ended under them."""
    ended = (
        sa.select(Batch.item_id, sa.func.sum(Batch.on_hand).label("units"))
        .where(_LEFT, for_nobody())
        .group_by(Batch.item_id)
        .subquery()
    )
    short = sa.select(Item.id).join(ended, ended.c.item_id == Item.id)
    short = short.where(Item.reserved > 0, Item.on_hand - ended.c.units < Item.reserved)
    found: list[int] = []
    for item_id in session.scalars(short.order_by(Item.id).limit(BATCH)).all():
        wanted = sa.select(Redemption.id).join(Line, Line.redemption_id == Redemption.id)
        found += session.scalars(
            wanted.where(_OPEN, Line.item_id == item_id).order_by(Redemption.id.desc()).limit(BATCH)
        ).all()
    return list(dict.fromkeys(found))


def release_unservable(order_id: int) -> None:
    """Ends the order if goods for it are still missing; the next older one may find enough then."""
    order = approvals.lock_order(order_id, actor=None).order
    if order.state not in OPEN_STATES:
        return
    ids = session.scalars(sa.select(Line.item_id).where(Line.redemption_id == order.id)).all()
    items = stock.lock_items(ids)
    ended = past_their_day(ids)
    if any(item.on_hand - ended.get(item.id, 0) < item.reserved for item in items.values()):
        approvals.expire(order_id, ENDED)


def ended_batches() -> list[int]:
    """Batches past their last good day with units left."""
    wanted = sa.select(Batch.id).where(_LEFT, Batch.best_before < clock.today())
    return list(session.scalars(wanted.order_by(Batch.id).limit(BATCH)))


def ending_batches() -> list[int]:
    """Batches that end within BATCH_WARNING_DAYS open days and of which the keeper was not told."""
    wanted = (
        sa.select(Batch.id)
        .join(Item, Item.id == Batch.item_id)
        .where(_LEFT, Batch.best_before >= clock.today(), queries.ends_soon(), Batch.warned_at.is_(None))
    )
    return list(session.scalars(wanted.order_by(Batch.id).limit(BATCH)))


def warn(batch_id: int) -> None:
    batch = stock.lock_batch(batch_id)
    if batch.warned_at is None and batch.on_hand > 0 and batch.best_before is not None:
        batch.warned_at = clock.now()
        session.flush()
        notices.batch_ends_soon(session.get_one(Item, batch.item_id), batch)


def counted_in_days_of_any_kind() -> list[int]:
    """Shops with open orders that are older than deadlines in open days."""
    wanted = sa.select(Redemption.shop_id).where(_OPEN, Redemption.approve_open_days.is_(None))
    return list(session.scalars(wanted.distinct().order_by(Redemption.shop_id).limit(BATCH)))


def count_open_days(shop_id: int) -> None:
    closings.move_deadlines(session.get_one(Shop, shop_id), actor=None)


JOBS = [
    # First: what is counted anew does not expire.
    Job("supermarket.count_open_days", 60, counted_in_days_of_any_kind, count_open_days),
    Job("supermarket.expire_undecided", 60, undecided, expire_undecided),
    Job("supermarket.expire_uncollected", 60, uncollected, expire_uncollected),
    Job("supermarket.end_unused", 60, not_shown, end_unused),
    Job("supermarket.remind", 300, to_remind, remind),
    # Orders first: what is reserved cannot leave the shelf.
    Job("supermarket.release_unservable", 300, unservable, release_unservable),
    Job("supermarket.batches_ended", 300, ended_batches, receipts.leave_the_shelf),
    Job("supermarket.batches_ending", 3600, ending_batches, warn),
]
