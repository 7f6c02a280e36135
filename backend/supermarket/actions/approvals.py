"""Staff approve or reject an order; it is cancelled, expires, or is returned: points and stock go together."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, savepoint, session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.ledger.holds import HoldResult
from backend.ledger.posting import PurseBalance, with_purse
from backend.lifecycle import authorize, transition
from backend.moves import Move, check_source
from backend.people import permissions
from backend.people.on_behalf import FAMILY_REASON
from backend.supermarket import allowances, notices, queries, sealed, states
from backend.supermarket.actions import collecting, returned_goods, stock
from backend.supermarket.actions.returned_goods import Back, Returning
from backend.supermarket.models import Item, ItemKind, Line, Redemption, RedemptionState, Shop, Slot
from backend.supermarket.open_days import OpenTimes

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


class GivenUp(NamedTuple):
    """An order that ended without being handed over, and what came back of its points."""

    order: Redemption
    back: HoldResult


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
    facts = {"approved_by_id": actor.id, "approved_at": clock.now(), **_to_collect(order)}
    chosen = order.collect_on
    _with_code(order, facts, actor)
    notices.approved(order, allowances.at_limit(order), chosen)
    return order


def _to_collect(order: Redemption) -> dict[str, Any]:
    """Until when it is collected: a venue on its day, what is fresh sooner than the rest of the shop."""
    if order.ends_at is not None:
        # What ends at midnight ends on its own day.
        return {"pick_up_until": clock.business_day(order.ends_at - timedelta(minutes=1))}
    shop, days = session.execute(_COLLECTED, {"order": order.id, "shop": order.shop_id}).one()
    times = OpenTimes.of(shop)
    until = times.after(clock.today(), days)
    # Approved late, or closed since, the day that was chosen is the next one that is open.
    collect_on = collecting.still_to_come(order, times)
    return {"pick_up_until": until, "pick_up_open_days": days, "collect_on": collect_on}


# A shop, and the fewest open days that any thing of an order has to be collected in.
_COLLECTED = sa.select(
    Shop,
    sa.select(sa.func.min(sa.func.coalesce(Item.pick_up_days, Shop.pick_up_days)))
    .join(Line, Line.item_id == Item.id)
    .where(Line.redemption_id == sa.bindparam("order"))
    .correlate(Shop)
    .scalar_subquery(),
).where(Shop.id == sa.bindparam("shop"))


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
    released = _give_up(states.REJECT, taken, actor=actor, reason=reason)
    notices.rejected(order, reason, released)
    return order


def cancel(
    order_id: int, reason: str | None = None, *, leaving_for_good: bool = False, actor: Actor
) -> Redemption:
    """As `take_back`, for whoever asks of the order alone."""
    return take_back(order_id, reason, leaving_for_good=leaving_for_good, actor=actor).order


def take_back(
    order_id: int, reason: str | None = None, *, leaving_for_good: bool = False, actor: Actor
) -> GivenUp:
    """The owner gives the order up, any time before it is handed over, without any penalty; or staff do it
    for them, with the reason.

    A venue's slot that has begun is kept: nobody else could book it any more, so it counts as used or as a no-show,
    unless its person is `leaving_for_good`. Raises CancelReasonNeeded, SlotRunning.
    """
    taken = lock_order(order_id, actor=actor)
    order = taken.order
    authorize(states.CANCEL, order, actor, taken.words)
    if order.by_family and actor.id == order.requested_by_id:
        reason = reason or FAMILY_REASON
    if actor.id != order.person_id and not reason:
        raise CancelReasonNeeded()
    if order.state == RedemptionState.APPROVED and order.slot_begun() and not leaving_for_good:
        raise SlotRunning()
    released = _give_up(states.CANCEL, taken, actor=actor, reason=reason)
    notices.cancelled(order, actor, released)
    return GivenUp(order, released)


def expire(order_id: int, why: str) -> Redemption:
    """Time ends the order; `why` is told to its owner. The caller has decided, under the lock, that it is due."""
    taken = lock_order(order_id, actor=None)
    released = _give_up(states.EXPIRE, taken, actor=None, reason=why)
    notices.expired(taken.order, why, released)
    return taken.order


def call_off(taken: LockedOrder, reason: str, *, actor: Actor) -> HoldResult:
    """The shop ends an order that it cannot serve, because it is closed then. The caller has decided, under the lock,
    and may change when the shop is open: nobody's permission to cancel this order is asked."""
    return _give_up(states.CANCEL, taken, actor=actor, reason=reason, permitted=True)


def no_show(order_id: int, *, actor: Actor | None) -> Redemption:
    """As `end_unused`, for whoever asks of the order alone."""
    return end_unused(order_id, actor=actor).order


def end_unused(order_id: int, *, actor: Actor | None) -> GivenUp:
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
    released = ledger.release(order.hold_reference, actor=actor, purse=purse)
    notices.not_shown(order, released)
    return GivenUp(order, released)


def _give_up(
    move: Move, taken: LockedOrder, *, actor: Actor | None, reason: str | None, permitted: bool = False
) -> HoldResult:
    """The order ends; its points, its stock and its slots are free again, in this very transaction. Answers what came
    back of the points."""
    order = taken.order
    if not permitted:
        authorize(move, order, actor, taken.words)
    transition(
        move, order, actor=actor, permitted=True, reason=reason, closed_at=clock.now(), closing_reason=reason
    )
    released = ledger.release(order.hold_reference, actor=actor, purse=taken.purse)
    stock.release(order, actor=actor)
    _free_slots(order)
    return released


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
