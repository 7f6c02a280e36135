"""Places and days in figures: wishes, hours, points, goods. Reads only; of persons it knows only sums."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.ledger import bookings
from backend.people.kinds import ResidencyState
from backend.people.models import Residency
from backend.supermarket.models import Item, Shop
from backend.volunteering import days
from backend.volunteering.limits import IN_FORCE
from backend.volunteering.record_models import ServiceDay, ServiceRecord
from backend.wishes.kinds import WishState
from backend.wishes.models import Claim, Wish

Places = list[tuple[int, str]]
# By community, beside each other: the names of the places, and for each part their numbers.
Stacks = tuple[list[str], dict[str, list[int]]]
# How many goods that run out are shown; the shop's own page has them all.
MOST_GOODS = 12

STAGES = (
    ("待审核", (WishState.SUBMITTED, WishState.SENT_BACK)),
    ("没有受理", (WishState.DECLINED, WishState.REFERRED, WishState.WITHDRAWN, WishState.MERGED)),
    ("待发布", (WishState.ACCEPTED, WishState.CARRIED_OVER)),
    ("等待认领", (WishState.PUBLISHED, WishState.ESCALATED)),
    ("办理中", (WishState.CLAIMED, WishState.FULFILLED)),
    ("已点亮", (WishState.CONFIRMED,)),
    ("办结未回访", (WishState.CLOSED_UNCONFIRMED,)),
    ("已撤下", (WishState.TAKEN_DOWN,)),
)
DAYS = ((1, "1 天内"), (3, "2–3 天"), (7, "4–7 天"), (14, "8–14 天"), (30, "15–30 天"), (10**6, "30 天以上"))


def wishes_of(community_ids: list[int], first: date, last: date) -> list[Any]:
    """Rows of wishes submitted in these days, each with its current claim."""
    wanted = (
        sa.select(
            Wish.community_id,
            Wish.state,
            Wish.category,
            Wish.solved,
            Wish.satisfaction,
            Wish.published_at,
            Claim.claimed_at,
            Claim.fulfilled_at,
        )
        .outerjoin(Claim, sa.and_(Claim.wish_id == Wish.id, Claim.is_current))
        .where(
            Wish.community_id.in_(community_ids),
            Wish.submitted_at >= clock.day_starts(first),
            Wish.submitted_at < clock.day_ends(last),
        )
    )
    return list(session.execute(wanted))


def stages(told: list[Any]) -> dict[str, int]:
    counted = Counter(row.state for row in told)
    return {label: sum(counted[state] for state in states) for label, states in STAGES}


def by_community(told: list[Any], places: Places) -> Stacks:
    """Stages of each community, in the order of the places."""
    counted = Counter((row.community_id, row.state) for row in told)
    return [name for _one, name in places], {
        label: [sum(counted[one, state] for state in states) for one, _name in places]
        for label, states in STAGES
    }


def days_to_claim(told: list[Any]) -> dict[str, int]:
    """From the publication to the claim that stood; a wish that waited two rounds counts from the last."""
    return _in_days((row.published_at, row.claimed_at) for row in told)


def days_to_fulfil(told: list[Any]) -> dict[str, int]:
    return _in_days((row.claimed_at, row.fulfilled_at) for row in told)


def _in_days(pairs: Any) -> dict[str, int]:
    counted = dict.fromkeys((label for _most, label in DAYS), 0)
    for begun, ended in pairs:
        if begun is not None and ended is not None and ended >= begun:
            took = (ended - begun).total_seconds() / 86400
            counted[next(label for most, label in DAYS if took <= most)] += 1
    return counted


def solved(told: list[Any]) -> dict[str, int]:
    """What wishers said; silence is counted as silence, not as yes."""
    return {
        "解决了": sum(row.solved is True for row in told),
        "没有解决": sum(row.solved is False for row in told),
        "没有回访到": sum(row.state == WishState.CLOSED_UNCONFIRMED for row in told),
    }


def satisfaction(told: list[Any]) -> dict[str, int]:
    counted = Counter(row.satisfaction for row in told)
    return {f"{value} 分": counted[value] for value in (5, 4, 3, 2, 1)}


def categories(told: list[Any]) -> dict[str, int]:
    return dict(Counter(row.category for row in told).most_common())


def hours_by_month(community_ids: list[int], first: date, last: date) -> dict[str, float]:
    """Hours certified for service in these days, by the month of the service; months without any are there."""
    minutes = dict.fromkeys(_months(first, last), 0)
    wanted = _service(community_ids, first, last, days.DAY)
    for day, _community, served in session.execute(wanted.group_by(days.DAY)):
        minutes[f"{day:%Y-%m}"] += int(served)
    return {month: _hours(served) for month, served in minutes.items()}


def hours_by_community(places: Places, first: date, last: date) -> dict[str, float]:
    """The same by the community that recorded it, in the order of the places."""
    wanted = _service([one for one, _name in places], first, last, sa.null())
    minutes = {row[1]: int(row[2]) for row in session.execute(wanted.group_by(ServiceRecord.community_id))}
    return {name: _hours(minutes.get(one, 0)) for one, name in places}


def _service(community_ids: list[int], first: date, last: date, day: Any) -> sa.Select[Any]:
    community = sa.func.min(ServiceRecord.community_id)
    return (
        sa.select(day, community, sa.func.sum(days.MINUTES))
        .select_from(ServiceRecord)
        .outerjoin(ServiceDay, days.DAYS_OF_RECORD)
        .where(ServiceRecord.community_id.in_(community_ids), days.DAY.between(first, last), IN_FORCE)
    )


def _hours(minutes: int) -> float:
    return round(minutes / 60, 1)


def _months(first: date, last: date) -> list[str]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    begun = first.year * 12 + first.month - 1
    return [f"{(begun + at) // 12}-{(begun + at) % 12 + 1:02d}" for at in range(count)]


def points_by_community(places: Places, first: date, last: date) -> Stacks:
    """Points given in each community's name in these days, and redeemed in its shops; what was taken back or
    returned is taken off."""
    booked = bookings.sums([one for one, _name in places], clock.day_starts(first), clock.day_ends(last))
    parts = {"发放": "issued", "兑换": "redeemed"}
    return [name for _one, name in places], {
        label: [max(0, booked[one][part]) for one, _name in places] for label, part in parts.items()
    }


def points_ending(community_ids: list[int], months: int = 6) -> dict[str, int]:
    """What residents of these communities have together that ends soon, by the month of its last day."""
    homes = sa.select(Residency.person_id).where(
        Residency.community_id.in_(community_ids), Residency.state == ResidencyState.VERIFIED
    )
    today = clock.today()
    last = date(today.year + (today.month + months - 1) // 12, (today.month + months - 1) % 12 + 1, 1)
    return bookings.ending(homes, today, last - timedelta(days=1))


def running_out(community_ids: list[int]) -> dict[str, int]:
    """Goods on the shelf of which no more is left than the keeper set as little, in the order of the shops."""
    free = Item.on_hand - Item.reserved
    wanted = (
        sa.select(Shop.name, Item.name, free)
        .select_from(Item)
        .join(Shop, Shop.id == Item.shop_id)
        .where(
            Shop.community_id.in_(community_ids),
            Item.on_shelf,
            Item.low_stock.is_not(None),
            free <= Item.low_stock,
        )
        .order_by(Shop.id, Item.id)
        .limit(MOST_GOODS)
    )
    return {f"{item}（{shop}）": int(left) for shop, item, left in session.execute(wanted)}
