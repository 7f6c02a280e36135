"""The city's own calendar: what it enters of holidays and of days worked in exchange, and what moves because of it.

A capability that keeps days counted in working days says in `dues.py` how they are counted anew: `recompute()`.
"""

from collections.abc import Sequence
from datetime import date

from backend import capabilities, clock, journal, working_days
from backend.errors import NotAllowed
from backend.journal import Actor
from backend.organisations import queries as places
from backend.paging import KeysetRows, Place
from backend.people import permissions
from backend.people.permissions import Permission
from backend.working_days import Day

# A year and its neighbours in one question.
MOST_DAYS = 1100


def between(first: date, last: date) -> KeysetRows:
    """The days from `first` to `last`, with who says of each whether it works."""

    def read(after: Place | None, limit: int) -> Sequence[Day]:
        begin = date.fromordinal(after[0] + 1) if after else first
        end = min(last, date.fromordinal(begin.toordinal() + limit - 1))
        return working_days.days(begin, end) if begin <= last else []

    return KeysetRows(read, lambda one: (one.date.toordinal(),), (int,))


def change(days: Sequence[Day], *, actor: Actor) -> tuple[int, int]:
    """Enters what the State Council or the city decided of these days; answers how many count otherwise now, and how
    many open deadlines of ours moved with them. What is over stays as it was.

    Raises NotAllowed.
    """
    city = places.city_id()
    if not permissions.appointed(actor.id, Permission.CALENDAR_CHANGE, city):
        raise NotAllowed()
    changed = working_days.enter(days)
    if not changed:
        return 0, 0
    moved = sum(module.recompute() for module in capabilities.modules("dues"))
    facts = {"days": [one.isoformat() for one in changed[:50]], "changed": len(changed), "moved": moved}
    journal.write("change_calendar", "organisation", city, actor=actor, place=city, facts=facts)
    return len(changed), moved


def unknown_year() -> int | None:
    """This year or, from November on, the next one, while nobody has said which of its days are free."""
    today = clock.today()
    wanted = (today.year, today.year + 1) if today.month >= 11 else (today.year,)
    return next((year for year in wanted if working_days.unknown(year)), None)
