"""Working days of China: its holidays, and the Saturdays and Sundays worked in exchange (调休).

`chinese-calendar` knows the years the State Council has announced; beyond them every Monday to Friday counts,
and the log says so.
"""

from datetime import date, timedelta
from functools import cache

import chinese_calendar
import structlog

log = structlog.get_logger()

# 民政部令 67, 11: a service is recorded within ten working days.
RECORD_DAYS = 10


def record_due_on(served_on: date) -> date:
    """The last day on which a service of that day is recorded in time."""
    return after(served_on, RECORD_DAYS)


def after(day: date, count: int) -> date:
    """The working day that comes `count` working days after `day`."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        _say_unknown(day.year)
        return day.weekday() < 5


@cache
def _say_unknown(year: int) -> None:
    """Once a year and process is enough."""
    log.warning("working_days.year_not_announced", year=year, counted="weekdays")
