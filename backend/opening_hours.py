"""When a door is open in a week: the same shape and rules for a shop and for the office of a place."""

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from backend.errors import Refused

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
# Stretches of one week.
MOST = 50
_DAYS = " 一二三四五六日"


class Hours(TypedDict):
    """One stretch of a weekday (1–7) in which it is open, in China's time."""

    weekday: int
    opens: str
    closes: str


class HoursNotSensible(Refused):
    code, message = 42282, "开放时间有误：星期为 1–7，开门早于关门（最晚 24:00），同一天的时段不能重叠"


def checked(given: Iterable[Mapping[str, Any]]) -> list[Hours]:
    """The stretches in their order. Raises HoursNotSensible."""
    hours: list[Hours] = sorted(
        (Hours(weekday=one["weekday"], opens=one["opens"], closes=one["closes"]) for one in given),
        key=lambda one: (one["weekday"], one["opens"]),
    )
    for one in hours:
        times = _TIME.fullmatch(one["opens"]) and _TIME.fullmatch(one["closes"])
        if not times or one["weekday"] not in range(1, 8) or one["opens"] >= one["closes"]:
            raise HoursNotSensible()
    for before, after in itertools.pairwise(hours):
        if before["weekday"] == after["weekday"] and after["opens"] < before["closes"]:
            raise HoursNotSensible()
    return hours


def in_words(hours: Iterable[Hours]) -> str:
    """周一至周五 09:00–12:00、13:30–17:00；周六 09:00–12:00; empty where nothing is said."""
    by_day: dict[int, list[str]] = {}
    for one in hours:
        by_day.setdefault(one["weekday"], []).append(f"{one['opens']}–{one['closes']}")
    parts = []
    for times, days in itertools.groupby(sorted(by_day), key=lambda day: by_day[day]):
        parts += [f"{run} {'、'.join(times)}" for run in _runs(list(days))]
    return "；".join(parts)


def _runs(days: list[int]) -> list[str]:
    """周一至周五 of 1 to 5; days that do not follow each other stand alone."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [
        f"周{_DAYS[one[0]]}" if len(one) == 1 else f"周{_DAYS[one[0]]}至周{_DAYS[one[-1]]}" for one in runs
    ]
