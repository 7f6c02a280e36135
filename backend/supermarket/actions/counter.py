"""At the counter: a code is looked up first, which changes nothing, and then the order is handed over."""

import math
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from backend import clock, config
from backend.db import insert, session
from backend.errors import InvalidInput, Refused
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.lifecycle import authorize, transition
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import notices, queries, sealed, states
from backend.supermarket.actions import stock
from backend.supermarket.actions.approvals import lock_order
from backend.supermarket.models import CodeGuard, Collector, ItemKind, Redemption, RedemptionState

# Said at the counter to somebody who stands there with a code. What became of the points, the notice told them.
CLOSED: dict[str, str] = {
    RedemptionState.HANDED_OVER: "这张兑换单已经核销过了，不能再领",
    RedemptionState.EXPIRED: "这张兑换单已过领取期限，可以重新兑换",
    RedemptionState.CANCELLED: "这张兑换单已取消",
    RedemptionState.RETURNED: "这张兑换单的物品已退回",
    RedemptionState.NO_SHOW: "预订的时段没有使用",
}


class PickUpCodeUnknown(Refused):
    code, message = 40470, "没有找到这个取货码对应的兑换单，请核对后再试"


class WrongPickUpCode(Refused):
    code, message = 42270, "取货码与这张兑换单不符，请核对后再试"


class ProxyNameNeeded(Refused):
    code, message = 42281, "代领请登记代领人姓名；本人领取不用填"


class TooManyWrongCodes(Refused):
    """An 8-digit code must not be found by trying; counted in the database, which all workers share."""

    code, message = 42970, "取货码输错次数太多，请 {minutes} 分钟后再试"


def preview(code: str, *, actor: Actor) -> Redemption | Refused:
    """What the code would hand over; changes nothing but the count of wrong codes.

    Answers PickUpCodeUnknown instead of raising it, because the count has to be kept; the same for a code
    of another place, which the clerk may not know. Raises TooManyWrongCodes, RedemptionMovedOn.
    """
    guard = _lock_guard(actor)
    indexes = sealed.code_indexes(code)
    found = session.scalars(
        sa.select(Redemption)
        .where(Redemption.pick_up_code_index.in_(indexes))
        .order_by(Redemption.state == RedemptionState.APPROVED, Redemption.id)
    ).all()
    mine = [
        one for one in found if permissions.appointed(actor.id, Permission.REDEMPTION_HAND_OVER, one.place_id)
    ]
    if not mine:
        return _wrong(guard, PickUpCodeUnknown())
    # A code may come again once its order is closed; the open one is the one that is meant.
    order = mine[-1]
    authorize(states.HAND_OVER, order, actor)
    if order.state != RedemptionState.APPROVED:
        raise states.RedemptionMovedOn(CLOSED.get(order.state))
    return order


def hand_over(
    order_id: int,
    code: str,
    collected_by: str,
    proxy_name: str | None = None,
    lines: Sequence[tuple[int, int]] | None = None,
    *,
    actor: Actor,
) -> Redemption | Refused:
    """核销: points are spent and goods leave, oldest good batch first, for whoever shows the code.

    Of `lines` (item id, units) so much, and the rest is free again with its points; else all that was ordered.
    `collected_by` is self or proxy, a proxy with a name. Never by the owner, nor (where the shop asks for
    four eyes) by who approved or requested it. A wrong code is answered, not raised: see `preview`.
    Raises TooManyWrongCodes, RedemptionMovedOn, ProxyNameNeeded, InvalidInput, StockPastItsDay.
    """
    guard = _lock_guard(actor)
    order, purse, words = lock_order(order_id, actor=actor)
    authorize(states.HAND_OVER, order, actor, words)
    if order.state != RedemptionState.APPROVED:
        raise states.RedemptionMovedOn()
    if order.pick_up_code_index not in sealed.code_indexes(code):
        return _wrong(guard, WrongPickUpCode())
    if (collected_by == Collector.PROXY) != bool(proxy_name):
        raise ProxyNameNeeded()
    wanted, points = _parts(order, lines) if lines is not None else (None, None)
    transition(
        states.HAND_OVER,
        order,
        actor=actor,
        permitted=True,
        details={"collected_by": collected_by},
        handed_over_by_id=actor.id,
        handed_over_at=clock.now(),
        closed_at=clock.now(),
        collected_by=collected_by,
        proxy_name_sealed=sealed.sealed_proxy(order.id, proxy_name),
    )
    told = ledger.settle(order.hold_reference, shop_id=order.shop_id, actor=actor, purse=purse, points=points)
    notices.handed_over(order, stock.hand_over(order, wanted, actor=actor), told)
    return order


def _parts(order: Redemption, lines: Sequence[tuple[int, int]]) -> tuple[dict[int, int] | None, int | None]:
    """How many units of each item leave, and for how many points; None for all of it. Raises InvalidInput."""
    ordered = {line.item_id: line for line in queries.lines_of(order.id)}
    wanted: dict[int, int] = {}
    for item_id, units in lines:
        wanted[item_id] = wanted.get(item_id, 0) + units
    if not wanted or not set(wanted) <= set(ordered):
        raise InvalidInput(lines=["请填写这张兑换单里的物品"])
    if any(not 0 < units <= ordered[key].quantity for key, units in wanted.items()):
        raise InvalidInput(lines=["发放的数量应在 1 和兑换的数量之间"])
    if wanted == {key: line.quantity for key, line in ordered.items()}:
        return None, None
    if order.item_kind == ItemKind.VENUE:
        raise InvalidInput(lines=["场地只能整单使用"])
    return wanted, sum(units * ordered[key].unit_points for key, units in wanted.items())


def _lock_guard(actor: Actor) -> CodeGuard:
    """The clerk's count under its lock, begun anew when its time is over. Raises TooManyWrongCodes."""
    settings, now = config.settings(), clock.now()
    lasts = timedelta(minutes=settings.wrong_code_minutes)
    over = CodeGuard.since <= now - lasts
    # A change that may change nothing, so that a row which is there already is locked and told as well.
    anew = {
        "since": sa.case((over, now), else_=CodeGuard.since),
        "wrong": sa.case((over, 0), else_=CodeGuard.wrong),
    }
    begun = insert(CodeGuard).values(person_id=actor.id, since=now, wrong=0)
    locked = begun.on_conflict_do_update(index_elements=["person_id"], set_=anew).returning(CodeGuard)
    guard = session.scalars(locked, execution_options={"populate_existing": True}).one()
    if guard.wrong >= settings.wrong_code_limit:
        left = (guard.since + lasts - now).total_seconds()
        raise TooManyWrongCodes(minutes=math.ceil(left / 60)).retry_after(left)
    return guard


def _wrong(guard: CodeGuard, refusal: Refused) -> Refused:
    guard.wrong += 1
    session.flush()
    return refusal
