"""When a shop's door is open: deadlines count these days, and end on one of them.

A deadline that fell on a closed day would end before anybody could come. A shop that has entered no hours is taken to
be open every day.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.opening_hours import Hours
from backend.supermarket.models import Shop

# The end of a day, as a shop writes it that closes at midnight.
MIDNIGHT = "24:00"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpenTimes:
    """A week's hours ({weekday 1–7, opens, closes} in China's time) and the days without any, written as in ISO 8601:
    a shop's own, or those that somebody would give it."""

    hours: Sequence[Hours]
    closed: frozenset[str]

    @classmethod
    def of(cls, shop: Shop) -> "OpenTimes":
        return cls(shop.opening_hours, frozenset(shop.closed_days))

    def is_open(self, day: date) -> bool:
        weekdays = {one["weekday"] for one in self.hours}
        return day.isoformat() not in self.closed and (not weekdays or day.isoweekday() in weekdays)

    def after(self, day: date, count: int) -> date:
        """The open day that comes `count` open days after `day`, which is not counted itself."""
        while count:
            day += _DAY
            count -= self.is_open(day)
        return day

    def on_or_after(self, day: date) -> date:
        """This day, or the next one that is open."""
        return self.after(day - _DAY, 1)

    def count(self, day: date, until: date) -> int:
        """How many open days come after `day`, up to `until`."""
        return sum(self.is_open(day + n * _DAY) for n in range(1, (until - day).days + 1))

    def on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The hours of a day, in order; none of a closed one."""
        if day.isoformat() in self.closed:
            return []
        return [
            (moment(day, one["opens"]), moment(day, one["closes"]))
            for one in self.hours
            if one["weekday"] == day.isoweekday()
        ]

    def covers(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Is the door open from one moment of a day to another? Hours that touch are one."""
        reached = starts_at
        for opens, closes in self.on(clock.business_day(starts_at)):
            if opens <= reached < closes:
                reached = closes
        return reached >= ends_at


def moment(day: date, text: str) -> datetime:
    """A day's moment as shops write it; `24:00` is its end."""
    if text == MIDNIGHT:
        return datetime.combine(day + _DAY, time.min, clock.CHINA)
    return datetime.combine(day, time.fromisoformat(text), clock.CHINA)


def within(column: Any, shop_id: Any, count: int, *, at_least: date) -> sa.ColumnElement[bool]:
    """The condition that the day in `column` comes within so many open days from today of the row's shop, or is not
    after `at_least`."""
    today = clock.today()
    shops = session.execute(sa.select(Shop.id, Shop.opening_hours, Shop.closed_days).order_by(Shop.id))
    later = sorted(
        (last, row.id)
        for row in shops
        if (last := OpenTimes(row.opening_hours, frozenset(row.closed_days)).after(today, count)) > at_least
    )
    return sa.or_(
        column <= at_least,
        *(
            sa.and_(shop_id.in_([one for _last, one in rows]), column <= last)
            for last, rows in (
                (last, list(group)) for last, group in itertools.groupby(later, lambda row: row[0])
            )
        ),
    )
