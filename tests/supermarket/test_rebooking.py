"""改时段: a venue for another time in one step, and nothing lost where that time cannot be had."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.outbox import queries as outbox
from backend.supermarket import timetable
from backend.supermarket.actions import approvals, baskets, rebooking, series
from backend.supermarket.models import Redemption, Slot
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


@pytest.fixture
def hall(town, shop):
    """A person books it twice in a quarter at most."""
    return cast.venue(town, shop, points=60, limit_per_person=2)


def rebook(town, order_id, slots, name="tong", reason="本人来电要求"):
    with transaction():
        return rebooking.rebook(order_id, slots, reason, actor=cast.by(town, name)).id


def live(order_id):
    session.rollback()
    wanted = sa.select(Slot.starts_at).where(Slot.redemption_id == order_id, Slot.live)
    return list(session.scalars(wanted.order_by(Slot.starts_at)))


def test_the_new_time_is_an_order_of_its_own_and_the_former_one_ends(town, shop, hall):
    first, second, third = cast.slot_ids(hall)[:3]
    former = cast.booked(town, shop, [first, second])
    with transaction():
        approvals.approve(former, actor=cast.by(town, "lan"))
    # All their points and their whole limit are in the former one, and one hour of it is kept.
    made = rebook(town, former, [second, third])
    assert (cast.order(former).state, cast.order(made).state) == ("cancelled", "requested")
    assert (live(former), live(made)) == ([], [timetable.begins(second), timetable.begins(third)])
    assert cast.purse(town, "wulan") == (0, 120)
    told = {one.kind: one.body for one in outbox.inbox(town.person("wulan").id, None, 4)}
    assert f"改到 {timetable.begins(second):%m月%d日 %H:%M}" in told["redemption_cancelled"]
    assert "120 积分已退回" in told["redemption_cancelled"]
    assert cast.order(made).number in told["redemption_requested"]


@pytest.mark.parametrize("asked", ["taken", "not offered", "none", "beyond the limit"])
def test_where_the_new_time_cannot_be_had_the_former_one_stands_as_it_was(town, shop, hall, asked):
    first, second, *others = cast.slot_ids(hall)
    former = cast.booked(town, shop, [first])
    with transaction():
        approvals.approve(former, actor=cast.by(town, "lan"))
    cast.rich(town, "ning")
    cast.booked(town, shop, [second], "ning")
    orders = cast.count(Redemption)
    before = cast.code(former), cast.purse(town, "wulan"), live(former)
    slots = {"taken": [second], "not offered": [first + 7], "none": [], "beyond the limit": others[:3]}
    refusals = (baskets.SlotTaken, baskets.SlotNotOffered, baskets.NothingAsked, baskets.LimitReached)
    with pytest.raises(refusals):
        rebook(town, former, slots[asked])
    assert cast.order(former).state == "approved"
    assert (cast.code(former), cast.purse(town, "wulan"), live(former)) == before
    assert cast.count(Redemption) == orders


def test_one_week_of_a_series_moves_and_stays_in_it(town, shop):
    court = cast.venue(town, shop, points=5)
    with transaction():
        orders = series.request_series(shop, cast.slot_ids(court)[:1], 3, actor=cast.by(town, "wulan"))
        first, second, _third = (one.id for one in orders)
    made = rebook(town, second, cast.slot_ids(court, 9)[:1])
    assert (cast.order(made).series_id, cast.order(second).state) == (first, "cancelled")


def test_who_may_not_cancel_it_or_not_book_for_them_moves_nothing(town, shop, hall):
    slots = cast.slot_ids(hall)
    former = cast.booked(town, shop, slots[:1])
    # The keeper books for residents and cancels nobody's; the owner does both on the phone.
    for name, refusal in (("bu", NotAllowed), ("wulan", NotAllowed), ("ning", NotFound), ("bai", NotFound)):
        with pytest.raises(refusal):
            rebook(town, former, slots[1:2], name)
    with pytest.raises(InvalidInput) as refused:
        rebook(town, former, slots[1:2], reason="改")
    assert "reason" in refused.value.facts
    goods = cast.asked(town, shop, {cast.goods(town, shop): 1}, "ning")
    with pytest.raises(timetable.NotAVenue):
        rebook(town, goods, slots[1:2])
    assert cast.order(former).state == "requested"


def test_what_has_begun_is_moved_no_more(town, shop, hall):
    slots = cast.slot_ids(hall)
    former = cast.booked(town, shop, slots[:1])
    with transaction():
        approvals.approve(former, actor=cast.by(town, "lan"))
    with clock.frozen_at(timetable.begins(slots[0])), pytest.raises(approvals.SlotRunning):
        rebook(town, former, slots[1:2])
