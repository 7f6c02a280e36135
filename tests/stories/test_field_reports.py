"""Reports of people who run systems like this one, each tried here: the list is docs/field-reports.md."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, jobs
from backend.db import session, transaction
from backend.organisations.models import Organisation
from backend.outbox import queries as outbox
from backend.outbox.models import Notice
from backend.people import actions as people
from backend.people.suspensions import SuspendedPerson
from backend.rights import cancellation, suspending
from backend.supermarket.actions import approvals, items, reversals, stocktakes
from backend.supermarket.actions.stock import OutOfStock, StockReserved
from backend.volunteering.actions import activities, sign_ups
from backend.volunteering.actions.attendance import AlreadyCheckedIn
from backend.wishes.actions import claims, deadlines, taking_down
from tests.console.visitor import Visitor
from tests.supermarket import cast as shop_cast
from tests.volunteering import cast
from tests.volunteering.cast import STARTS, by
from tests.wishes import cast as wishes


def told(person_id):
    session.expire_all()
    return [(one.kind, one.body) for one in outbox.inbox(person_id, None, 50)]


def grid(town):
    wanted = sa.select(Organisation.id).where(
        Organisation.parent_id == town.songtao, Organisation.kind == "grid"
    )
    return session.scalars(wanted).first()


def in_days(days):
    return clock.today() + timedelta(days=days)


# taginfo/taginfo#40, zotero/zotero#1787
@pytest.mark.parametrize("sign", ["%", "_", "\\"])
def test_a_sign_of_like_is_looked_for_as_it_stands(town, sign):
    page = Visitor(town.app, "tong").get("/console/wishes", query_string={"text": sign})
    assert "没有这样的心愿" in page.get_data(as_text=True)


# playasoft/volunteers#81
def test_who_is_taken_off_a_list_is_told_why(town):
    activity = cast.published(town)
    ning = by(town, "ning")
    cast.sign_up(activity, ning)
    with clock.frozen_at(STARTS - timedelta(days=1)), transaction():
        sign_ups.excuse(activity, ning.id, "本人家里有事，电话说的", actor=by(town, "tong"))
    assert any("家里有事" in body for _, body in told(ning.id))


# SuperCoopBerlin/tapir#442
def test_a_called_off_activity_tells_the_reason_to_all_who_signed_up_and_wait(town):
    activity = cast.published(town, capacity=1)
    first, second = cast.newcomers(town, 2)
    cast.sign_up(activity, first)
    cast.sign_up(activity, second)
    with clock.frozen_at(STARTS - timedelta(days=1)), transaction():
        activities.cancel(activity, "大风蓝色预警", actor=by(town, "wulan"))
    for one in (first, second):
        assert any("大风蓝色预警" in body for _, body in told(one.id))


# magfest/ubersystem#1668
def test_who_leaves_gives_the_place_to_who_waits(town):
    activity = cast.published(town, capacity=1)
    ning, other = by(town, "ning"), cast.newcomers(town, 1)[0]
    cast.sign_up(activity, ning)
    cast.sign_up(activity, other)
    with clock.frozen_at(STARTS - timedelta(days=1)), transaction():
        cancellation.cancel(ning.id, confirmed=True, actor=ning)
    assert cast.state_of(activity, other) == "confirmed"


# joshsoftware/intranet#349
def test_who_is_suspended_over_the_day_gives_the_place_to_who_waits(town):
    activity = cast.published(town, capacity=1)
    far = STARTS + timedelta(days=60)
    later = cast.published(town, title="义诊", starts_at=far, ends_at=far + timedelta(hours=2))
    ning, other = by(town, "ning"), cast.newcomers(town, 1)[0]
    cast.sign_up(activity, ning)
    cast.sign_up(activity, other)
    cast.sign_up(later, ning)
    with clock.frozen_at(STARTS - timedelta(days=1)), transaction():
        suspending.suspend(ning.id, "反复爽约", clock.today() + timedelta(days=30), actor=by(town, "tong"))
    assert (cast.state_of(activity, ning), cast.state_of(activity, other)) == ("cancelled", "confirmed")
    assert cast.state_of(later, ning) == "confirmed"
    assert any("1 个活动的名额已让出" in body for _, body in told(ning.id))


# cityofaustin/ctxfloods#463, goauthentik/authentik#25081
def test_an_office_that_ends_ends_at_once_also_in_an_open_console(town):
    desk = Visitor(town.app, "lan")
    phone = town.phone("lan")
    assert desk.get("/console/review").status_code == 200
    town.out_of_office("lan")
    assert desk.get("/console/review").status_code in (302, 403)
    assert phone.get(f"/wishes/to-review?communityId={town.songtao}").status_code == 403


# rubyforgood/human-essentials#4594
def test_goods_that_the_books_do_not_hold_can_be_counted(town):
    shop = shop_cast.opened(town)
    item = shop_cast.goods(town, shop, stock=0)
    with transaction():
        count = stocktakes.propose(shop, [(item, 7, "开业前就在货架上")], actor=by(town, "bu"))
    with transaction():
        stocktakes.approve(count.id, actor=by(town, "yan"))
    assert shop_cast.stock(item) == (7, 0)


# rubyforgood/human-essentials#5667
def test_a_count_below_what_is_reserved_says_what_stands_in_the_way(town):
    shop = shop_cast.opened(town)
    item = shop_cast.goods(town, shop, stock=5)
    shop_cast.rich(town, "wulan")
    shop_cast.asked(town, shop, {item: 4})
    with transaction():
        count = stocktakes.propose(shop, [(item, 2, "少了三件")], actor=by(town, "bu"))
    with pytest.raises(StockReserved, match="还有 4 已被预订"), transaction():
        stocktakes.approve(count.id, actor=by(town, "yan"))
    assert shop_cast.stock(item) == (5, 4)


# rubyforgood/human-essentials#4026
def test_a_receipt_is_not_reversed_behind_a_later_count(town):
    shop = shop_cast.opened(town)
    item = shop_cast.goods(town, shop, stock=0)
    movement = shop_cast.received(town, item, 200)
    with transaction():
        count = stocktakes.propose(shop, [(item, 20, "入库多打了一个零")], actor=by(town, "bu"))
    with transaction():
        stocktakes.approve(count.id, actor=by(town, "yan"))
    assert shop_cast.stock(item) == (20, 0)
    with pytest.raises(OutOfStock), transaction():
        reversals.reverse_receipt(item, movement.id, "多打了一个零", actor=by(town, "yan"))
    assert shop_cast.stock(item) == (20, 0)


# third-culture-software/bhima#3834
def test_one_item_in_two_lines_is_one_wish_for_all_of_it(town):
    shop = shop_cast.opened(town)
    item = shop_cast.goods(town, shop, stock=5)
    shop_cast.rich(town, "wulan")
    body = {"shopId": shop, "lines": [{"itemId": item, "quantity": 4}, {"itemId": item, "quantity": 4}]}
    answer = town.phone("wulan").post("/redemptions", body)
    assert (answer.status_code, answer.json["error"]) == (409, "OUT_OF_STOCK")
    assert answer.json["data"]["needed"] == 8
    assert shop_cast.stock(item) == (5, 0)


# dzhw/metadatamanagement#3122
def test_who_is_suspended_is_not_put_in_charge(town):
    with transaction():
        suspending.suspend(town.person("ning").id, "反复提交广告", in_days(30), actor=by(town, "tong"))
    body = {"communityId": town.songtao, "kind": "social", "name": "新队", "leaderId": town.person("ning").id}
    answer = town.phone("tong").post("/teams", body)
    assert (answer.status_code, answer.json["error"]) == (409, "SUSPENDED_PERSON")
    with pytest.raises(SuspendedPerson), transaction():
        people.appoint(
            town.person("ning").id, "grid_worker", grid(town), clock.today(), None, actor=by(town, "admin")
        )


# corona-warn-app/cwa-documentation#604
def test_a_second_scan_changes_nothing(town):
    activity, ning = cast.published(town), by(town, "ning")
    cast.sign_up(activity, ning)
    with cast.after_start():
        cast.check_in(activity, ning)
    with cast.after_start(minutes=5), pytest.raises(AlreadyCheckedIn):
        cast.check_in(activity, ning)
    assert cast.state_of(activity, ning) == "checked_in"


# department-of-veterans-affairs/caseflow#12523
def test_what_somebody_had_begun_can_be_ended_by_a_colleague(town):
    shop = shop_cast.opened(town)
    item = shop_cast.goods(town, shop, stock=5)
    with transaction():
        count = stocktakes.propose(shop, [(item, 4, "少一件")], actor=by(town, "bu"))
    town.out_of_office("bu")
    with transaction():
        stocktakes.reject(count.id, "盘点人已离岗，重新盘点", actor=by(town, "yan"))


# playasoft/volunteers#58, devsoc-unsw/freerooms#423
def test_hours_that_end_at_midnight_are_hours(town):
    starts = STARTS + timedelta(hours=13)  # 22:00
    activity = cast.published(town, starts_at=starts, ends_at=starts + timedelta(hours=2))
    answer = town.phone("ning").data(
        "GET", f"/activities?communityId={town.songtao}&from=2027-03-06&to=2027-03-06"
    )
    assert activity in [one["id"] for one in answer["list"]]


# rubyforgood/human-essentials#1740, #4226
def test_what_left_the_shelf_is_still_received_handed_over_and_taken_back(town):
    shop = shop_cast.opened(town)
    item = shop_cast.goods(town, shop, stock=5)
    shop_cast.rich(town, "wulan")
    order = shop_cast.approved(town, shop, {item: 2})
    with transaction():
        items.change(item, {"on_shelf": False}, actor=by(town, "bu"))
    shop_cast.received(town, item, 1)
    shop_cast.hand_over(town, order)
    with transaction():
        approvals.give_back(order, "一件有破损", actor=by(town, "yan"))
    assert shop_cast.stock(item) == (6, 0)


# mysociety/fixmystreet#378, #367
@pytest.mark.parametrize("begun", [wishes.claimed, wishes.fulfilled], ids=["claimed", "fulfilled"])
def test_no_job_brings_back_what_was_taken_down_and_staff_still_find_it(town, begun):
    wish_id = begun(town)
    with transaction():
        taking_down.take_down(wish_id, "写了别人的病情", actor=by(town, "tong"))
    with clock.frozen_at(clock.now() + timedelta(days=60)):
        for job in deadlines.JOBS:
            jobs.run(job)
        assert wishes.wish(wish_id).state == "taken_down"
    page = Visitor(town.app, "tong").page(f"/console/wishes/{wish_id}")
    assert "已撤下" in page


# Esri/Survey123Community#326, medic/cht-core#2439
def test_a_wish_handed_in_twice_stands_beside_itself_in_the_review(town):
    wishes.submitted(town)
    second = wishes.submitted(town)
    assert "同一位居民、内容相近" in Visitor(town.app, "tong").page(f"/console/review/{second}")


# mysociety/fixmystreet#2058
def test_no_notice_says_how_the_wisher_wanted_to_be_called(town):
    (wish_id,), _ = wishes.published(town, disclosure="title", salutation="女士")
    with transaction():
        claims.claim(wish_id, actor=by(town, "pei"))
        claims.fulfil(wish_id, "送到了", actor=by(town, "pei"))
    bodies = session.scalars(sa.select(Notice.body).where(Notice.subject_kind == "wish")).all()
    assert bodies
    assert not [body for body in bodies if "女士" in body]
