"""What people press on the pages: once is once, whoever was faster is said, a session that ended is begun anew."""

import pytest

from backend.db import transaction
from backend.wishes.actions import claims
from tests.wishes import cast


@pytest.fixture
def soap(town):
    phone = town.phone("ning")
    shop = phone.get(f"/shops?communityId={town.songtao}").json["data"]["list"][0]["id"]
    return min(
        phone.get(f"/shops/{shop}/items?kind=goods").json["data"]["list"], key=lambda one: one["points"]
    )["id"]


def test_an_order_is_one_order_however_often_it_is_pressed(pocket, town, soap):
    phone = pocket.take("ning").start(f"pages/item/detail?id={soap}")
    phone.tap("多一袋")
    phone.tap_twice("兑换")
    phone.asked("兑换").tap()
    phone.at("pages/redemption/detail").look("redemption-asked-390")
    assert len(town.phone("ning").get("/me/redemptions").json["data"]["list"]) == 1
    phone.tap("取消兑换")
    phone.asked("取消兑换").tap()
    phone.top.get_by_text("已取消").wait_for()
    assert town.phone("ning").get("/me/points").json["data"]["available"] == 40


def test_a_place_is_taken_once_and_given_back(pocket, town):
    listed = (
        town.phone("ning").get(f"/activities?communityId={town.songtao}&joinable=true").json["data"]["list"]
    )
    phone = pocket.take("ning").start(f"pages/activity/detail?id={listed[0]['id']}")
    phone.tap_twice("报名")
    phone.top.get_by_text("我：已报名").wait_for()
    assert phone.calls.count(f"POST /activities/{listed[0]['id']}/sign-up") == 1
    phone.tap("取消报名")
    phone.asked("确定").tap()
    phone.button("报名").wait_for()


def test_a_guest_signs_up_and_signs_in_on_the_way(pocket, town):
    listed = (
        town.phone("ning").get(f"/activities?communityId={town.songtao}&joinable=true").json["data"]["list"]
    )
    phone = pocket.take().start(f"pages/activity/detail?id={listed[0]['id']}", who="ning")
    phone.tap("报名")
    phone.asked("同意").tap()
    phone.at("pages/consent/index").tap("同意").at("pages/activity/detail")
    phone.top.get_by_text("我：已报名").wait_for()


def test_a_guest_signs_up_although_the_page_was_being_read_again_as_a_guest(pocket, town):
    """Coming back from the consent reads the page anew: what was asked for before signing in is no answer after it."""
    listed = (
        town.phone("ning").get(f"/activities?communityId={town.songtao}&joinable=true").json["data"]["list"]
    )
    phone = pocket.take().start(f"pages/activity/detail?id={listed[0]['id']}", who="ning")
    phone.tap("报名")
    phone.asked("同意").tap()
    phone.at("pages/consent/index")
    held = []

    def hold(route):
        if held or "authorization" in route.request.headers:
            route.continue_()
        else:
            held.append(route)

    phone.page.route(f"**/api/v1/activities/{listed[0]['id']}", hold)
    phone.tap("同意").at("pages/activity/detail")
    while not held:
        phone.page.wait_for_timeout(50)
    held[0].continue_()
    phone.top.get_by_text("我：已报名").wait_for()


def test_the_wisher_confirms_and_says_solved_and_satisfied_apart(pocket, town):
    wish_id = cast.fulfilled(town)
    phone = pocket.take("ning").start(f"pages/wish/detail?id={wish_id}")
    phone.tap("确认").at("pages/wish/confirm")
    phone.tap("确认")
    assert phone.top.get_by_text("请选一个").count() == 2
    phone.open(f"pages/wish/detail?id={wish_id}").tap("确认").at("pages/wish/confirm")
    phone.tap("解决了").tap("很满意")
    phone.tap_twice("确认")
    phone.at("pages/wish/detail").top.get_by_text("5 分，已解决").wait_for()
    assert cast.wish(wish_id).state == "confirmed"


def test_whoever_was_slower_is_told_and_sees_what_is_so_now(pocket, town):
    (wish_id,), _round = cast.published(town)
    phone = pocket.take("qin").start(f"pages/wish/detail?id={wish_id}")
    phone.button("认领").wait_for()
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
    phone.tap("认领")
    phone.asked("确定").tap()
    phone.page.locator("dialog").get_by_text("这个心愿已被认领").wait_for()
    phone.asked("知道了").tap()
    phone.top.get_by_text("已认领", exact=True).first.wait_for()
    assert phone.button("认领").count() == 0


def test_a_session_that_ended_is_begun_anew_and_the_page_goes_on(pocket, town):
    phone = pocket.take("ning").start("pages/home/index")
    phone.page.evaluate("localStorage.setItem('wx:dianliang.token', '\"ended\"')")
    phone.open("pages/redemption/mine")
    # This phone has not noted that its owner agreed: the notice is asked for once more, and the page goes on.
    phone.at("pages/consent/index").tap("同意").at("pages/redemption/mine")
    phone.top.get_by_text("这里还没有兑换单").wait_for()
    assert phone.calls.count("POST /sessions") == 1
