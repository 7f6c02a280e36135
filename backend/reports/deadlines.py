"""What time brings to all of the staff at once: each working day their group is told how much waits."""

from datetime import date, time
from typing import Any

from backend import clock, working_days
from backend.jobs import Job
from backend.outbox import group_messages
from backend.reports import to_do

# China time: when the offices have opened.
TOLD_AT = time(9, 0)
_counted: dict[date, list[tuple[str, int]]] = {}


def _days() -> list[date]:
    now = clock.now().astimezone(clock.CHINA)
    today = now.date()
    if (
        now.time() < TOLD_AT
        or not group_messages.waits_to_be_told(today)
        or not working_days.today_is_worked()
    ):
        return []
    return [today]


def _count(day: Any) -> None:
    """Some statements for each of the staff, and so outside the transaction."""
    _counted[day] = to_do.of_all_staff()


def _write(day: date) -> None:
    """Nothing is said of nothing."""
    waits = _counted.pop(day)
    if waits:
        group_messages.add(day, group_messages.compose(day, waits))


JOBS = [
    Job("group.waits", 300, _days, _write, before=_count),
    Job("group.forget", 3600, group_messages.over, group_messages.forget),
]
