"""每周预订: a venue booked at the same time of several weeks. Each time is an order of its own, with the first one's id as
that of the series, so that it is approved, used or cancelled by itself.

Nobody blocks a venue: a series reaches no further than any booking, counts towards the same limits, and a person has
one of a venue at a time.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session, sql_list
from backend.errors import StateConflict
from backend.journal import Actor
from backend.ledger.posting import lock_purse
from backend.people.on_behalf import OnBehalf, acting_for
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, timetable
from backend.supermarket.actions import baskets, requests
from backend.supermarket.models import OPEN_STATES, Redemption, Slot

_OPEN = sa.text(f"redemptions.state IN {sql_list(OPEN_STATES)}")
_WEEK = 7 * 24 * 60


class DatesNotFree(StateConflict):
    message = "这几天订不到：{days}。可以不订这几天，再提交一次"


class SeriesStands(StateConflict):
    message = "这个场地已经有一组没有用完的每周预订，用完或取消后才能再订一组"


def request_series(
    shop_id: int,
    slot_ids: Sequence[int],
    weeks: int,
    *,
    leave_out: Collection[date] = (),
    on_behalf_of: OnBehalf = None,
    actor: Actor,
    **more: Any,
) -> list[Redemption]:
    """An order for these slots in each of so many weeks, but on the days to `leave_out`: all of them or none. `more` as
    in `requests.request`.

    Raises DatesNotFree with the days that fail, SeriesStands, and what `requests.request` refuses.
    """
    person_id = acting_for(on_behalf_of, Permission.REDEMPTION_REQUEST_FOR, actor=actor).person_id
    # Two series of one person are asked for one after the other.
    lock_purse(person_id)
    wanted = {day: ids for day, ids in _days(slot_ids, weeks).items() if day not in leave_out}
    if failing := _failing(shop_id, wanted):
        days = "、".join(f"{day:%m月%d日}（{why}）" for day, why in failing.items())
        told = [{"date": day.isoformat(), "reason": why} for day, why in failing.items()]
        raise DatesNotFree(days=days, dates=told)
    _check_none_stands({timetable.venue_of(one) for one in slot_ids}, person_id)
    if not wanted:
        raise baskets.NothingAsked()
    orders = [
        requests.request(shop_id, [], slot_ids=ids, on_behalf_of=on_behalf_of, actor=actor, **more)
        for _day, ids in sorted(wanted.items())
    ]
    for order in orders:
        order.series_id = orders[0].id
    session.flush()
    return orders


def failing_days(shop_id: int, slot_ids: Sequence[int], weeks: int) -> dict[date, str]:
    """On which days of a series it cannot be booked, and why."""
    return _failing(shop_id, _days(slot_ids, weeks))


def _days(slot_ids: Sequence[int], weeks: int) -> dict[date, list[int]]:
    """The slots of each week, by the day of the first of them. A slot's id counts minutes, so a week later is a sum."""
    if not slot_ids:
        raise baskets.NothingAsked()
    first = clock.business_day(min(timetable.begins(one) for one in slot_ids))
    return {
        first + timedelta(weeks=week): [one + week * _WEEK for one in slot_ids]
        for week in range(min(weeks, limits.SERIES_MAX))
    }


def _failing(shop_id: int, wanted: dict[date, list[int]]) -> dict[date, str]:
    shop = queries.shop(shop_id)
    venues = {venue: queries.item(venue) for ids in wanted.values() for venue in map(timetable.venue_of, ids)}
    found = {}
    for day, ids in sorted(wanted.items()):
        offers = [timetable.offered(venues[timetable.venue_of(one)], shop, one) for one in ids]
        if day > timetable.last_day():
            found[day] = "还不能预订"
        elif any(offer is None for offer in offers):
            found[day] = "不开放"
        elif not all(offer and offer.free for offer in offers):
            found[day] = "已被预订"
    return found


def _check_none_stands(venues: set[int], person_id: int) -> None:
    standing = (
        sa.select(Redemption.id)
        .join(Slot, Slot.redemption_id == Redemption.id)
        .where(
            _OPEN,
            Redemption.person_id == person_id,
            Redemption.series_id.is_not(None),
            Redemption.starts_at > clock.now(),
            Slot.item_id.in_(venues),
        )
    )
    if session.scalar(standing.limit(1)) is not None:
        raise SeriesStands()
