"""When something is due: working days, hours of the clock and hours of the office, counted by rule.

The day of dispatch is not counted; n working days end with the n-th. What time is given back for a pause is working
time: a weekend in a pause gives nothing.
"""

from datetime import date, datetime, time, timedelta

from backend import clock, working_days
from backend.duties.kinds import TermUnit
from backend.duties.terms import Term

# Hours of the office in China's time, on working days.
OFFICE = ((time(8, 30), time(11, 30)), (time(13, 30), time(17, 0)))
_LAST = timedelta(seconds=1)
# A reopened ticket has half of its term, and at least so many working days.
LEAST_DAYS = 2


def end_of(day: date) -> datetime:
    """The last moment of a day."""
    return clock.day_ends(day) - _LAST


def due_after(term: Term, start: datetime, credit_days: int = 0, credit_seconds: int = 0) -> datetime:
    """The last moment of a term that begins now, with what pauses and extensions give back: working days to any term,
    seconds to hours."""
    day = clock.business_day(start)
    if term.unit == TermUnit.WD:
        count = term.value + credit_days
        return end_of(working_days.after(day, count) if count else working_days.on_or_after(day))
    seconds = term.value * 3600 + credit_seconds
    due = start + timedelta(seconds=seconds) if term.unit == TermUnit.HOUR else _office(start, seconds)
    if not credit_days:
        return due
    moved = working_days.after(clock.business_day(due), credit_days)
    return due + (moved - clock.business_day(due))


def _office(start: datetime, seconds: float) -> datetime:
    """The moment at which so many seconds of office time have passed since `start`."""
    day = clock.business_day(start)
    while True:
        day = working_days.on_or_after(day)
        for begins, ends in _stretches(day):
            here = max(begins, start)
            there = (ends - here).total_seconds()
            if there <= 0:
                continue
            if seconds <= there:
                return here + timedelta(seconds=seconds)
            seconds -= there
        day += timedelta(days=1)


def _stretches(day: date) -> list[tuple[datetime, datetime]]:
    return [
        (datetime.combine(day, begins, clock.CHINA), datetime.combine(day, ends, clock.CHINA))
        for begins, ends in OFFICE
    ]


def office_seconds(start: datetime, end: datetime) -> int:
    """How much office time lies between two moments."""
    first, last = clock.business_day(start), clock.business_day(end)
    found = 0.0
    for one in working_days.days(first, last):
        if one.is_workday:
            for begins, ends in _stretches(one.date):
                found += max(0.0, (min(ends, end) - max(begins, start)).total_seconds())
    return round(found)


def working_days_between(start: datetime, end: datetime) -> int:
    """Working days after the day of `start`, up to and including that of `end`."""
    first, last = clock.business_day(start), clock.business_day(end)
    if last <= first:
        return 0
    return sum(one.is_workday for one in working_days.days(first + timedelta(days=1), last))


def before_owner(owner_due: datetime) -> datetime:
    """Our own last moment for what an owner elsewhere expects by then: the working day before. The owner's stays to the
    letter, be it a holiday."""
    return end_of(working_days.after(clock.business_day(owner_due), -1))


def half(term: Term) -> Term:
    """Half the term, rounded up to whole days, at least two working days: of what is done once more."""
    days = -(-term.value // 2) if term.unit == TermUnit.WD else 0
    return Term(max(LEAST_DAYS, days), TermUnit.WD)
