"""Staff approve or reject an order; it is cancelled, expires, or is returned: points and stock go together."""

import secrets
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock
from backend.db import savepoint, session, take
from backend.errors import NotFound, Refused
from backend.ledger import actions as ledger
from backend.ledger.posting import Purse, with_purse
from backend.lifecycle import Move, make, permit
from backend.people import permissions
from backend.supermarket import notices, queries, sealed, states
from backend.supermarket.actions import stock
from backend.supermarket.models import Redemption, Shop, Slot

TRIES = 8


class SlotBegun(Refused):
    code, message = 40980, "预订的时段已经开始，不能再审批"


class SlotNotBegun(Refused):
    code, message = 40979, "预订的时段还没有开始，不能记为未到场"


class SlotRunning(Refused):
    code, message = 40981, "预订的时段已经开始，不能再取消；没有使用的，结束后积分会退回"


class CancelReasonNeeded(Refused):
    code, message = 42283, "代为取消请写明原因"


class Taken(NamedTuple):
    """An order under its lock, its person's purse under the lock before it, and what appointments give whoever
    asked in its place."""

    order: Redemption
    purse: Purse
    words: frozenset[str]


def take_order(order_id: int, *, by: Any) -> Taken:
    """For every move that also moves points. `by` is None for time itself. Raises NotFound."""
    given = {"order": order_id, **permissions.viewer(by.id if by is not None else 0)}
    row = session.execute(_TAKE, given, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound()
    return Taken(row[0], Purse(*row[2:]), permissions.read(row[1]))


_TAKE = with_purse(
    sa.select(Redemption, permissions.roles_beside(Redemption.community_id)),
    Redemption.person_id,
    Redemption,
).where(Redemption.id == sa.bindparam("order"))


def approve(order_id: int, *, by: Any) -> Redemption:
    """Approves an order, which then has a pick-up code and a last day to be collected.

    Never by its owner or who requested it for them. Raises SlotBegun.
    """
    order = take(Redemption, order_id)
    permit(states.APPROVE, order, by)
    if order.state == "requested" and order.slot_begun():
        raise SlotBegun()
    shop = session.get_one(Shop, order.shop_id)
    facts = {"approved_by_id": by.id, "approved_at": clock.now(), "pick_up_until": _last_day(order, shop)}
    _with_code(order, facts, by)
    notices.approved(order, queries.at_limit(order))
    return order


def _last_day(order: Redemption, shop: Shop) -> date:
    if order.ends_at is not None:
        return clock.business_day(order.ends_at)
    return clock.today() + timedelta(days=shop.pick_up_days)


def _with_code(order: Redemption, facts: dict[str, Any], by: Any) -> None:
    """Draws a code of 8 digits that no open order has; the unique index refuses a draw made twice at once."""
    for attempt in range(1, TRIES + 1):
        code = f"{secrets.randbelow(10**8):08d}"
        drawn = {
            "pick_up_code_sealed": sealed.sealed_code(order.id, code),
            "pick_up_code_index": sealed.code_index(code),
        }
        try:
            with savepoint():
                make(states.APPROVE, order, by=by, permitted=True, **facts, **drawn)
            return
        except sa.exc.IntegrityError:
            if attempt == TRIES:
                raise


def reject(order_id: int, reason: str, *, by: Any) -> Redemption:
    """Staff refuse the order, with a reason that its owner is told."""
    taken = take_order(order_id, by=by)
    order = taken.order
    _give_up(states.REJECT, taken, by=by, reason=reason)
    notices.rejected(order, reason)
    return order


def cancel(
    order_id: int, reason: str | None = None, *, leaving_for_good: bool = False, by: Any
) -> Redemption:
    """The owner gives the order up, any time before it is handed over, without any penalty; or staff do it
    for them, with the reason.

    A venue's slot that has begun is kept: nobody else could book it any more, so it counts as used or as a no-show,
    unless its person is `leaving_for_good`. Raises CancelReasonNeeded, SlotRunning.
    """
    taken = take_order(order_id, by=by)
    order = taken.order
    permit(states.CANCEL, order, by, taken.words)
    if by.id != order.person_id and not reason:
        raise CancelReasonNeeded()
    if order.state == "approved" and order.slot_begun() and not leaving_for_good:
        raise SlotRunning()
    _give_up(states.CANCEL, taken, by=by, reason=reason)
    notices.cancelled(order, by)
    return order


def expire(order_id: int, why: str) -> Redemption:
    """Time ends the order; `why` is told to its owner. The caller has decided, under the lock, that it is due."""
    taken = take_order(order_id, by=None)
    _give_up(states.EXPIRE, taken, by=None, reason=why)
    notices.expired(taken.order, why)
    return taken.order


def no_show(order_id: int, *, by: Any) -> Redemption:
    """未到场: the venue was not used. Points come back, there is no penalty; it counts towards the limit.

    Raises SlotNotBegun.
    """
    order, purse, words = take_order(order_id, by=by)
    permit(states.NO_SHOW, order, by, words)
    if order.starts_at is None:
        raise states.RedemptionMovedOn()
    if order.starts_at > clock.now():
        raise SlotNotBegun()
    make(states.NO_SHOW, order, by=by, permitted=True, closed_at=clock.now())
    ledger.release(order.hold_reference, by=by, purse=purse)
    notices.not_shown(order)
    return order


def _give_up(move: Move, taken: Taken, *, by: Any, reason: str | None) -> None:
    """The order ends; its points, its stock and its slots are free again, in this very transaction."""
    order = taken.order
    permit(move, order, by, taken.words)
    make(move, order, by=by, permitted=True, reason=reason, closed_at=clock.now(), closing_reason=reason)
    ledger.release(order.hold_reference, by=by, purse=taken.purse)
    stock.release(order, by=by)
    _free_slots(order)


def _free_slots(order: Redemption) -> None:
    if order.item_kind == "venue":
        session.execute(
            sa.update(Slot).where(Slot.redemption_id == order.id).values(live=False),
            execution_options={"synchronize_session": False},
        )


def give_back(order_id: int, reason: str, *, by: Any) -> Redemption:
    """退回: what was handed over comes back, and the points with it, by reversal; nothing is rewritten.

    Never by its owner or by who handed it over. Points whose lot ended meanwhile expire at once.
    """
    order, _, words = take_order(order_id, by=by)
    permit(states.RETURN, order, by, words)
    make(
        states.RETURN,
        order,
        by=by,
        permitted=True,
        reason=reason,
        returned_by_id=by.id,
        closed_at=clock.now(),
        closing_reason=reason,
    )
    ledger.give_back(order.hold_reference, reference=f"redemption:{order.id}:return", reason=reason, by=by)
    stock.bring_back(order, by=by)
    _free_slots(order)
    notices.returned(order, reason)
    return order
