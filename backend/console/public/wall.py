"""What the hall's screen shows, scene by scene: wishes, what was lit lately, the shelf, the months, the week. Nothing of a
person, and nobody's number of anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backend.errors import NotFound
from backend.organisations import queries as places
from backend.supermarket.screen_queries import on_the_shelf
from backend.volunteering import calendar_queries
from backend.wishes import queries
from backend.wishes.kinds import RoundState
from backend.wishes.screen_queries import lately_lit, lit_by_month

ON_A_PAGE = 9
MOST_PAGES = 8
# The highest bar, in units of the drawing.
BAR_HEIGHT = 300


@dataclass(frozen=True)
class Scene:
    """One page of the screen: which drawing, what it is called, and what it is drawn from."""

    name: str
    heading: str
    rows: list[Any]


@dataclass(frozen=True)
class Bar:
    """A month and what was lit in it; `height` of at most BAR_HEIGHT."""

    label: str
    count: int
    height: int


def place_name(place_id: int | None) -> str | None:
    """The name of the community that a screen stands in. Raises NotFound for anything else."""
    if place_id is None:
        return None
    found = places.get(place_id)
    if found.kind != "community":
        raise NotFound()
    return found.name


def pages(place_id: int | None) -> int:
    """How many pages of wishes there are to turn: the newest, as far as anyone will wait for them."""
    return max(1, min(MOST_PAGES, -(-queries.count_on_the_wall(place_id) // ON_A_PAGE)))


def page_of_wishes(place_id: int | None, number: int) -> list[Any]:
    """One page: what still waits first, then the newest."""
    return queries.public_wall(place_id, (number - 1) * ON_A_PAGE, ON_A_PAGE)


def week(place_id: int | None) -> list[Any]:
    """Activities of the next seven days that anyone may join or see, the next one first."""
    return calendar_queries.coming_week(place_id, ON_A_PAGE)


def after_the_wishes(place_id: int | None) -> list[Scene]:
    """The scenes that follow; what has nothing to show is left out."""
    return [one for one in _more(place_id) if one.rows]


def _more(place_id: int | None) -> Iterator[Scene]:
    yield Scene("lit", "最近点亮的心愿，谢谢每一位接单的人", lately_lit(place_id, ON_A_PAGE))
    yield Scene("shelf", "积分可以兑换", on_the_shelf(place_id, ON_A_PAGE))
    yield Scene("months", "十二个月点亮的心愿", _bars(lit_by_month(place_id)))
    # Last, so that whoever wants the week alone knows where it stands.
    yield Scene("week", "这一周的志愿活动", week(place_id))


def _bars(counted: dict[str, int]) -> list[Bar]:
    highest = max(counted.values())
    if not highest:
        return []
    return [Bar(label, count, round(BAR_HEIGHT * count / highest)) for label, count in counted.items()]


def round_sentences(place_id: int | None) -> list[str]:
    """A sentence for each round that runs here; for the whole city in how many places there are any."""
    found = queries.running_rounds(None if place_id is None else [place_id])
    if place_id is None:
        states = [one.state for one in found]
        collecting = sum(state in (RoundState.COLLECTING, RoundState.REVIEWING) for state in states)
        numbers = {"征集": collecting, "发布": states.count(RoundState.PUBLISHED)}
        return [f"{number} 个社区正在{what}" for what, number in numbers.items() if number]
    told: dict[str, str] = {
        RoundState.COLLECTING: "正在征集，到{0.collect_until.month}月{0.collect_until.day}日截止",
        RoundState.REVIEWING: "正在审核",
        RoundState.PUBLISHED: "正在发布，到{0.publish_until.month}月{0.publish_until.day}日",
    }
    return [f"第 {one.number} 期 {one.title}：{told[one.state].format(one)}" for one in found]
