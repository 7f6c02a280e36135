"""Shops: opened for a community, their hours, deadlines and the four-eyes switch."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, journal, opening_hours
from backend.db import lock_row, savepoint, session
from backend.errors import Refused
from backend.journal import Actor
from backend.organisations import queries as places
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import queries
from backend.supermarket.actions import closings
from backend.supermarket.models import OPEN_STATES, Redemption, Shop
from backend.supermarket.open_days import OpenTimes

APPROVE_DAYS, PICK_UP_DAYS = 3, 7


class ShopAlreadyThere(Refused):
    code, message = 40982, "这个社区已经有同名的兑换超市"


def open_shop(community_id: int, name: str, *, actor: Actor, **more: Any) -> Shop:
    """A new shop of a community; `more` as in `change_shop`. Raises NotACommunity, ShopAlreadyThere."""
    places.community(community_id)
    permissions.require(actor.id, Permission.SHOP_MANAGE, community_id)
    defaults = {
        "address": "",
        "opening_hours": [],
        "closed_days": [],
        "approve_days": APPROVE_DAYS,
        "pick_up_days": PICK_UP_DAYS,
    }
    values = {**defaults, **_checked(more)}
    shop = Shop(
        community_id=community_id, name=name, four_eyes_hand_over=True, created_at=clock.now(), **values
    )
    try:
        with savepoint():
            session.add(shop)
            session.flush()
    except sa.exc.IntegrityError:
        raise ShopAlreadyThere() from None
    journal.write("open", "shop", shop.id, actor=actor, place=community_id)
    return shop


def change_shop(shop_id: int, *, end_bookings: Iterable[int] = (), actor: Actor, **changes: Any) -> Shop:
    """Changes `name`, `address`, `opening_hours`, `closed_days`, `approve_days` or `pick_up_days`; what is
    absent stays.

    Standing orders keep the days that they were given. When the shop is open at other times, they are counted anew,
    and bookings of times in which it is closed end, if `end_bookings` names their orders. Raises HoursNotSensible,
    ShopAlreadyThere, BookingsInTheWay, TooManyBookings.
    """
    permissions.require(actor.id, Permission.SHOP_MANAGE, queries.shop(shop_id).place_id)
    told = _checked(changes)
    locked = closings.lock_bookings(shop_id, end_bookings, actor=actor)
    shop = _lock_against_bookings(shop_id)
    in_the_way = closings.in_the_way(shop, times(shop, told))
    closings.end_bookings(shop, in_the_way, locked, actor=actor)
    try:
        with savepoint():
            for name, value in told.items():
                setattr(shop, name, value)
            session.flush()
    except sa.exc.IntegrityError:
        raise ShopAlreadyThere() from None
    moved = closings.move_deadlines(shop, actor=actor)
    facts = {"fields": sorted(changes), "ended": len(in_the_way), "moved": len(moved)}
    journal.write("change", "shop", shop.id, actor=actor, place=shop.place_id, facts=facts)
    return shop


def preview_change(shop_id: int, *, actor: Actor, **changes: Any) -> closings.Effect:
    """What other hours or closed days would do to the orders that stand; changes nothing. Raises HoursNotSensible."""
    shop = queries.shop_of_staff(shop_id, Permission.SHOP_MANAGE, actor=actor)
    return closings.effect(shop, times(shop, _checked(changes)))


def times(shop: Shop, changes: dict[str, Any]) -> OpenTimes:
    """When the shop would be open after these changes."""
    closed = changes.get("closed_days", shop.closed_days)
    return OpenTimes(changes.get("opening_hours", shop.opening_hours), frozenset(closed))


def _lock_against_bookings(shop_id: int) -> Shop:
    """The shop under a lock that those who only point to it wait for, too: who books looks at its hours under that
    one, so that no booking comes between what is seen and what is changed."""
    return session.get_one(Shop, shop_id, with_for_update=True, populate_existing=True)


def lock_exempted(shop_id: int, *, actor: Actor) -> Shop:
    """A locked shop for which this person may grant the exception. Raises NotFound, NotAllowed."""
    shop: Shop = lock_row(Shop, shop_id)
    permissions.require(actor.id, Permission.SHOP_EXEMPT, shop.place_id)
    return shop


def set_four_eyes(shop_id: int, on: bool, reason: str, *, actor: Actor) -> Shop:
    """Whether the approver may also hand over, where a centre has one clerk only: an exception that the
    street grants, with its reason (domain 3: 街道 decides rule exceptions). Open orders follow at once."""
    shop = lock_exempted(shop_id, actor=actor)
    shop.four_eyes_hand_over = on
    session.flush()
    session.execute(
        sa.update(Redemption)
        .where(Redemption.shop_id == shop.id, Redemption.state.in_(OPEN_STATES))
        .values(four_eyes=on),
        execution_options={"synchronize_session": False},
    )
    facts = {"four_eyes_hand_over": on}
    journal.write(
        "set_four_eyes", "shop", shop.id, actor=actor, reason=reason, place=shop.place_id, facts=facts
    )
    return shop


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    told = dict(values)
    if "opening_hours" in told:
        told["opening_hours"] = opening_hours.checked(told["opening_hours"])
    if "closed_days" in told:
        told["closed_days"] = sorted({_day(one) for one in told["closed_days"]})
    return told


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()
