"""The only source of time.

Moments are aware UTC inside the house and are shown in China's time, which every business day follows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def system_now() -> datetime:
    """What this machine's own clock shows, wherever a test or a seed stands: to compare it with another's."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = system_now


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _source()


def today() -> date:
    """The business day of this moment, in Asia/Shanghai."""
    return business_day(now())


def business_day(moment: datetime) -> date:
    """The day in Asia/Shanghai on which `moment` falls."""
    return moment.astimezone(CHINA).date()


def day_starts(day: date) -> datetime:
    """The first moment of a business day, in UTC."""
    return datetime.combine(day, time.min, CHINA).astimezone(UTC)


def day_ends(day: date) -> datetime:
    """The first moment after a business day, in UTC: a deadline 'until that day' includes the day."""
    return day_starts(day + timedelta(days=1))


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Makes `now()` answer `moment` inside the block; for tests and for seeding a past."""
    global _source
    before, _source = _source, lambda: moment
    try:
        yield
    finally:
        _source = before
