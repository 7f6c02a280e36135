"""What anybody who stands there reads: the wall, activities, the shop, the offices. As a guest does: nothing of a person."""

from datetime import timedelta
from typing import Any

from flask import Response, send_from_directory

from backend import clock
from backend.console.frame.offices import offices
from backend.console.frame.page import OWN, asked_number
from backend.console.kiosk.terminal import PUBLIC, Visit, bp, page, render
from backend.errors import NotFound
from backend.identity.sessions import GUEST
from backend.opening_hours import in_words
from backend.supermarket import queries as market
from backend.supermarket.models import ItemKind
from backend.volunteering import queries as volunteering
from backend.volunteering.models import Activity, ActivityState
from backend.wishes import queries as wishes

ON_A_PAGE = 8
# Of a shelf and of the coming weeks; whoever wants more of it asks.
MOST = 60
WEEKS = 4


@bp.get("/worker.js")
def worker() -> Response:
    """Says that the server is away, in our own words, when it is: a browser's fault page has no way back."""
    answer = send_from_directory(OWN, "kiosk_worker.js")
    answer.headers["Service-Worker-Allowed"] = "/kiosk"
    return answer


worker.guard = PUBLIC  # type: ignore[attr-defined]


@page("")
def home(visit: Visit) -> Any:
    return render("home")


@page("/wishes")
def wall(visit: Visit) -> Any:
    last = max(1, -(-wishes.count_on_the_wall(visit.community_id) // ON_A_PAGE))
    number = min(max(asked_number("page", 1), 1), last)
    rows = wishes.public_wall(visit.community_id, (number - 1) * ON_A_PAGE, ON_A_PAGE)
    return render("wall", rows=rows, number=number, last=last)


@page("/activities")
def activities(visit: Visit) -> Any:
    today = clock.today()
    found = volunteering.activities(
        community_id=visit.community_id,
        category=None,
        state=(ActivityState.PUBLISHED,),
        first_day=today,
        last_day=today + timedelta(weeks=WEEKS),
        actor=GUEST,
    ).rows(MOST)
    return render("activities", rows=volunteering.view_activities(found, actor=GUEST))


def public_activity(activity_id: int) -> Activity:
    """Raises NotFound for a draft and for what was taken down."""
    return volunteering.one(activity_id, actor=GUEST)


@page("/shop")
def shop(visit: Visit) -> Any:
    shops = market.view_shops(market.shops(visit.community_id).rows(MOST))
    shelves = [
        (
            one,
            in_words(one.opening_hours),
            market.view_items(market.items(one.id, ItemKind.GOODS, actor=GUEST).rows(MOST), actor=GUEST),
        )
        for one in shops
    ]
    return render("shop", shelves=shelves)


def public_item(item_id: int) -> Any:
    """Goods on a shelf. Raises NotFound for anything else: a venue has its days and hours, and is booked elsewhere."""
    found = market.item(item_id)
    if found.kind != ItemKind.GOODS or not found.on_shelf:
        raise NotFound()
    return market.view_items([found], actor=GUEST)[0]


@page("/offices")
def all_offices(visit: Visit) -> Any:
    found = offices()
    here = [one for one in found if one.id == visit.community_id]
    return render("offices", rows=[*here, *(one for one in found if one.id != visit.community_id)])
