"""Staff approve or reject an order; it is cancelled, expires, or is returned: points and stock go together."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, savepoint, session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.ledger.posting import PurseBalance, with_purse
from backend.lifecycle import authorize, transition
from backend.moves import Move, check_source
from backend.people import permissions
from backend.supermarket import allowances, notices, queries, sealed, states
from backend.supermarket.actions import returned_goods, stock
from backend.supermarket.actions.returned_goods import Back, Returning
from backend.supermarket.models import ItemKind, Line, Redemption, RedemptionState, Shop, Slot

TRIES = 8


class SlotBegun(Refused):
    code, message = 40980, "预订的时段已经开始，不能再审批"


class SlotNotBegun(Refused):
    code, message = 40979, "预订的时段还没有开始，不能记为未到场"


class SlotRunning(Refused):
    code, message = 40981, "预订的时段已经开始，不能再取消；没有使用的，结束后积分会退回"


class CancelReasonNeeded(Refused):
    code, message = 42283, "代为取消请写明原因"


class LockedOrder(NamedTuple):
    """An order under its lock, its person's purse under the lock before it, and what appointments give whoever
    asked in its place."""

    order: Redemption
    purse: PurseBalance
    words: frozenset[str]


def lock_order(order_id: int, *, actor: Actor | None) -> LockedOrder:
    """For every move that also moves points. `actor` is None for time itself. Raises NotFound."""
    given = {"order": order_id, **permissions.bind_viewer(actor.id if actor is not None else 0)}
    row = session.execute(_TAKE, given, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound()
    return LockedOrder(row[0], PurseBalance(*row[2:]), permissions.parse_roles(row[1]))


_TAKE = with_purse(
    sa.select(Redemption, permissions.roles_subquery(Redemption.community_id)),
    Redemption.person_id,
    Redemption,
).where(Redemption.id == sa.bindparam("order"))


def approve(order_id: int, *, actor: Actor) -> Redemption:
    """Approves an order, which then has a pick-up code and a last day to be collected.

    Never by its owner or who requested it for them. Raises SlotBegun.
    """
    order = lock_row(Redemption, order_id)
    authorize(states.APPROVE, order, actor)
    if order.state == RedemptionState.REQUESTED and order.slot_begun():
        raise SlotBegun()
    shop = session.get_one(Shop, order.shop_id)
    facts = {"approved_by_id": actor.id, "approved_at": clock.now(), "pick_up_until": _last_day(order, shop)}
    _with_code(order, facts, actor)
    notices.approved(order, allowances.at_limit(order))
    return order


def _last_day(order: Redemption, shop: Shop) -> date:
    if order.ends_at is not None:
        return clock.business_day(order.ends_at)
    return clock.today() + timedelta(days=shop.pick_up_days)


def _with_code(order: Redemption, facts: dict[str, Any], actor: Actor) -> None:
    """Draws a code of 8 digits that no open order has; the unique index refuses a draw made twice at once."""
    for attempt in range(1, TRIES + 1):
        code = f"{secrets.randbelow(10**8):08d}"
        drawn: dict[str, Any] = {
            "pick_up_code_sealed": sealed.sealed_code(order.id, code),
            "pick_up_code_index": sealed.code_index(code),
        }
        try:
            with savepoint():
                transition(states.APPROVE, order, actor=actor, permitted=True, **facts, **drawn)
            return
        except sa.exc.IntegrityError:
            if attempt == TRIES:
                raise


def reject(order_id: int, reason: str, *, actor: Actor) -> Redemption:
    """Staff refuse the order, with a reason that its owner is told."""
    taken = lock_order(order_id, actor=actor)
    order = taken.order
    notices.rejected(order, reason, _give_up(states.REJECT, taken, actor=actor, reason=reason))
    return order


def cancel(
    order_id: int, reason: str | None = None, *, leaving_for_good: bool = False, actor: Actor
) -> Redemption:
    """The owner gives the order up, any time before it is handed over, without any penalty; or staff do it
    for them, with the reason.

    A venue's slot that has begun is kept: nobody else could book it any more, so it counts as used or as a no-show,
    unless its person is `leaving_for_good`. Raises CancelReasonNeeded, SlotRunning.
    """
    taken = lock_order(order_id, actor=actor)
    order = taken.order
    authorize(states.CANCEL, order, actor, taken.words)
    if actor.id != order.person_id and not reason:
        raise CancelReasonNeeded()
    if order.state == RedemptionState.APPROVED and order.slot_begun() and not leaving_for_good:
        raise SlotRunning()
    notices.cancelled(order, actor, _give_up(states.CANCEL, taken, actor=actor, reason=reason))
    return order


def expire(order_id: int, why: str) -> Redemption:
    """Time ends the order; `why` is told to its owner. The caller has decided, under the lock, that it is due."""
    taken = lock_order(order_id, actor=None)
    notices.expired(taken.order, why, _give_up(states.EXPIRE, taken, actor=None, reason=why))
    return taken.order


def no_show(order_id: int, *, actor: Actor | None) -> Redemption:
    """未到场: the venue was not used. Points come back, there is no penalty; it counts towards the limit.

    Raises SlotNotBegun.
    """
    order, purse, words = lock_order(order_id, actor=actor)
    authorize(states.NO_SHOW, order, actor, words)
    if order.starts_at is None:
        raise states.RedemptionMovedOn()
    if order.starts_at > clock.now():
        raise SlotNotBegun()
    transition(states.NO_SHOW, order, actor=actor, permitted=True, closed_at=clock.now())
    notices.not_shown(order, ledger.release(order.hold_reference, actor=actor, purse=purse))
    return order


def _give_up(move: Move, taken: LockedOrder, *, actor: Actor | None, reason: str | None) -> ledger.HoldResult:
    """The order ends; its points, its stock and its slots are free again, in this very transaction. Answers what the
    ledger did with the points."""
    order = taken.order
    authorize(move, order, actor, taken.words)
    transition(
        move, order, actor=actor, permitted=True, reason=reason, closed_at=clock.now(), closing_reason=reason
    )
    told = ledger.release(order.hold_reference, actor=actor, purse=taken.purse)
    stock.release(order, actor=actor)
    _free_slots(order)
    return told


def _free_slots(order: Redemption) -> None:
    if order.item_kind == ItemKind.VENUE:
        session.execute(
            sa.update(Slot).where(Slot.redemption_id == order.id).values(live=False),
            execution_options={"synchronize_session": False},
        )


def give_back(order_id: int, reason: str, lines: Sequence[Back] | None = None, *, actor: Actor) -> Redemption:
    """退回: what was handed over comes back, and its points with it, by reversal; nothing is rewritten.

    Of `lines` so much, else all that is out; the order is returned once everything is back. Never by its owner or by
    who handed it over. Points whose lot ended meanwhile expire at once. Raises InvalidInput, ReturnedAlready.
    """
    order, _, words = lock_order(order_id, actor=actor)
    authorize(states.RETURN, order, actor, words)
    if order.state == RedemptionState.RETURNED and lines:
        raise returned_goods.ReturnedAlready()
    check_source(states.RETURN, order)
    ordered = queries.lines_of(order.id)
    back = returned_goods.judged(order, ordered, lines)
    before = sum(line.returned for line in ordered)
    _note_return(order, ordered, back, reason, actor)
    told = ledger.give_back(
        order.hold_reference,
        reference=f"redemption:{order.id}:return:{before}" if before else f"redemption:{order.id}:return",
        reason=reason,
        actor=actor,
        points=sum(one.points for one in back),
    )
    returned_goods.take_back(order, back, before, reason, actor=actor)
    if order.state == RedemptionState.RETURNED:
        _free_slots(order)
    notices.returned(order, [(one.line, one.units) for one in back], reason, told)
    return order


def _note_return(
    order: Redemption, ordered: Sequence[Line], back: Sequence[Returning], reason: str, actor: Actor
) -> None:
    units = sum(one.units for one in back)
    if units == sum(line.kept for line in ordered):
        closing: dict[str, Any] = {
            "returned_by_id": actor.id,
            "closed_at": clock.now(),
            "closing_reason": reason,
        }
        transition(states.RETURN, order, actor=actor, permitted=True, reason=reason, **closing)
        return
    journal.write(
        "return_part",
        Redemption.journal_kind,
        order.id,
        actor=actor,
        states=(order.state, order.state),
        reason=reason,
        place=order.community_id,
        facts={"units": units},
    )
