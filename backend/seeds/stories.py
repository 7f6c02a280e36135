"""Many histories side by side: each is a generator that says when it goes on, and all are played in order of time.

So that what happened first has the lower number, whoever it happened to, and every limit (two live claims, eight
hours a day, one round at a time) meets the same past that a living city would have.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from backend import clock

# Yields the moment at which it wants to go on; what stands after that `yield` happens then.
Story = Iterator[datetime]


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """The moment at this time of day in China."""
    return clock.day_starts(day) + timedelta(hours=hour, minutes=minute)


def play(stories: Iterable[Story], month_begins: Callable[[datetime, int], None]) -> int:
    """Plays all stories to their end, the clock standing at each moment; answers how many steps there were.

    `month_begins` is told the first moment of each month that is reached, and the steps so far. Raises
    ValueError where a story goes back in time.
    """
    waiting: list[Any] = []
    numbers, steps, month = count(), 0, ""
    for story in stories:
        _wait(waiting, story, next(numbers), None)
    while waiting:
        moment, number, story = heapq.heappop(waiting)
        if f"{moment.astimezone(clock.CHINA):%Y-%m}" != month:
            month = f"{moment.astimezone(clock.CHINA):%Y-%m}"
            month_begins(moment, steps)
        with clock.frozen_at(moment):
            _wait(waiting, story, number, moment)
        steps += 1
    return steps


def _wait(
    waiting: list[tuple[datetime, int, Story]], story: Story, number: int, before: datetime | None
) -> None:
    following = next(story, None)
    if following is None:
        return
    if before is not None and following < before:
        raise ValueError(f"a story goes back from {before} to {following}")
    heapq.heappush(waiting, (following, number, story))
