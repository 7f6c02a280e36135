"""Twelve monthly rounds (期), opened by the city in every community and run by each community's own clerks.

Ten days to collect and four to review, then four weeks on the wall, in which the next round collects already. The
last one is still on the wall; in 松涛社区 it has just ended, so that a first visitor finds room for a new one.
"""

from datetime import date, datetime, timedelta

from backend import clock
from backend.seeds import demo
from backend.seeds.stories import Story
from backend.seeds.tieli.city import City, Community
from backend.wishes.actions import rounds

EVERY, LAST_BEGAN = 28, 42
COLLECT, PUBLISH, CLOSE = 14, 16, 43
# How long the last round stays on the wall from today on.
LAST_DAYS = 20
_NUMBERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
# (community id, number) → round id, as far as history has come.
Opened = dict[tuple[int, int], int]


def began(city: City, number: int) -> int:
    """How many days ago the n-th round began to collect."""
    return LAST_BEGAN + EVERY * (city.figures.rounds - number)


def at(city: City, number: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """The moment so many days after the n-th round began."""
    return city.ago(began(city, number) - day, hour, minute)


def opening(city: City, opened: Opened) -> Story:
    """The city opens each round in every community."""
    for number in range(1, city.figures.rounds + 1):
        yield at(city, number, 0, 8)
        made, skipped = rounds.open_everywhere(
            city.found[demo.CITY],
            f"第{_NUMBERS[number - 1]}期微心愿",
            _day(city, number, COLLECT),
            _day(city, number, CLOSE),
            actor=city.who["admin"],
        )
        if skipped:
            raise LookupError(f"round {number} could not be opened in {skipped}")
        opened |= {(one.community_id, number): one.id for one in made}


def _day(city: City, number: int, day: int) -> date:
    if day == CLOSE and number == city.figures.rounds:
        return city.today + timedelta(days=LAST_DAYS)
    return clock.business_day(at(city, number, day))


def running(city: City, one: Community, number: int, opened: Opened) -> Story:
    """A community reviews, publishes and closes its n-th round, while the next one collects already."""
    clerk = one.clerks[number % 2]
    yield at(city, number, COLLECT, 17)
    rounds.review(opened[one.id, number], actor=clerk)
    yield at(city, number, PUBLISH, 9)
    rounds.publish(opened[one.id, number], actor=clerk)
    ends = _ends(city, one, number)
    if ends is not None:
        yield ends
        rounds.close(opened[one.id, number], actor=clerk)


def _ends(city: City, one: Community, number: int) -> datetime | None:
    if number < city.figures.rounds:
        return at(city, number, CLOSE, 17)
    return city.ago(3, 17) if one is city.communities[0] else None
