"""318 wishes: so many of each end as the figures promise, over all rounds and communities."""

from collections.abc import Callable

from backend.seeds.stories import Story
from backend.seeds.tieli import named_wishes, wish_words
from backend.seeds.tieli import wish_stories as told
from backend.seeds.tieli.city import City, Community
from backend.seeds.tieli.rounds import Opened, opening, running

BY_CARD = 0.55


def stories(city: City) -> list[Story]:
    """The rounds of every community, and every wish of the figures."""
    opened: Opened = {}
    numbers = range(1, city.figures.rounds + 1)
    rounds = [running(city, one, number, opened) for number in numbers for one in city.communities]
    return [opening(city, opened), *rounds, *named_wishes.stories(city), *_unnamed(city)]


def _unnamed(city: City) -> list[Story]:
    figures, last = city.figures, city.figures.rounds
    wanted: list[tuple[int, Callable[[told.Plan], Story], tuple[int, int]]] = [
        (figures.lit - named_wishes.LIT, told.lit, (1, last)),
        (figures.claimed - named_wishes.CLAIMED, told.claimed, (last, last)),
        (figures.escalated, told.unclaimed, (1, last - 2)),
        (figures.refused, told.refused, (1, last)),
        (figures.withdrawn, told.withdrawn, (1, last)),
        (figures.released, told.released, (last - 1, last - 1)),
    ]
    number, found = 0, []
    for wishes, story, (first, final) in wanted:
        # 松涛 has nothing on the wall: its last round has ended.
        places = city.communities[1:] if story is told.released else city.communities
        for turn in range(wishes):
            in_round = first + turn % (final - first + 1)
            found.append(story(_plan(city, number, places[number % len(places)], in_round)))
            number += 1
    return found


def _plan(city: City, number: int, place: Community, in_round: int) -> told.Plan:
    chance = city.chance(f"wish:{number}")
    if place.card_holders and chance.random() < BY_CARD:
        wisher, grid = city.next_of(f"card:{place.id}", place.card_holders)
    else:
        wisher, grid = city.next_of(f"resident:{place.id}", place.residents), None
    days = (chance.randint(0, 9), chance.randint(0, 5), chance.randint(2, 6), chance.randint(1, 5))
    return told.Plan(city, place, in_round, wish_words.wanted(number), wisher, grid, days)
