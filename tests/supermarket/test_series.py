"""每周预订: a venue booked at the same time of several weeks, each time an order of its own."""

from datetime import date, timedelta

import pytest

from backend import clock
from backend.db import transaction
from backend.ledger.actions import NotEnoughPoints
from backend.supermarket import timetable
from backend.supermarket.actions import approvals, baskets, series, shops
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


@pytest.fixture
def hall(town, shop):
    return cast.venue(town, shop, points=10)


def _ask(town, shop_id, slots, weeks, name="wulan", **more):
    with transaction():
        return [
            one.id for one in series.request_series(shop_id, slots, weeks, actor=cast.by(town, name), **more)
        ]


def _days(order_ids):
    return [clock.business_day(cast.order(one).starts_at) for one in order_ids]


def test_a_series_is_an_order_a_week_and_one_of_it_is_cancelled_by_itself(town, shop, hall):
    first, *others = _ask(town, shop, cast.slot_ids(hall)[:2], 4)
    begins = clock.today() + timedelta(days=1)
    assert _days([first, *others]) == [begins + timedelta(weeks=week) for week in range(4)]
    assert {cast.order(one).series_id for one in (first, *others)} == {first}
    assert cast.purse(town, "wulan") == (40, 80)
    with transaction():
        approvals.cancel(first, actor=cast.by(town, "wulan"))
    assert [cast.order(one).state for one in (first, *others)] == ["cancelled", *["requested"] * 3]
    assert cast.purse(town, "wulan") == (60, 60)


def test_a_day_that_cannot_be_had_is_named_and_none_is_booked_unless_it_is_left_out(town, shop, hall):
    slots = cast.slot_ids(hall)[:1]
    second, third = (clock.today() + timedelta(days=1 + 7 * week) for week in (1, 2))
    cast.booked(town, shop, cast.slot_ids(hall, 8)[:1], "ning")
    with transaction():
        shops.change_shop(shop, closed_days=[third], actor=cast.by(town, "tong"))
    with pytest.raises(series.DatesNotFree) as refused:
        _ask(town, shop, slots, 6)
    beyond = clock.today() + timedelta(days=1 + 7 * 5)
    assert refused.value.facts["dates"] == [
        {"date": second.isoformat(), "reason": "已被预订"},
        {"date": third.isoformat(), "reason": "不开放"},
        {"date": beyond.isoformat(), "reason": "还不能预订"},
    ]
    assert cast.purse(town, "wulan") == (120, 0)
    made = _ask(town, shop, slots, 6, leave_out=[second, third, beyond])
    assert len(made) == 3


def test_a_series_reaches_no_further_than_any_booking_and_counts_towards_the_limits(town, shop, hall):
    assert series.failing_days(shop, cast.slot_ids(hall)[:1], 12).keys() == {
        day
        for week in range(12)
        if (day := clock.today() + timedelta(days=1 + 7 * week)) > timetable.last_day()
    }
    court = cast.venue(town, shop, points=10, limit_per_person=3)
    for weeks, slots, refusal in (
        (4, cast.slot_ids(court)[:1], baskets.LimitReached),
        (4, cast.slot_ids(hall)[:4], NotEnoughPoints),
    ):
        with pytest.raises(refusal):
            _ask(town, shop, slots, weeks)
    assert cast.purse(town, "wulan") == (120, 0)


def test_a_person_has_one_series_of_a_venue_at_a_time(town, shop, hall):
    made = _ask(town, shop, cast.slot_ids(hall)[:1], 2)
    with pytest.raises(series.SeriesStands):
        _ask(town, shop, cast.slot_ids(hall)[:1], 2)
    _ask(town, shop, cast.slot_ids(cast.venue(town, shop))[:1], 2)
    with transaction():
        for one in made:
            approvals.cancel(one, actor=cast.by(town, "wulan"))
    _ask(town, shop, cast.slot_ids(hall)[:1], 2)


def test_over_http_a_series_answers_its_orders_and_refusals_name_the_days(town, shop, hall):
    wulan, slots = town.phone("wulan"), cast.slot_ids(hall)[:1]
    cast.booked(town, shop, cast.slot_ids(hall, 8)[:1], "ning")
    body = {"shopId": shop, "slotIds": slots, "weeks": 3}
    refused = wulan.post("/redemptions/series", body).json
    assert refused["error"] == "DATES_NOT_FREE"
    (taken,) = refused["data"]["dates"]
    assert date.fromisoformat(taken["date"]) == clock.today() + timedelta(days=8)
    made = wulan.data("POST", "/redemptions/series", {**body, "leaveOut": [taken["date"]]})
    assert [one["seriesId"] for one in made["list"]] == [made["seriesId"]] * 2
    assert made["list"][0]["actions"] == ["cancel"]
