"""Working days of China: its holidays, and the Saturdays and Sundays worked in exchange (调休).

`chinese-calendar` knows the years that the State Council had announced when it was made. What the city entered goes
before it: a year that was announced since, a day that the city closes for itself. Of a year that neither knows, every
Monday to Friday counts, and the day says so.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import chinese_calendar
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock
from backend.db import Model, insert, session
from backend.personal import not_personal

# 民政部令 67, 11: a service is recorded within ten working days.
RECORD_DAYS = 10
NAME_MAX = 40
_NAMES = {one.value: one.chinese for one in chinese_calendar.Holiday}


class CalendarDay(Model):
    """A day on which the city says whether it works; it goes before the library's answer."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    is_workday: Mapped[bool] = mapped_column(sa.Boolean)
    name: Mapped[str | None] = mapped_column(sa.String(NAME_MAX), info=not_personal("a holiday's"))


class Source(StrEnum):
    """Who says so: the announced calendar, the city, or nobody yet."""

    LIBRARY = "library"
    CITY = "city"
    WEEKDAY = "weekday"


@dataclass(frozen=True)
class Day:
    """A day as it counts; `name` is the holiday's, or why it is worked."""

    date: date
    is_workday: bool
    name: str | None
    source: Source


def days(first: date, last: date) -> list[Day]:
    """Every day from `first` to `last`."""
    entered = {
        row.day: row
        for row in session.execute(
            sa.select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.name).where(
                CalendarDay.day.between(first, last)
            )
        )
    }
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [
        Day(day, entered[day].is_workday, entered[day].name, Source.CITY)
        if day in entered
        else _announced(day)
        for day in every
    ]


def _announced(day: date) -> Day:
    try:
        _holiday, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return Day(day, day.weekday() < 5, None, Source.WEEKDAY)
    works = chinese_calendar.is_workday(day)
    return Day(day, works, name and _NAMES[name] + ("调休上班" if works else ""), Source.LIBRARY)


def after(day: date, count: int) -> date:
    """The working day that comes `count` working days after `day`, which is not counted itself; before it, if `count`
    is less than nothing."""
    step, left = (1 if count > 0 else -1), abs(count)
    while left:
        # Of seven days two are free, and the longest holiday has eight.
        ahead = day + timedelta(days=step * (2 * left + 10))
        some = days(*sorted((day + timedelta(days=step), ahead)))
        for one in some[::step]:
            left -= one.is_workday
            if not left:
                return one.date
        day = ahead
    return day


def on_or_after(day: date) -> date:
    """This day, or the next one that is worked: where a deadline in days of any kind goes on to."""
    return after(day - timedelta(days=1), 1)


def today_is_worked() -> bool:
    """Is today a working day? On a free one nobody is told that a day of theirs has passed."""
    return on_or_after(clock.today()) == clock.today()


def after_each(some: Iterable[date], count: int) -> dict[date, date]:
    """For each of these days the working day that comes `count` working days after it; all in one question."""
    wanted = sorted(set(some))
    if not wanted:
        return {}
    last = after(wanted[-1], count)
    worked = [one.date for one in days(wanted[0] + timedelta(days=1), last) if one.is_workday]
    return {day: worked[bisect_right(worked, day) + count - 1] for day in wanted}


def on_or_after_each(some: Iterable[date]) -> dict[date, date]:
    """For each of these days itself, or the next one that is worked."""
    before = {day: day - timedelta(days=1) for day in some}
    worked = after_each(before.values(), 1)
    return {day: worked[eve] for day, eve in before.items()}


def over() -> datetime:
    """The latest moment of falling due that is over by now: what falls due on a free day, or on the first working day
    after it, may still be done on that one."""
    now, today = clock.now(), clock.today()
    yesterday, worked = today - timedelta(days=1), after(today, -1)
    if worked == yesterday and today_is_worked():
        return now
    return clock.day_ends(worked) - timedelta(microseconds=1)


def record_due_on(served_on: date) -> date:
    """The last day on which a service of that day is recorded in time."""
    return after(served_on, RECORD_DAYS)


def enter(changed: Iterable[Day]) -> list[date]:
    """Keeps what the city says of these days; answers those that count otherwise than before, or are named otherwise."""
    wanted = {one.date: one for one in changed}
    if not wanted:
        return []
    known = {one.date: one for one in days(min(wanted), max(wanted)) if one.date in wanted}
    new = [
        one
        for day, one in wanted.items()
        if (one.is_workday, one.name) != (known[day].is_workday, known[day].name)
    ]
    for one in new:
        row = insert(CalendarDay).values(day=one.date, is_workday=one.is_workday, name=one.name)
        session.execute(
            row.on_conflict_do_update(
                index_elements=["day"], set_={"is_workday": one.is_workday, "name": one.name}
            )
        )
    return sorted(one.date for one in new)


def unknown(year: int) -> bool:
    """Nobody has said yet which of its days are free: neither the library nor the city."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return all(one.source == Source.WEEKDAY for one in days(first, last))
