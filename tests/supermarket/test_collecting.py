"""A day to collect goods, chosen from the shop's own open days (PO41)."""

from datetime import date, datetime

import pytest

from backend import clock
from backend.db import transaction
from backend.errors import InvalidInput
from backend.outbox import queries as outbox
from backend.supermarket import queries, queues
from backend.supermarket.actions import approvals, shops
from tests.supermarket import cast

# Monday to Friday; 2027-03-01 is a Monday.
WEEKDAYS = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 6)]
MONDAY, TUESDAY, THURSDAY = (date(2027, 3, day) for day in (1, 2, 4))


def on(day, hour=10):
    return clock.frozen_at(datetime(day.year, day.month, day.day, hour, tzinfo=clock.CHINA))


def told(town, name, kind):
    return [row.body for row in outbox.inbox(town.person(name).id, None, 50) if row.kind == kind]


@pytest.fixture
def shop(town):
    made = cast.opened(town, approve_days=3, pick_up_days=4)
    with on(MONDAY), transaction():
        shops.change_shop(made, opening_hours=WEEKDAYS, actor=cast.by(town, "tong"))
    return made


def test_the_day_that_was_chosen_is_shown_and_the_last_day_stays_what_it_is(town, shop):
    with on(MONDAY):
        soap = cast.goods(town, shop)
        plain = cast.approved(town, shop, {soap: 1}, "ning")
        chosen = cast.approved(town, shop, {soap: 1}, collect_on=TUESDAY)
        assert cast.order(chosen).pick_up_until == cast.order(plain).pick_up_until == date(2027, 3, 5)
        bu = cast.by(town, "bu")
        (shown,) = queries.view_redemptions([cast.order(chosen)], actor=bu)
        assert shown.collect_on == TUESDAY
        listed = [one.id for one in queues.to_hand_over(chosen=TUESDAY, actor=bu).rows(50)]
        assert listed == [chosen]
        assert [one.id for one in queries.orders_in(shop, None, TUESDAY, actor=bu).rows(9)] == [chosen]
        assert "03月02日" in told(town, "wulan", "redemption_approved")[0]
    with on(TUESDAY):
        today = [one.id for one in queues.to_hand_over_today(actor=bu).rows(50)]
        assert chosen in today
        assert plain not in today


@pytest.mark.parametrize("day", [date(2027, 2, 26), date(2027, 3, 6), date(2027, 3, 8)], ids=str)
def test_a_day_that_is_past_closed_or_after_the_days_to_collect_is_refused_beside_its_field(town, shop, day):
    with on(MONDAY):
        soap = cast.goods(town, shop)
        with pytest.raises(InvalidInput) as refused:
            cast.asked(town, shop, {soap: 1}, collect_on=day)
    assert "collectOn" in refused.value.facts


def test_only_goods_have_a_day_and_what_is_fresh_has_fewer_of_them(town, shop):
    with on(MONDAY):
        fresh = cast.goods(town, shop, pick_up_days=1)
        help_ = cast.support(town, shop)
        for lines, more in (({fresh: 1}, {}), ({help_: 1}, {"purpose": "清雪工具"})):
            with pytest.raises(InvalidInput) as refused:
                cast.asked(town, shop, lines, collect_on=THURSDAY, **more)
            assert "collectOn" in refused.value.facts


def test_a_closing_of_that_day_moves_it_to_the_next_open_one_and_tells_the_person(town, shop):
    with on(MONDAY):
        soap = cast.goods(town, shop)
        waits = cast.asked(town, shop, {soap: 1}, "ning", collect_on=THURSDAY)
        order = cast.approved(town, shop, {soap: 1}, collect_on=THURSDAY)
        other = cast.approved(town, shop, {soap: 1}, collect_on=TUESDAY)
        with transaction():
            shops.change_shop(shop, closed_days=[THURSDAY], actor=cast.by(town, "tong"))
        assert [cast.order(one).collect_on for one in (waits, order, other)] == [
            date(2027, 3, 5),
            date(2027, 3, 5),
            TUESDAY,
        ]
        (body,) = [one for one in told(town, "ning", "redemption_deadline_moved") if "领取日" in one]
        assert "03月04日" in body
        assert "03月05日" in body


def test_what_is_approved_after_the_day_that_was_chosen_gets_the_next_open_one_and_says_so(town, shop):
    with on(MONDAY):
        soap = cast.goods(town, shop)
        order = cast.asked(town, shop, {soap: 1}, collect_on=MONDAY)
    with on(TUESDAY), transaction():
        approvals.approve(order, actor=cast.by(town, "tong"))
    assert cast.order(order).collect_on == TUESDAY
    (body,) = told(town, "wulan", "redemption_approved")
    assert "原来选的 03月01日" in body
