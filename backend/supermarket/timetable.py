"""A venue's slots: computed from its shop's opening hours, never stored before somebody books one.

A slot's id is its venue and its beginning in one number, so it is the same on every machine and every day:
item × 10⁸ + minutes since 2020-01-01 in China.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from backend import clock, config
from backend.db import session
from backend.errors import Refused, StateConflict
from backend.supermarket.models import Item, Shop, Slot
from backend.supermarket.open_days import OpenTimes

_FIRST = datetime(2020, 1, 1, tzinfo=clock.CHINA)
_MINUTES = 10**8


class NotAVenue(Refused):
    code, message = 42279, "这不是场地，没有时段"


class VenueKeepsItsDay(StateConflict):
    message = "场地按预订的时段使用，没有领取期限"


class Offered(NamedTuple):
    """One slot of a venue; `free` is whether it may still be booked."""

    id: int
    starts_at: datetime
    ends_at: datetime
    free: bool


def slots_of(item: Item, shop: Shop, day: date) -> list[Offered]:
    """The venue's slots of a business day, in order; none on a closed day or too far ahead."""
    times = _times(item, shop, day)
    taken = _taken(item.id, times[0][0], times[-1][1]) if times else []
    now = clock.now()
    return [
        Offered(
            slot_id(item.id, starts_at),
            starts_at,
            ends_at,
            starts_at > now and not any(_overlap(one, (starts_at, ends_at)) for one in taken),
        )
        for starts_at, ends_at in times
    ]


def offered(item: Item, shop: Shop, wanted: int) -> Offered | None:
    """The slot with this id, if the venue has it on the day it falls on."""
    starts_at = begins(wanted)
    day = clock.business_day(starts_at)
    return next((slot for slot in slots_of(item, shop, day) if slot.id == wanted), None)


def slot_id(item_id: int, starts_at: datetime) -> int:
    return item_id * _MINUTES + int((starts_at - _FIRST).total_seconds()) // 60


def venue_of(wanted: int) -> int:
    """The item a slot's id belongs to."""
    return wanted // _MINUTES


def begins(wanted: int) -> datetime:
    return _FIRST + timedelta(minutes=wanted % _MINUTES)


def _times(item: Item, shop: Shop, day: date) -> list[tuple[datetime, datetime]]:
    if day > last_day() or item.slot_minutes is None:
        return []
    length = timedelta(minutes=item.slot_minutes)
    found = []
    for opens, closes in OpenTimes.of(shop).on(day):
        while opens + length <= closes:
            found.append((opens, opens + length))
            opens += length
    return found


def last_day() -> date:
    """The last day that may be booked yet."""
    return clock.today() + timedelta(days=config.settings().venue_days_ahead)


def _taken(item_id: int, first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
    """Booked times; also those of a former timetable, which the new one must not cut."""
    wanted = sa.select(Slot.starts_at, Slot.ends_at).where(
        Slot.item_id == item_id, sa.text("venue_slots.live"), Slot.starts_at < last, Slot.ends_at > first
    )
    return [(row.starts_at, row.ends_at) for row in session.execute(wanted)]


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
