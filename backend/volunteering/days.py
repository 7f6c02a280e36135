"""On which day minutes fall: service over midnight is split there, in China, wherever days are counted.

One record stays one; where it touches several days, `ServiceDay` keeps what each of them counts. The eight hours a day,
the points of a day, registers and yearly sums all ask here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.volunteering.models import DAY_MINUTES
from backend.volunteering.record_models import ServiceDay, ServiceRecord

# Of each record and each day that it touches: the day, and the minutes that fall on it.
DAY = sa.func.coalesce(ServiceDay.day, ServiceRecord.served_on)
MINUTES = sa.func.coalesce(ServiceDay.minutes, ServiceRecord.minutes)
_MINUTE = timedelta(minutes=1)
DAYS_OF_RECORD = ServiceDay.record_id == ServiceRecord.id


@dataclass(frozen=True)
class DayPart:
    """What one day holds of a stretch of service."""

    day: date
    started_at: datetime
    minutes: int

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes)


def split(started_at: datetime, minutes: int) -> list[DayPart]:
    """Minutes served from then on, by the day on which they fall: each day takes eight hours at most, and what is
    more goes on the next one."""
    parts = []
    while minutes > 0:
        day = clock.business_day(started_at)
        midnight = clock.day_ends(day)
        taken = min(minutes, DAY_MINUTES, _whole_minutes(started_at, midnight))
        if taken:
            parts.append(DayPart(day, started_at, taken))
        minutes -= taken
        # Half a minute before midnight counts for the next day, as it did before.
        started_at = midnight
    return parts


def most_between(start: datetime, end: datetime) -> int:
    """How many minutes at most may count of this time: of each day eight hours."""
    most, passed = 0, timedelta()
    while start < end:
        until = min(end, clock.day_ends(clock.business_day(start)))
        # What is less than a minute goes on into the next day, to the last part of a second: nobody loses a minute.
        passed += until - start
        most += min(passed // _MINUTE, DAY_MINUTES)
        passed %= _MINUTE
        start = until
    return most


def _whole_minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


@dataclass(frozen=True)
class Served:
    """A stretch of service that shall become a record."""

    person_id: int
    started_at: datetime
    minutes: int

    @property
    def parts(self) -> list[DayPart]:
        return split(self.started_at, self.minutes)

    @property
    def day(self) -> date:
        """On which its first minute falls."""
        return self.parts[0].day if self.minutes else clock.business_day(self.started_at)

    @property
    def ended_at(self) -> datetime:
        return self.parts[-1].ended_at if self.minutes else self.started_at

    @property
    def last_day(self) -> date | None:
        """Where it went on after midnight."""
        last = self.parts[-1].day if self.minutes else self.day
        return last if last > self.day else None

    @property
    def hours(self) -> list[tuple[date, int]]:
        """Whole hours by the day on which each was full."""
        return hours_of([self])

    def facts(self) -> dict[str, Any]:
        """The columns of its record that say when it was."""
        return {
            "served_on": self.day,
            "served_until": self.last_day,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "minutes": self.minutes,
        }


def hours_of(served: Iterable[Served]) -> list[tuple[date, int]]:
    """Whole hours by the day on which each was full: a begun one is none. The minutes of several sessions of one
    activity are one sum."""
    told: dict[date, int] = {}
    minutes, hours = 0, 0
    for part in (part for one in served for part in one.parts):
        minutes += part.minutes
        told[part.day] = told.get(part.day, 0) + minutes // 60 - hours
        hours = minutes // 60
    return [(day, full) for day, full in told.items() if full]


def keep(records: Iterable[Any]) -> None:
    """Keeps what each day counts of those new records (rows with `id`, `started_at`, `minutes`) that touch several."""
    rows = [
        {"record_id": record.id, "day": part.day, "minutes": part.minutes}
        for record in records
        if record.served_until is not None
        for part in split(record.started_at, record.minutes)
    ]
    if rows:
        session.execute(sa.insert(ServiceDay), rows)


class DayTotal(TypedDict):
    day: date
    minutes: int


def of_records(records: Iterable[ServiceRecord]) -> dict[int, list[DayTotal]]:
    """What each day counts of each record; most have one, which costs no statement."""
    found = {
        one.id: [DayTotal(day=one.served_on, minutes=one.minutes)] for one in records if not one.served_until
    }
    several = [one.id for one in records if one.served_until]
    wanted = sa.select(ServiceDay).where(ServiceDay.record_id.in_(several)).order_by(ServiceDay.day)
    for part in session.scalars(wanted) if several else ():
        found.setdefault(part.record_id, []).append(DayTotal(day=part.day, minutes=part.minutes))
    return found
