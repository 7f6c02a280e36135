"""The front page: for somebody who has heard of it and wants to know what it is, where to go and whom to ask."""

from dataclasses import dataclass
from typing import Any

from backend.opening_hours import in_words
from backend.organisations import queries as places
from backend.supermarket import queries as market
from backend.volunteering import calendar_queries

# A county has some twenty communities; a page of more would be no page.
MOST_COMMUNITIES = 60
MOST_SHOPS = 60
ACTIVITIES = 6


@dataclass(frozen=True)
class Office:
    """A community: its wall, and how its office is reached."""

    id: int
    name: str
    telephone: str | None
    hours: str
    address: str | None


@dataclass(frozen=True)
class ShopCard:
    """A shop as somebody who walks there needs it."""

    name: str
    community: str
    address: str
    hours: str


def offices() -> list[Office]:
    found = places.children(None, "community").rows(MOST_COMMUNITIES)
    return [
        Office(one.id, one.name, one.telephone, in_words(one.opening_hours or []), one.address)
        for one in found
    ]


def shops() -> list[ShopCard]:
    found = market.view_shops(market.shops(None).rows(MOST_SHOPS))
    return [ShopCard(one.name, one.community_name, one.address, in_words(one.opening_hours)) for one in found]


def activities() -> list[Any]:
    return calendar_queries.coming_week(None, ACTIVITIES)
