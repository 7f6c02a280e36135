"""Deadlines count the days on which the shop is open, and move on when it closes."""

from datetime import date, datetime, timedelta

import pytest

from backend import clock, jobs
from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed
from backend.journal import lines
from backend.opening_hours import HoursNotSensible
from backend.outbox import queries as outbox
from backend.supermarket import queues, stock_queries
from backend.supermarket.actions import approvals, closings, deadlines, extensions, items, shops
from backend.supermarket.models import Shop
from backend.supermarket.open_days import OpenTimes
from backend.supermarket.timetable import VenueKeepsItsDay
from tests.supermarket import cast

SPRING = [date(2027, 2, day) for day in range(4, 18)]


def at(month, day, hour=10, minute=0):
    return clock.frozen_at(datetime(2027, month, day, hour, minute, tzinfo=clock.CHINA))


@pytest.fixture
def shop(town):
    return cast.opened(town, approve_days=3, pick_up_days=7)


def _run(*names):
    for job in deadlines.JOBS:
        if job.name.removeprefix("supermarket.") in names:
            jobs.run(job)


def _told(town, name, kind):
    return [row.body for row in outbox.inbox(town.person(name).id, None, 50) if row.kind == kind]


def _close(town, shop_id, days, **more):
    with transaction():
        return shops.change_shop(shop_id, closed_days=days, actor=cast.by(town, "tong"), **more)


def test_open_days_are_those_with_hours_that_are_not_closed():
    weekdays = [{"weekday": day, "opens": "09:00", "closes": "12:00"} for day in range(1, 6)]
    times = OpenTimes(weekdays, frozenset({"2027-02-04"}))
    wednesday = date(2027, 2, 3)
    assert [times.after(wednesday, count).day for count in (1, 2, 3)] == [5, 8, 9]
    assert times.on_or_after(date(2027, 2, 6)) == date(2027, 2, 8)
    assert times.count(wednesday, date(2027, 2, 9)) == 3
    assert OpenTimes([], frozenset({"2027-02-04"})).after(wednesday, 1) == date(2027, 2, 5)


def test_a_shop_that_closes_for_the_festival_lets_no_order_end_while_it_is_closed(town, shop):
    """PO1: asked for and approved on the last day before two closed weeks."""
    with at(2, 3):
        _close(town, shop, SPRING)
        soap = cast.goods(town, shop)
        waiting, approved = cast.asked(town, shop, {soap: 1}), cast.approved(town, shop, {soap: 1}, "ning")
        assert cast.order(waiting).approve_until == date(2027, 2, 20)
        assert cast.order(approved).pick_up_until == date(2027, 2, 24)
    for day in (9, 17, 18):
        with at(2, day, 0, 1):
            _run("remind", "expire_undecided", "expire_uncollected")
    assert _told(town, "ning", "redemption_last_days") == []
    assert (cast.order(waiting).state, cast.order(approved).state) == ("requested", "approved")
    with at(2, 24, 23, 59):
        _run("remind", "expire_undecided", "expire_uncollected")
    assert (cast.order(waiting).state, cast.order(approved).state) == ("expired", "approved")
    assert "02月24日" in _told(town, "ning", "redemption_last_days")[0]
    with at(2, 25, 0):
        _run("expire_uncollected")
    assert cast.order(approved).state == "expired"


def test_a_closing_that_is_entered_later_moves_deadlines_tells_the_new_day_and_reminds_anew(town, shop):
    with at(1, 27):
        soap = cast.goods(town, shop)
        order_id = cast.approved(town, shop, {soap: 1})
        assert cast.order(order_id).pick_up_until == date(2027, 2, 3)
    with at(2, 2):
        waiting = cast.asked(town, shop, {soap: 1}, "ning")
        _run("remind")
        assert len(_told(town, "wulan", "redemption_last_days")) == 1
        _close(town, shop, [date(2027, 2, 3), *SPRING])
    found = cast.order(order_id)
    assert (found.pick_up_until, found.reminded_at) == (date(2027, 2, 18), None)
    assert cast.order(waiting).approve_until == date(2027, 2, 20)
    assert "02月18日" in _told(town, "wulan", "redemption_deadline_moved")[0]
    assert "02月20日" in _told(town, "ning", "redemption_deadline_moved")[0]
    assert "02月20日" in _told(town, "lan", "redemption_waits")[0]
    assert "move_deadline" in [line.verb for line in lines("redemption", order_id)]
    with at(2, 17):
        _run("remind")
        assert len(_told(town, "wulan", "redemption_last_days")) == 2


def test_a_day_that_was_told_is_never_brought_forward_and_does_not_drift(town, shop):
    with at(2, 3):
        order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
        for days in (SPRING, [], SPRING, []):
            _close(town, shop, days)
    assert cast.order(order_id).pick_up_until == date(2027, 2, 24)
    assert len(_told(town, "wulan", "redemption_deadline_moved")) == 1


def test_a_new_weekly_closing_day_counts_too(town, shop):
    with at(2, 1):
        order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
        hours = [one for one in cast.ALL_WEEK if one["weekday"] < 6]
        with transaction():
            shops.change_shop(shop, opening_hours=hours, actor=cast.by(town, "tong"))
    assert cast.order(order_id).pick_up_until == date(2027, 2, 10)


def test_an_order_asked_for_while_a_closing_was_entered_is_counted_anew_and_does_not_expire(town, shop):
    with at(2, 3):
        order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
        with transaction():
            session.get(Shop, shop).closed_days = [one.isoformat() for one in SPRING]
    with at(2, 11):
        _run("expire_uncollected")
    assert (cast.order(order_id).state, cast.order(order_id).pick_up_until) == ("approved", date(2027, 2, 24))


def test_orders_that_are_older_than_open_days_are_counted_once(town, shop):
    with at(2, 3):
        order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
        with transaction():
            session.get(Shop, shop).closed_days = [one.isoformat() for one in SPRING]
            order = cast.order(order_id)
            order.approve_open_days = order.pick_up_open_days = None
        _run("count_open_days")
        found = cast.order(order_id)
        assert (found.pick_up_until, found.pick_up_open_days) == (date(2027, 2, 24), 7)
        assert shop not in deadlines.counted_in_days_of_any_kind()


def test_many_orders_move_in_a_fixed_number_of_statements(town, shop, statements):
    def cost(closed):
        with statements() as counted:
            _close(town, shop, closed)
        return len(counted)

    with at(2, 3):
        soap = cast.goods(town, shop, stock=50)
        # PostgreSQL tells a single reader in one statement, several in two.
        for name in ("wulan", "ning"):
            cast.asked(town, shop, {soap: 1}, name)
        two = cost(SPRING[:1])
        for name in ("song", "yu", "xia"):
            cast.asked(town, shop, {soap: 1}, name)
        assert cost(SPRING) == two


def test_fresh_food_has_its_own_days_to_be_collected(town, shop):
    with at(2, 3):
        _close(town, shop, SPRING[:1])
        milk, soap = cast.goods(town, shop, pick_up_days=1), cast.goods(town, shop)
        both = cast.approved(town, shop, {milk: 1, soap: 1})
        assert cast.order(both).pick_up_until == date(2027, 2, 5)
        assert cast.order(cast.approved(town, shop, {soap: 1})).pick_up_until == date(2027, 2, 11)
    hall = cast.venue(town, shop)
    with pytest.raises(VenueKeepsItsDay), transaction():
        items.change(hall, {"pick_up_days": 2}, actor=cast.by(town, "bu"))


def test_staff_give_one_order_more_time_and_it_is_told_and_reminded_anew(town, shop):
    with at(2, 1):
        order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
    with at(2, 7):
        _run("remind")
        for name, until, refusal in (
            ("bu", date(2027, 2, 8), InvalidInput),
            ("bu", date(2027, 7, 1), InvalidInput),
            ("wulan", date(2027, 2, 12), NotAllowed),
        ):
            with pytest.raises(refusal), transaction():
                extensions.extend(order_id, until, "居民住院", actor=cast.by(town, name))
        with transaction():
            extensions.extend(order_id, date(2027, 2, 12), "居民住院", actor=cast.by(town, "bu"))
    found = cast.order(order_id)
    assert (found.state, found.pick_up_until, found.reminded_at) == ("approved", date(2027, 2, 12), None)
    assert "02月12日：居民住院" in _told(town, "wulan", "redemption_deadline_moved")[0]
    line = lines("redemption", order_id)[-1]
    assert (line.verb, line.reason, line.facts) == (
        "extend",
        "居民住院",
        {"from": "2027-02-08", "until": "2027-02-12"},
    )
    with at(2, 8):
        _close(town, shop, [date(2027, 2, 14)])
        with pytest.raises(InvalidInput), transaction():
            extensions.extend(order_id, date(2027, 2, 14), "居民住院", actor=cast.by(town, "bu"))


def test_the_time_of_a_venue_is_not_extended(town, shop):
    order_id = cast.booked(town, shop, cast.slot_ids(cast.venue(town, shop))[:1])
    with transaction():
        approvals.approve(order_id, actor=cast.by(town, "tong"))
    with pytest.raises(VenueKeepsItsDay), transaction():
        extensions.extend(order_id, clock.today() + timedelta(days=3), "有事", actor=cast.by(town, "bu"))


def test_batches_are_warned_of_in_open_days(town, shop):
    with at(2, 3):
        _close(town, shop, SPRING)
        soap = cast.goods(town, shop)
        batch = cast.received(town, soap, 5, days=24).batch_id
        assert batch in deadlines.ending_batches()
        assert soap in [row[1].id for row in queues.ending(actor=cast.by(town, "bu")).rows(50)]
        assert stock_queries.today(shop, actor=cast.by(town, "bu")).ending_batches
        far = cast.received(town, soap, 5, days=29).batch_id
        assert far not in deadlines.ending_batches()


# --- bookings that a closing lies over -----------------------------------------------------------------


@pytest.fixture
def booked(town, shop):
    """Two bookings of tomorrow, the first hour and the last."""
    with at(2, 3):
        slots = cast.slot_ids(cast.venue(town, shop))
        return cast.booked(town, shop, slots[:1]), cast.booked(town, shop, slots[-1:], "ning")


def test_a_closing_over_bookings_names_them_and_ends_them_when_they_are_confirmed(town, shop, booked):
    with at(2, 3):
        with pytest.raises(closings.BookingsInTheWay) as refused:
            _close(town, shop, SPRING)
        named = refused.value.facts["bookings"]
        assert [one["redemptionId"] for one in named] == list(booked)
        assert named[0]["startsAt"] == "2027-02-04T09:00:00+08:00"
        with pytest.raises(closings.BookingsInTheWay):
            _close(town, shop, SPRING, end_bookings=booked[:1])
        assert cast.order(booked[0]).state == "requested"
        _close(town, shop, SPRING, end_bookings=booked)
    assert [cast.order(one).state for one in booked] == ["cancelled", "cancelled"]
    assert cast.purse(town, "wulan") == (120, 0)
    assert "02月04日 09:00" in _told(town, "wulan", "redemption_called_off")[0]
    assert "10 积分已退回" in _told(town, "ning", "redemption_called_off")[0]


def test_narrower_hours_end_only_what_falls_outside(town, shop, booked):
    hours = [{"weekday": day, "opens": "09:00", "closes": "12:00"} for day in range(1, 8)]
    with at(2, 3):
        told = shops.preview_change(shop, opening_hours=hours, actor=cast.by(town, "tong"))
        assert [one.redemption_id for one in told.bookings] == [booked[1]]
        with transaction():
            shops.change_shop(shop, opening_hours=hours, end_bookings=booked, actor=cast.by(town, "tong"))
    assert [cast.order(one).state for one in booked] == ["requested", "cancelled"]


def test_a_preview_tells_the_new_days_and_changes_nothing(town, shop):
    with at(2, 3):
        order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
        closed = [one.isoformat() for one in SPRING]
        told = shops.preview_change(shop, closed_days=closed, actor=cast.by(town, "tong"))
        (moved,) = told.deadlines
        assert (moved.redemption_id, moved.before, moved.after) == (
            order_id,
            date(2027, 2, 10),
            date(2027, 2, 24),
        )
    assert cast.order(order_id).pick_up_until == date(2027, 2, 10)


def test_what_begins_before_or_ended_already_is_not_in_the_way(town, shop, booked):
    with at(2, 4, 9, 30):
        told = shops.preview_change(shop, closed_days=[SPRING[0].isoformat()], actor=cast.by(town, "tong"))
    assert [one.redemption_id for one in told.bookings] == [booked[1]]


# --- until midnight ------------------------------------------------------------------------------------


def test_a_shop_may_be_open_until_midnight(town, shop):
    """PO10."""
    late = [{"weekday": day, "opens": "21:00", "closes": "24:00"} for day in range(1, 8)]
    with at(2, 3):
        with transaction():
            shops.change_shop(shop, opening_hours=late, actor=cast.by(town, "tong"))
        slots = cast.slot_ids(cast.venue(town, shop))
        assert len(slots) == 3
        order_id = cast.booked(town, shop, slots[-1:])
        with transaction():
            approvals.approve(order_id, actor=cast.by(town, "tong"))
        found = cast.order(order_id)
        assert found.ends_at == clock.day_ends(date(2027, 2, 4))
        assert found.pick_up_until == date(2027, 2, 4)
        told = shops.preview_change(shop, closed_days=[], actor=cast.by(town, "tong"))
        assert told.bookings == []
    for wrong in ("24:30", "25:00"):
        hours = [{"weekday": 1, "opens": "09:00", "closes": wrong}]
        with pytest.raises(HoursNotSensible), transaction():
            shops.change_shop(shop, opening_hours=hours, actor=cast.by(town, "tong"))
