"""When a door is open in a week: the same shape and rules for a shop and for the office of a place."""

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from backend.errors import Refused

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
# Stretches of one week.
MOST = 50


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
