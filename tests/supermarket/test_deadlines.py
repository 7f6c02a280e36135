"""Deadlines: what nobody decides or collects ends by itself, once, and points and goods are free again."""

from datetime import timedelta

import pytest

from backend import clock, jobs
from backend.db import session, transaction
from backend.outbox import queries as outbox
from backend.supermarket import leaving, stock_queries
from backend.supermarket.actions import approvals, deadlines, shops
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town, approve_days=2, pick_up_days=5)


def _run(name):
    (job,) = (job for job in deadlines.JOBS if job.name == f"supermarket.{name}")
    return jobs.run(job)


def _told(town, name):
    return [row.kind for row in outbox.inbox(town.person(name).id, None, 50)]


def test_a_request_that_nobody_decides_expires_after_its_last_day(town, shop):
    soap = cast.goods(town, shop)
    order_id = cast.asked(town, shop, {soap: 2})
    last = cast.order(order_id).approve_until
    assert last == clock.today() + timedelta(days=2)
    with clock.frozen_at(clock.day_ends(last) - timedelta(minutes=1)):
        _run("expire_undecided")
        assert cast.order(order_id).state == "requested"
    with clock.frozen_at(clock.day_ends(last)):
        _run("expire_undecided")
        _run("expire_undecided")
    assert cast.order(order_id).state == "expired"
    assert (cast.stock(soap), cast.purse(town, "wulan")) == ((10, 0), (120, 0))
    assert _told(town, "wulan").count("redemption_expired") == 1


def test_what_is_not_collected_expires_after_its_last_day_with_a_word_before(town, shop):
    soap = cast.goods(town, shop)
    order_id = cast.approved(town, shop, {soap: 2})
    last = cast.order(order_id).pick_up_until
    assert last == clock.today() + timedelta(days=5)
    with clock.frozen_at(clock.day_starts(last - timedelta(days=1))):
        _run("remind")
        _run("remind")
        assert _told(town, "wulan").count("redemption_last_days") == 1
    with clock.frozen_at(clock.day_ends(last) - timedelta(minutes=1)):
        _run("expire_uncollected")
        assert cast.order(order_id).state == "approved"
        told = stock_queries.today(shop, actor=cast.by(town, "bu"))
        assert (told.to_pick_up, told.last_day, told.late) == (1, 1, 0)
    with clock.frozen_at(clock.day_ends(last)):
        assert stock_queries.today(shop, actor=cast.by(town, "bu")).late == 1
        _run("expire_uncollected")
        _run("expire_uncollected")
    assert cast.order(order_id).state == "expired"
    assert (cast.stock(soap), cast.purse(town, "wulan")) == ((10, 0), (120, 0))


def test_points_whose_lot_ended_while_they_were_held_end_with_the_order(town, shop):
    order_id = cast.asked(town, shop, {cast.goods(town, shop, points=50): 1})
    with clock.frozen_at(clock.now() + timedelta(days=800)):
        _run("expire_undecided")
        assert cast.order(order_id).state == "expired"
        assert cast.purse(town, "wulan") == (0, 0)


def test_an_item_of_a_job_decides_again_under_the_lock(town, shop):
    soap = cast.goods(town, shop)
    order_id = cast.asked(town, shop, {soap: 1})
    with clock.frozen_at(clock.now() + timedelta(days=30)):
        due = deadlines.undecided()
        assert order_id in due
    with transaction():
        approvals.approve(order_id, actor=cast.by(town, "tong"))
    with clock.frozen_at(clock.now() + timedelta(days=4)), transaction():
        deadlines.expire_undecided(order_id)
        deadlines.expire_uncollected(order_id)
        deadlines.end_unused(order_id)
        deadlines.release_unservable(order_id)
    assert cast.order(order_id).state == "approved"


def test_standing_orders_keep_their_deadlines_when_the_shop_changes_its_own(town, shop):
    order_id = cast.asked(town, shop, {cast.goods(town, shop): 1})
    before = cast.order(order_id).approve_until
    with transaction():
        shops.change_shop(shop, approve_days=30, actor=cast.by(town, "tong"))
    assert cast.order(order_id).approve_until == before


def test_the_orders_of_who_leaves_are_given_up(town, shop):
    soap = cast.goods(town, shop)
    cast.asked(town, shop, {soap: 1})
    cast.approved(town, shop, {soap: 1})
    cast.handed_over(town, shop, {soap: 1})
    wulan = cast.by(town, "wulan")
    assert [one["state"] for one in leaving.open_orders(wulan.id)] == ["requested", "approved"]
    with transaction():
        leaving.cancel_all(wulan.id, actor=wulan)
    assert leaving.open_orders(wulan.id) == []
    assert (cast.stock(soap), cast.purse(town, "wulan")) == ((9, 0), (110, 0))
    session.rollback()
