"""The first screen of the mini-program in one call: what a community has now, and what waits for whoever looks.

A screen is read on a bad line: each part is a few cards, without what only the page of the thing shows.
"""

from dataclasses import dataclass

from backend.errors import NotFound
from backend.journal import Actor
from backend.ledger import queries as ledger
from backend.organisations import queries as places
from backend.organisations.queries import OfficeView
from backend.outbox import queries as outbox
from backend.people import guests
from backend.people import queries as people
from backend.reports.to_do import to_do
from backend.supermarket import card_queries as shops
from backend.supermarket.card_queries import ShopCard
from backend.volunteering import card_queries as activities
from backend.volunteering.views import ActivityView
from backend.wishes import wall_queries
from backend.wishes.views import RoundCard, WishView

WISHES, ACTIVITIES, ITEMS = 5, 5, 4


@dataclass(frozen=True)
class MyCard:
    """Of who looks: the points that can be spent, what is new and how much waits."""

    id: int
    nickname: str
    points: int
    unread_notices: int
    to_do: int


@dataclass(frozen=True)
class FirstScreen:
    community: OfficeView
    round: RoundCard | None
    wishes: list[WishView]
    activities: list[ActivityView]
    shop: ShopCard | None
    me: MyCard | None


def first_screen(community_id: int | None, *, actor: Actor) -> FirstScreen:
    """Of a community: the one that was asked for, else where the person lives, else the first. Raises NotACommunity."""
    here = places.community(community_id or _usual(actor))
    return FirstScreen(
        community=places.view_office(here),
        round=wall_queries.round_now(here.id, actor=actor),
        wishes=list(wall_queries.wall(community_id=here.id, actor=actor).read(None, WISHES)),
        activities=activities.coming(here.id, ACTIVITIES, actor=actor),
        shop=shops.shop_of(here.id, ITEMS, actor=actor),
        me=None if guests.is_guest(actor) else _me(actor),
    )


def _usual(actor: Actor) -> int:
    home = None if guests.is_guest(actor) else people.home(actor.id)
    first = home.community_id if home else places.first_community()
    if first is None:
        raise NotFound()
    return first


def _me(actor: Actor) -> MyCard:
    return MyCard(
        id=actor.id,
        nickname=people.nickname(actor.id),
        points=ledger.balance(actor.id)["available"],
        unread_notices=outbox.unread(actor.id),
        to_do=sum(one.count for one in to_do(actor=actor)),
    )
