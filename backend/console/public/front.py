"""The front page: for somebody who has heard of it and wants to know what it is, where to go and whom to ask."""

from dataclasses import dataclass
from typing import Any

from backend.opening_hours import in_words
from backend.supermarket import queries as market
from backend.volunteering import calendar_queries

# As many as there are communities.
MOST_SHOPS = 60
ACTIVITIES = 6


@dataclass(frozen=True)
class ShopCard:
    """A shop as somebody who walks there needs it."""

    name: str
    community: str
    address: str
    hours: str


def shops() -> list[ShopCard]:
    found = market.view_shops(market.shops(None).rows(MOST_SHOPS))
    return [ShopCard(one.name, one.community_name, one.address, in_words(one.opening_hours)) for one in found]


def activities() -> list[Any]:
    return calendar_queries.coming_week(None, ACTIVITIES)
