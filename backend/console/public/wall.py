"""What the hall's screen shows: the wall page by page, the week's activities, the rounds. Nothing of a person."""

from typing import Any

from backend.errors import NotFound
from backend.organisations import queries as places
from backend.volunteering import calendar_queries
from backend.wishes import queries
from backend.wishes.kinds import RoundState

ON_A_PAGE = 9
MOST_PAGES = 8


def place_name(place_id: int | None) -> str | None:
    """The name of the community that a screen stands in. Raises NotFound for anything else."""
    if place_id is None:
        return None
    found = places.get(place_id)
    if found.kind != "community":
        raise NotFound()
    return found.name


def pages(place_id: int | None) -> int:
    """How many pages there are to turn: the newest, as far as anyone will wait for them."""
    return max(1, min(MOST_PAGES, -(-queries.count_on_the_wall(place_id) // ON_A_PAGE)))


def page_of_wishes(place_id: int | None, number: int) -> list[Any]:
    """One page: what still waits first, then the newest."""
    return queries.public_wall(place_id, (number - 1) * ON_A_PAGE, ON_A_PAGE)


def week(place_id: int | None) -> list[Any]:
    """Activities of the next seven days that anyone may join or see, the next one first."""
    return calendar_queries.coming_week(place_id, ON_A_PAGE)


def round_sentences(place_id: int | None) -> list[str]:
    """A sentence for each round that runs here; for the whole city how many there are."""
    found = queries.running_rounds(None if place_id is None else [place_id])
    if place_id is None:
        states = [one.state for one in found]
        live = sum(state in (RoundState.COLLECTING, RoundState.REVIEWING) for state in states)
        return (
            [f"{live} 个社区正在征集", f"{states.count(RoundState.PUBLISHED)} 个社区正在发布"]
            if found
            else []
        )
    told: dict[str, str] = {
        RoundState.COLLECTING: "正在征集，到{0.collect_until.month}月{0.collect_until.day}日截止",
        RoundState.REVIEWING: "正在审核",
        RoundState.PUBLISHED: "正在发布，到{0.publish_until.month}月{0.publish_until.day}日",
    }
    return [f"第 {one.number} 期 {one.title}：{told[one.state].format(one)}" for one in found]
