"""What staff read of all shops of their places; what waits for them is in queues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session, view_of
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.masking import level_of
from backend.people.permissions import Permission
from backend.supermarket import queries, states, timetable
from backend.supermarket.labels import JOURNAL_VERBS
from backend.supermarket.models import Item, ItemKind, Line, Redemption, Shop, Slot
from backend.supermarket.stock_models import Batch
from backend.supermarket.views import GoodsView, RedemptionView, Step, content

_LEFT = sa.text("batches.on_hand > 0")
_REQUEST = "request"


def shops(word: str, *, actor: Actor) -> list[Shop]:
    """The shops in whose place this word is granted, in the order of their ids."""
    reach = permissions.reach_of(actor.id, word)
    return list(session.scalars(sa.select(Shop).where(Shop.community_id.in_(reach)).order_by(Shop.id)))


def item(item_id: int, word: str, *, actor: Actor) -> tuple[Item, Shop]:
    """An item in whose shop's place `actor` is granted `word`. Raises NotFound, NotAllowed."""
    found = queries.item(item_id)
    return found, queries.shop_of_staff(found.shop_id, word, actor=actor)


# --- orders ------------------------------------------------------------------------------------------


def orders_of_resident(person_id: int, *, actor: Actor) -> KeysetQuery:
    """A resident's orders in the shops whose orders this person reads, the newest first."""
    reach = permissions.reach_of(actor.id, Permission.REDEMPTION_READ)
    wanted = sa.select(Redemption).where(
        Redemption.person_id == person_id, Redemption.community_id.in_(reach)
    )
    return KeysetQuery(wanted, (Redemption.id.desc(),))


def contents(orders: Sequence[Redemption]) -> dict[int | None, str]:
    """What each order is for, in a few words."""
    lines = session.scalars(
        sa.select(Line).where(Line.redemption_id.in_([one.id for one in orders])).order_by(Line.item_id)
    )
    told: dict[int, list[Line]] = {}
    for line in lines:
        told.setdefault(line.redemption_id, []).append(line)
    return {key: content(parts) for key, parts in told.items()}


def timeline(order: RedemptionView) -> list[Step]:
    """What happened to the order, first things first, for staff who view it: colleagues by name, residents masked.

    Why it was asked for on behalf of somebody is told as the view tells it.
    """
    found = [line for line in journal.lines("redemption", order.id) if line.to_state]
    names = people.officer_names({line.actor_id for line in found if line.actor_id})
    names[order.person_id] = order.person_name
    labels = {**JOURNAL_VERBS["redemption"], **{move.name: move.label for move in states.REDEMPTION_MOVES}}
    return [
        Step(
            line.at,
            labels.get(line.verb, line.verb),
            names.get(line.actor_id, "系统"),
            order.on_behalf_reason if line.verb == _REQUEST else line.reason,
        )
        for line in found
    ]


# --- stock -------------------------------------------------------------------------------------------


def first_days(shop_id: int) -> dict[int, date]:
    """By item of a shop: the first best-before day among what is left of it."""
    rows = session.execute(
        sa.select(Batch.item_id, sa.func.min(Batch.best_before))
        .join(Item, Item.id == Batch.item_id)
        .where(Item.shop_id == shop_id, _LEFT, Batch.best_before.is_not(None))
        .group_by(Batch.item_id)
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


# --- venues ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Booked:
    """A time of a venue that an order has taken."""

    starts_at: datetime
    ends_at: datetime
    order_id: int
    number: str
    state: str
    person: str


def week(venue_id: int, monday: date) -> dict[date, list[timetable.Offered]]:
    """A venue's slots on each of seven days, in order; a closed day has none."""
    venue = queries.item(venue_id)
    shop = queries.shop(venue.shop_id)
    days = [monday + timedelta(days=later) for later in range(7)]
    return {day: timetable.slots_of(venue, shop, day) for day in days}


def bookings(venue_id: int, first: date, last: date, *, actor: Actor) -> list[Booked]:
    """What is booked of a venue in these days, in order; also outside of its hours. By whom: in full for who works with
    the orders of this very community."""
    rows = session.execute(
        sa.select(Slot.starts_at, Slot.ends_at, Redemption)
        .join(Redemption, Redemption.id == Slot.redemption_id)
        .where(
            Slot.item_id == venue_id,
            sa.text("venue_slots.live"),
            Slot.starts_at >= clock.day_starts(first),
            Slot.starts_at < clock.day_ends(last),
        )
        .order_by(Slot.starts_at)
    ).all()
    place = queries.shop(queries.item(venue_id).shop_id).community_id
    level = level_of(permissions.permissions_in(actor.id, place), *queries.WORK_WITH_ORDERS)
    names = people.masked_names({row[2].person_id for row in rows}, level)
    return [
        Booked(row[0], row[1], row[2].id, row[2].number, row[2].state, names[row[2].person_id])
        for row in rows
    ]


def goods(shop_id: int) -> list[GoodsView]:
    """A shop's goods by name, what is off the shelf too: what a stocktake counts."""
    wanted = sa.select(Item.id, Item.name, Item.unit).where(
        Item.shop_id == shop_id, Item.kind == ItemKind.GOODS
    )
    return [view_of(GoodsView, row) for row in session.execute(wanted.order_by(Item.name, Item.id))]
