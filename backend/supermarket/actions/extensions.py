"""More time to collect one order, given by staff."""

from datetime import date, timedelta
from typing import Any

from backend import clock
from backend.db import lock_row, session
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.lifecycle import authorize, transition
from backend.supermarket import limits, notices, states
from backend.supermarket.models import ItemKind, Redemption, RedemptionState, Shop
from backend.supermarket.open_days import OpenTimes
from backend.supermarket.timetable import VenueKeepsItsDay


def extend(order_id: int, until: date, reason: str, *, actor: Actor) -> Redemption:
    """Staff give one order a later day to be collected: an open one, no further than any shop may allow. Its owner is
    told, and reminded anew.

    Raises InvalidInput for another day, VenueKeepsItsDay.
    """
    order = lock_row(Redemption, order_id)
    authorize(states.EXTEND, order, actor)
    if order.item_kind == ItemKind.VENUE:
        raise VenueKeepsItsDay()
    # In another state there is nothing to extend, and the move says so.
    before = order.pick_up_until or clock.today()
    times = OpenTimes.of(session.get_one(Shop, order.shop_id))
    if order.state == RedemptionState.APPROVED:
        _check_later(until, before, times)
    begun = clock.business_day(order.approved_at or clock.now())
    facts: dict[str, Any] = {
        "pick_up_until": until,
        "pick_up_open_days": times.count(begun, until),
        "reminded_at": None,
    }
    days = {"from": before.isoformat(), "until": until.isoformat()}
    transition(states.EXTEND, order, actor=actor, permitted=True, reason=reason, details=days, **facts)
    notices.extended(order, reason)
    return order


def may_extend(order_id: int, *, actor: Actor) -> Redemption:
    """A locked order that this person may give more time. Raises NotFound, NotAllowed, FourEyes."""
    order: Redemption = lock_row(Redemption, order_id)
    authorize(states.EXTEND, order, actor)
    return order


def _check_later(until: date, before: date, times: OpenTimes) -> None:
    if until <= before:
        raise InvalidInput({"until": [f"要晚于现在的期限 {before:%Y-%m-%d}"]})
    if until > clock.today() + timedelta(days=limits.PICK_UP_DAYS_MAX):
        raise InvalidInput({"until": [f"最多延长到 {limits.PICK_UP_DAYS_MAX} 天以后"]})
    if not times.is_open(until):
        raise InvalidInput({"until": ["这一天超市休息，请选开门的日子"]})
