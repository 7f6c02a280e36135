"""What stands on the map: offices, activities of the coming days, and how many wishes there are where.

No wish of one home is a point. Wishes are counted by grid for staff and by community for everybody, and a number below
FEWEST is not told: a grid with so few is counted with the others of its community.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend import clock
from backend.opening_hours import in_words
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.volunteering import calendar_queries
from backend.wishes import map_queries
from backend.wishes.map_queries import Counted

FEWEST = 5
# A county has some twenty communities and a few hundred grids.
MOST_PLACES = 2000
MOST_ACTIVITIES = 60
DAYS = 14
# What of a year ago is lit is no longer this year's picture.
LIT_DAYS = 365


@dataclass(frozen=True)
class Spot:
    """Something at a point: what it is (`office`, `wishes`, `activity`), the id of the place or the activity, and what is
    said of it."""

    kind: str
    id: int
    name: str
    latitude: float
    longitude: float
    lines: tuple[str, ...] = ()


def public() -> list[Spot]:
    """The city as anybody sees it."""
    communities = places.children(None, "community").rows(MOST_PLACES)
    counted = map_queries.on_the_wall(None, clock.now() - timedelta(days=LIT_DAYS))
    return [*_offices(communities), *_wishes(communities, [], counted), *_activities(None)]


def of_staff(community_ids: Collection[int]) -> list[Spot]:
    """These communities, their wishes by grid where somebody has said where the grid lies."""
    communities = [
        one for one in places.children(None, "community").rows(MOST_PLACES) if one.id in community_ids
    ]
    grids = [one for one in places.children(None, "grid").rows(MOST_PLACES) if one.parent_id in community_ids]
    counted = map_queries.on_the_wall(community_ids, clock.now() - timedelta(days=LIT_DAYS))
    return [*_offices(communities), *_wishes(communities, grids, counted), *_activities(community_ids)]


def without_a_point(community_ids: Collection[int]) -> list[tuple[int, str]]:
    """Communities and grids of these that nobody has placed yet."""
    found = [
        one
        for kind in ("community", "grid")
        for one in places.children(None, kind).rows(MOST_PLACES)
        if one.latitude is None and (one.id in community_ids or one.parent_id in community_ids)
    ]
    return [(one.id, one.name) for one in found]


def _offices(communities: Sequence[Organisation]) -> Iterator[Spot]:
    for one in communities:
        said = (one.address, in_words(one.opening_hours or []), one.telephone)
        yield from _at(one, "office", tuple(line for line in said if line))


def _wishes(
    communities: Sequence[Organisation], grids: Sequence[Organisation], counted: Sequence[Counted]
) -> Iterator[Spot]:
    """Each grid that is placed and has enough of them by itself, everything else with its community."""
    placed = {one.id: one for one in grids if one.latitude is not None}
    own: dict[int | None, Counted] = {
        one.grid_id: one for one in counted if one.grid_id in placed and enough(one)
    }
    for grid_id, one in own.items():
        yield from _at(placed[grid_id or 0], "wishes", numbers_in_words(one))
    for community in communities:
        rest = [one for one in counted if one.community_id == community.id and one not in own.values()]
        if rest:
            apart = any(one.community_id == community.id for one in own.values())
            name = f"{community.name}{'（其余网格）' if apart else ''}"
            whole = Counted(community.id, None, sum(one.open for one in rest), sum(one.lit for one in rest))
            yield from _at(community, "wishes", numbers_in_words(whole), name)


def enough(one: Counted) -> bool:
    """Whether both numbers may be told of a grid by themselves; none at all tells nothing of anybody."""
    return all(number == 0 or number >= FEWEST for number in (one.open, one.lit)) and one.open + one.lit > 0


def numbers_in_words(one: Counted) -> tuple[str, str]:
    """Both numbers in words, small ones hidden."""
    return f"心愿墙上还没点亮的 {_number(one.open)} 个", f"近一年点亮的 {_number(one.lit)} 个"


def _number(count: int) -> str:
    return str(count) if count == 0 or count >= FEWEST else f"不足 {FEWEST}"


def _activities(community_ids: Collection[int] | None) -> Iterator[Spot]:
    for one in calendar_queries.coming_places(community_ids, DAYS, MOST_ACTIVITIES):
        starts = one.starts_at.astimezone(clock.CHINA)
        where = one.place if one.own_point else f"{one.place}（按社区办公室的位置）"
        lines = (f"{starts:%m月%d日 %H:%M}", where, one.community)
        yield Spot("activity", one.id, one.title, one.latitude, one.longitude, lines)


def _at(place: Organisation, kind: str, lines: tuple[str, ...], name: str | None = None) -> Iterator[Spot]:
    """At the place's point, if it has one."""
    if place.latitude is not None and place.longitude is not None:
        yield Spot(kind, place.id, name or place.name, place.latitude, place.longitude, lines)
