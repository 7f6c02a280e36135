"""The shop's days at the console: closings and what they touch, more time for one order, weekly bookings."""

import re
from datetime import timedelta

from backend import clock
from backend.db import session
from backend.supermarket.models import Redemption, Shop
from backend.supermarket.open_days import OpenTimes
from tests.console.test_supermarket_pages import newest
from tests.supermarket import cast


def settings(page):
    return dict(re.findall(r'name="(hours_\d|name|approve_days|pick_up_days)"[^>]*value="([^"]*)"', page))


def test_who_enters_a_closing_sees_what_it_touches_before_it_is_saved(visitor, town):
    shop_id = cast.opened(town)
    goods = cast.approved(town, shop_id, {cast.goods(town, shop_id): 1})
    last, day = cast.order(goods).pick_up_until, clock.today() + timedelta(days=1)
    booked = cast.booked(town, shop_id, cast.slot_ids(cast.venue(town, shop_id))[:1])
    path, clerk = f"/console/shops/{shop_id}", visitor("tong")
    told = {**settings(clerk.page(path)), "closed": day.isoformat()}
    looked = clerk.text(clerk.post(path, {**told, "look": "yes"}))
    for order_id in (goods, booked):
        assert cast.order(order_id).number in looked
    assert f"{last.day}日 →" in looked
    assert session.get(Shop, shop_id, populate_existing=True).closed_days == []
    refused = clerk.post(path, told)
    assert refused.status_code == 409
    assert "取消这些预订并保存" in clerk.text(refused)
    named = re.findall(r'name="end_bookings" value="(\d+)"', clerk.text(refused))
    assert named == [str(booked)]
    assert clerk.post(path, {**told, "end_bookings": named}).status_code == 303
    assert "1 个场地预订已取消，1 张兑换单的期限已顺延" in clerk.page(path)
    assert cast.order(booked).state == "cancelled"
    assert cast.order(goods).pick_up_until == last + timedelta(days=1)


def test_a_shop_that_closes_at_midnight_is_written_and_shown_so(visitor, town):
    shop_id, clerk = cast.opened(town), visitor("tong")
    venue = cast.venue(town, shop_id)
    path = f"/console/shops/{shop_id}"
    told = settings(clerk.page(path)) | {f"hours_{day}": "22:00-24:00" for day in range(1, 8)}
    assert clerk.post(path, told).status_code == 303
    assert "22:00-24:00" in clerk.page(path)
    day = clock.today() + timedelta(days=1)
    assert "23:00–24:00" in clerk.page(f"/console/stock/venues?shop={shop_id}&item={venue}&day={day}")


def test_a_chinese_keyboard_writes_hours_and_closed_days_too(visitor, town):
    shop_id, clerk = cast.opened(town), visitor("tong")
    path = f"/console/shops/{shop_id}"
    told = settings(clerk.page(path)) | {
        "hours_1": "８：３０－１１：３０　１３：３０～１７：００",
        "hours_2": "8：30——11：30、13:30至17:00",
        "closed": "２０２８－０１－０１、2028年2月4日\n2028/5/1",
    }
    assert clerk.post(path, told).status_code == 303
    assert clerk.page(path).count("08:30-11:30 13:30-17:00") >= 2
    closed = session.get(Shop, shop_id, populate_existing=True).closed_days
    assert closed == ["2028-01-01", "2028-02-04", "2028-05-01"]
    for field, typed in (("hours_1", "8点到11点"), ("closed", "2028年2月"), ("closed", "2028-02-30")):
        assert clerk.post(path, {**told, field: typed}).status_code == 422


def test_staff_move_a_booking_in_one_step_from_its_page(visitor, town):
    shop_id, holder = cast.opened(town), town.person("e").id
    venue = cast.venue(town, shop_id, points=5)
    cast.rich(town, "e")
    first, second, *_others = cast.slot_ids(venue)
    day = clock.today() + timedelta(days=1)
    clerk, path = visitor("tong"), f"/console/people/{holder}/venues/{venue}/new?day={day}"
    clerk.page(path)
    clerk.post(path, {"slots": [str(first)], "reason": "行动不便"})
    former = newest(Redemption)
    page = clerk.page(f"/console/redemptions/{former}")
    (link,) = re.findall(r'href="([^"]*instead=\d+)"', page)
    form = clerk.page(f"{link}&day={day}".replace("&amp;", "&"))
    assert cast.order(former).number in form
    # Its own hour is there to choose, and what a series asks for is not.
    assert f'value="{first}"' in form
    assert 'name="weeks"' not in form
    path = f"{path}&instead={former}"
    cast.booked(town, shop_id, [second])
    refused = clerk.post(path, {"slots": [str(second)], "reason": "改在下午"})
    assert refused.status_code == 422
    assert cast.order(former).state == "requested"
    third = cast.slot_ids(venue)[1]
    moved = clerk.post(path, {"slots": [str(third)], "reason": "改在下午"})
    assert moved.status_code == 303, clerk.text(moved)
    assert cast.order(former).state == "cancelled"
    assert moved.headers["Location"].endswith(f"/redemptions/{newest(Redemption)}")
    assert f"原来的 {cast.order(former).number} 已取消" in clerk.page(moved.headers["Location"])
    assert clerk.get(f"{path}1").status_code == 404
    # Of somebody else, or given up already.
    assert clerk.get(path).status_code == 404


def test_staff_give_an_order_more_time_on_its_page(visitor, town):
    shop_id = cast.opened(town)
    order_id = cast.approved(town, shop_id, {cast.goods(town, shop_id): 1})
    keeper, path = visitor("bu"), f"/console/redemptions/{order_id}"
    assert "延长领取期限" in keeper.page(path)
    until = OpenTimes.of(session.get(Shop, shop_id)).after(cast.order(order_id).pick_up_until, 3)
    early = keeper.post(f"{path}/extend", {"until": clock.today().isoformat(), "reason": "居民住院"})
    assert early.status_code == 422
    assert "要晚于现在的期限" in keeper.text(early)
    done = keeper.post(f"{path}/extend", {"until": until.isoformat(), "reason": "居民住院"})
    assert done.status_code == 303
    page = keeper.page(path)
    assert "居民住院" in page
    assert cast.order(order_id).pick_up_until == until


def test_a_venue_is_booked_weekly_for_a_resident_and_what_is_taken_is_left_out(visitor, town):
    shop_id, holder = cast.opened(town), town.person("e").id
    venue = cast.venue(town, shop_id, points=5)
    cast.rich(town, "e")
    slot = cast.slot_ids(venue)[0]
    cast.booked(town, shop_id, cast.slot_ids(venue, 8)[:1])
    path = f"/console/people/{holder}/venues/{venue}/new?day={clock.today() + timedelta(days=1)}"
    clerk = visitor("tong")
    clerk.page(path)
    told = {"slots": [str(slot)], "reason": "行动不便", "weeks": "3"}
    refused = clerk.post(path, told)
    assert refused.status_code == 409
    assert "已被预订" in clerk.text(refused)
    made = clerk.post(path, {**told, "leave_out": "y"})
    assert made.status_code == 303, clerk.text(made)
    assert "已预订 2 次" in clerk.page(made.headers["Location"])
    assert cast.order(newest(Redemption)).series_id is not None
