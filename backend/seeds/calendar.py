"""Past days for seeds: history is made through the same verbs, at the days on which it happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from backend import clock


@contextmanager
def days_ago(days: int) -> Iterator[datetime]:
    """Does the block at nine in the morning, so many days ago: a past made through the same verbs."""
    day = clock.today() - timedelta(days=days)
    moment = clock.day_starts(day) + timedelta(hours=9)
    with clock.frozen_at(moment):
        yield moment
