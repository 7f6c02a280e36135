"""Venues: slots from the opening hours, one order a slot, used or not shown."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, jobs
from backend.db import session, transaction
from backend.outbox import queries as outbox
from backend.supermarket import leaving, queries, stock_queries, timetable
from backend.supermarket.actions import approvals, baskets, deadlines, items, shops
from backend.supermarket.models import Shop, Slot
from backend.supermarket.states import RedemptionMovedOn
from backend.supermarket.timetable import NotAVenue
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


@pytest.fixture
def hall(town, shop):
    return cast.venue(town, shop, points=10)


def _run(name):
    (job,) = (job for job in deadlines.JOBS if job.name == f"supermarket.{name}")
    return jobs.run(job)


def _slots(item_id, days=1):
    return queries.slots(item_id, clock.today() + timedelta(days=days))


def test_slots_follow_opening_hours_and_length(town, shop, hall):
    with transaction():
        hours = [
            {"weekday": day, "opens": opens, "closes": closes}
            for day in range(1, 8)
            for opens, closes in (("09:00", "11:30"), ("14:00", "16:00"))
        ]
        shops.change_shop(shop, opening_hours=hours, actor=cast.by(town, "tong"))
        items.change(hall, {"slot_minutes": 60}, actor=cast.by(town, "bu"))
    starts = [f"{slot.starts_at.astimezone(clock.CHINA):%H:%M}" for slot in _slots(hall)]
    assert starts == ["09:00", "10:00", "14:00", "15:00"]
    assert all(slot.ends_at - slot.starts_at == timedelta(hours=1) for slot in _slots(hall))


def test_there_are_no_slots_on_closed_days_nor_too_far_ahead_nor_of_goods(town, shop, hall):
    tomorrow = clock.today() + timedelta(days=1)
    with transaction():
        shops.change_shop(shop, closed_days=[tomorrow], actor=cast.by(town, "tong"))
    assert _slots(hall) == []
    assert len(_slots(hall, 2)) == 8
    assert _slots(hall, config.settings().venue_days_ahead)
    assert _slots(hall, config.settings().venue_days_ahead + 1) == []
    with pytest.raises(NotAVenue):
        queries.slots(cast.goods(town, shop), tomorrow)


def test_a_slots_number_is_the_same_for_ever_and_counts_exactly_in_javascript(town, hall):
    (first, *_), (again, *_) = _slots(hall), _slots(hall)
    assert first == again
    assert timetable.venue_of(first.id) == hall
    assert timetable.begins(first.id) == first.starts_at
    assert timetable.slot_id(9_000_000, first.starts_at) < 2**53


def test_a_booked_slot_is_one_orders_until_it_gives_it_back(town, shop, hall):
    slots = cast.slot_ids(hall)
    order_id = cast.booked(town, shop, slots[2:4])
    found = cast.order(order_id)
    assert (found.item_kind, found.points) == ("venue", 20)
    assert cast.slot_ids(hall) == slots[:2] + slots[4:]
    with pytest.raises(baskets.SlotTaken):
        cast.booked(town, shop, slots[3:5], "ning")
    with transaction():
        approvals.cancel(order_id, actor=cast.by(town, "wulan"))
    assert cast.slot_ids(hall) == slots
    cast.booked(town, shop, slots[3:5], "ning")


def test_lines_and_slots_have_to_agree(town, shop, hall):
    slots = cast.slot_ids(hall)
    other = cast.venue(town, shop)
    for lines, chosen in (
        ({hall: 2}, slots[:1]),
        ({hall: 1}, []),
        ({other: 1}, slots[:1]),
        ({cast.goods(town, shop): 1}, slots[:1]),
        ({hall: 2}, [slots[0], slots[0]]),
    ):
        with pytest.raises(baskets.SlotsNeeded):
            cast.asked(town, shop, lines, slot_ids=chosen)
    assert cast.asked(town, shop, {hall: 1, other: 1}, slot_ids=[slots[0], cast.slot_ids(other)[0]])


def test_slots_that_are_not_offered_or_have_begun_are_refused(town, shop, hall):
    slots = cast.slot_ids(hall)
    with pytest.raises(baskets.SlotNotOffered):
        cast.booked(town, shop, [slots[0] + 7])
    with clock.frozen_at(timetable.begins(slots[1])), pytest.raises(baskets.SlotTaken):
        cast.booked(town, shop, [slots[1]])
    with pytest.raises(baskets.NotInThisShop):
        cast.booked(town, shop, [987654 * 10**8 + 5])


def test_a_new_timetable_does_not_cut_what_is_booked(town, shop, hall):
    slots = cast.slot_ids(hall)
    cast.booked(town, shop, slots[1:2])
    with transaction():
        items.change(hall, {"slot_minutes": 45}, actor=cast.by(town, "bu"))
    free = [slot for slot in _slots(hall) if slot.free]
    booked = session.scalars(sa.select(Slot).where(Slot.item_id == hall)).one()
    assert all(slot.ends_at <= booked.starts_at or slot.starts_at >= booked.ends_at for slot in free)
    assert len(free) == len(_slots(hall)) - 2


def test_the_limit_counts_slots(town, shop):
    court = cast.venue(town, shop, points=1, limit_per_person=2)
    slots = cast.slot_ids(court)
    cast.booked(town, shop, slots[:2])
    with pytest.raises(baskets.LimitReached):
        cast.booked(town, shop, slots[2:3])


def _approved(town, shop, slots):
    order_id = cast.booked(town, shop, slots)
    with transaction():
        approvals.approve(order_id, actor=cast.by(town, "tong"))
    return order_id


def test_a_venue_that_was_used_is_handed_over_with_the_code(town, shop, hall):
    order_id = _approved(town, shop, cast.slot_ids(hall)[:1])
    cast.hand_over(town, order_id)
    assert cast.order(order_id).state == "handed_over"
    assert cast.purse(town, "wulan") == (110, 0)


def test_a_slot_that_has_begun_is_not_cancelled_so_that_it_counts_towards_the_limit(town, shop):
    court = cast.venue(town, shop, points=10, limit_per_person=1)
    wulan, order_id = cast.by(town, "wulan"), _approved(town, shop, cast.slot_ids(court)[:1])
    with clock.frozen_at(cast.order(order_id).starts_at - timedelta(seconds=1)):
        assert queries.view_redemptions([cast.order(order_id)], actor=wulan)[0].actions == ["cancel"]
    with clock.frozen_at(cast.order(order_id).starts_at):
        assert queries.view_redemptions([cast.order(order_id)], actor=wulan)[0].actions == []
        for reason, who in ((None, "wulan"), ("不来了", "tong")):
            with pytest.raises(approvals.SlotRunning), transaction():
                approvals.cancel(order_id, reason, actor=cast.by(town, who))
        assert cast.purse(town, "wulan") == (110, 10)
        with transaction():
            leaving.cancel_all(wulan.id, actor=wulan)
    assert (cast.order(order_id).state, cast.purse(town, "wulan")) == ("cancelled", (120, 0))


def test_an_unused_slot_ends_as_no_show_points_come_back_and_it_counts_towards_the_limit(town, shop):
    court = cast.venue(town, shop, points=10, limit_per_person=1)
    slots = cast.slot_ids(court)
    order_id = _approved(town, shop, slots[:1])
    ends_at = cast.order(order_id).ends_at
    with clock.frozen_at(ends_at - timedelta(minutes=1)):
        _run("end_unused")
        _run("expire_uncollected")
        assert cast.order(order_id).state == "approved"
    with clock.frozen_at(ends_at):
        assert _run("end_unused") == 1
        assert _run("end_unused") == 0
        assert (cast.order(order_id).state, cast.purse(town, "wulan")) == ("no_show", (120, 0))
        assert outbox.inbox(town.person("wulan").id, None, 1)[0].kind == "redemption_no_show"
        with pytest.raises(baskets.LimitReached):
            cast.booked(town, shop, cast.slot_ids(court)[:1])


def test_staff_note_a_no_show_only_once_the_time_has_begun_and_only_of_a_venue(town, shop, hall):
    order_id = _approved(town, shop, cast.slot_ids(hall)[:1])
    with pytest.raises(approvals.SlotNotBegun), transaction():
        approvals.no_show(order_id, actor=cast.by(town, "bu"))
    (shown,) = queries.view_redemptions([cast.order(order_id)], actor=cast.by(town, "bu"))
    assert shown.actions == ["hand_over"]
    goods = cast.approved(town, shop, {cast.goods(town, shop): 1})
    with pytest.raises(RedemptionMovedOn), transaction():
        approvals.no_show(goods, actor=cast.by(town, "bu"))
    with clock.frozen_at(cast.order(order_id).starts_at):
        (shown,) = queries.view_redemptions([cast.order(order_id)], actor=cast.by(town, "bu"))
        assert shown.actions == ["hand_over", "no_show"]
        with transaction():
            approvals.no_show(order_id, actor=cast.by(town, "bu"))
    assert cast.order(order_id).state == "no_show"


def test_what_was_not_decided_before_its_time_expires_and_is_not_approved_late(town, shop, hall):
    order_id = cast.booked(town, shop, cast.slot_ids(hall)[:1])
    with clock.frozen_at(cast.order(order_id).starts_at):
        with pytest.raises(approvals.SlotBegun), transaction():
            approvals.approve(order_id, actor=cast.by(town, "tong"))
        assert _run("expire_undecided") >= 1
        assert cast.order(order_id).state == "expired"
    assert not session.scalars(sa.select(Slot.live).where(Slot.redemption_id == order_id)).one()


def test_the_counter_sees_the_slots_of_today(town, shop, hall):
    order_id = cast.booked(town, shop, cast.slot_ids(hall)[:2])
    with clock.frozen_at(cast.order(order_id).starts_at - timedelta(hours=1)):
        told = stock_queries.today(shop, actor=cast.by(town, "bu"))
    assert [one.redemption_id for one in told.venue_slots] == [order_id, order_id]
    assert told.to_approve == 1
    assert session.get(Shop, shop).four_eyes_hand_over
