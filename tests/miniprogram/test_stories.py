"""What people really do with it: a rider on the way, a party member on a bus, a leader in the snow. By touch and by keys.

One width and size of text for each story; every one with --every-screen. The daughter's story is in test_report.py.
"""

from datetime import timedelta

from backend import clock
from backend.db import session, transaction
from backend.volunteering import codes
from backend.volunteering.models import SignUp
from backend.wishes.actions import claims
from tests.miniprogram.cast import clearing
from tests.miniprogram.handset import away
from tests.supermarket import cast as shops
from tests.volunteering import cast as volunteers
from tests.wishes import cast as wishes

EVERY = [
    (width, elder, keys) for width in (320, 390, 768) for elder in (False, True) for keys in (False, True)
]
SHORT = {
    "test_a_rider_checks_in_with_one_hand_and_redeems_water_on_the_way": [(320, False, False)],
    "test_a_party_member_on_a_bus_claims_calls_and_delivers": [(390, True, True)],
    "test_a_leader_calls_the_roll_in_the_snow_and_sends_it_later": [(390, False, False)],
}


def pytest_generate_tests(metafunc):
    if "width" not in metafunc.fixturenames:
        return
    every = metafunc.config.getoption("--every-screen")
    given = EVERY if every else SHORT[metafunc.function.__name__]
    ids = [
        f"{width}-{'elder' if elder else 'usual'}-{'keys' if keys else 'touch'}"
        for width, elder, keys in given
    ]
    metafunc.parametrize(("width", "elder", "keys"), given, ids=ids)


def held(pocket, who, width, elder, keys):
    phone = pocket.take(who, width=width, elder=elder)
    phone.by_keys = keys
    return phone


def called(activity_id):
    """Who came and left, by person, as the server knows it."""
    rows = session.query(SignUp).filter_by(activity_id=activity_id).all()
    session.expire_all()
    return {row.person_id: (row.checked_in_at, row.checked_out_at, row.source) for row in rows}


def test_a_rider_checks_in_with_one_hand_and_redeems_water_on_the_way(pocket, town, width, elder, keys):
    activity_id = clearing(town, began=5)
    shop_id = town.phone("ning").get(f"/shops?communityId={town.songtao}").json["data"]["list"][0]["id"]
    water = shops.goods(town, shop_id, name="瓶装水", points=2)
    phone = held(pocket, "ning", width, elder, keys).start("pages/me/index")
    before = len(phone.calls)
    # Two presses and the camera, all in reach of a thumb.
    phone.press(phone.button("七天内的活动，1 件")).at("pages/activity/mine")
    phone.press(phone.top.get_by_role("button", name="清扫单元门前的雪")).at("pages/activity/detail")
    phone.press(phone.button("签到"))
    phone.page.keyboard.insert_text(codes.current(activity_id, clock.now()).code)
    phone.press(phone.asked("确定"))
    phone.top.get_by_text("我：已签到").wait_for()
    assert phone.calls[before:].count(f"POST /activities/{activity_id}/check-in") == 1
    phone.at_rest().look(f"story-rider-checked-in-{width}", elder)

    phone.open(f"pages/shop/detail?id={shop_id}")
    phone.press(phone.top.get_by_role("button", name="瓶装水")).at("pages/item/detail")
    phone.press(phone.button("兑换"))
    phone.press(phone.asked("兑换"))
    phone.at("pages/redemption/detail")
    (order,) = town.phone("ning").get("/me/redemptions").json["data"]["list"]
    assert [line["itemId"] for line in order["lines"]] == [water]
    town.phone("tong").data("POST", f"/redemptions/{order['id']}/approve")
    phone.page.get_by_role("button", name="刷新").tap()
    phone.top.get_by_text("取货码：给店员看，或让店员扫").wait_for()
    phone.at_rest().look(f"story-rider-water-{width}", elder)
    shops.hand_over(town, order["id"])
    assert town.phone("ning").get("/me/points").json["data"]["available"] == 38


def test_a_party_member_on_a_bus_claims_calls_and_delivers(pocket, town, width, elder, keys):
    (wish_id,), _round = wishes.published(town)
    phone = held(pocket, "pei", width, elder, keys).start("pages/wish/wall")
    phone.press(phone.top.get_by_role("button", name="台灯，等待认领")).at("pages/wish/detail")
    phone.press(phone.button("认领"))
    phone.press(phone.asked("确定"))
    phone.button("看联系方式").wait_for()
    phone.open("pages/me/index")
    phone.press(phone.top.get_by_role("link", name="我的认领")).at("pages/claim/mine")
    phone.press(phone.button("看联系方式：台灯"))
    phone.page.locator("dialog").get_by_text("11100000001").wait_for()
    phone.press(phone.asked("打电话"))
    phone.page.locator("dialog").get_by_text("拨打电话").wait_for()
    phone.press(phone.asked("知道了"))
    phone.at_rest().look(f"story-bus-claims-{width}", elder)

    # Into the tunnel: the delivery is written without a network, and is sent once when there is one.
    with away(phone):
        phone.press(phone.button("送达：台灯")).at("pages/claim/deliver")
        phone.write("怎么办好的", "台灯送到了，已经试亮")
        phone.press(phone.button("送达"))
        phone.at("pages/claim/mine").top.get_by_text("送达已存在手机里，连上网自动送出").wait_for()
        phone.look(f"story-bus-kept-{width}", elder)
        assert wishes.wish(wish_id).state == "claimed"
    phone.top.get_by_text("这里还没有认领的心愿").wait_for()
    assert wishes.wish(wish_id).state == "fulfilled"
    assert phone.at_rest().calls.count(f"POST /wishes/{wish_id}/fulfil") == 1
    assert town.phone("ning").get("/me/notices?unread=true").json["data"]["list"]


def test_a_leader_calls_the_roll_in_the_snow_and_sends_it_later(pocket, town, width, elder, keys):
    activity_id = clearing(town)
    ning, pei, geng = (town.person(name).id for name in ("ning", "pei", "geng"))
    phone = held(pocket, "wulan", width, elder, keys).start(f"pages/activity/detail?id={activity_id}")
    phone.press(phone.button("点名")).at("pages/activity/roll-call")
    path = f"POST /activities/{activity_id}/roll-call"
    with away(phone):
        phone.press(phone.button("到了：宁小舟"))
        phone.press(phone.button("到了：裴长青"))
        phone.press(phone.button("撤销：裴长青"))
        phone.press(phone.button("其余的都到了"))
        phone.press(phone.button("撤销：耿志强"))
        # The page is closed and opened again where there is no network: the list and what was called are there.
        phone.open(f"pages/activity/roll-call?id={activity_id}")
        phone.top.get_by_text("存在手机里的名单，照样可以点名").wait_for()
        phone.look(f"story-snow-{width}", elder)
        if keys:
            phone.press(phone.button("送出点名（2 人）"))
        else:
            phone.tap_twice("送出点名（2 人）")
        phone.top.get_by_text("2 人的点名存在手机里，连上网自动送出。").wait_for()
        # The second touch has not pressed what the page had moved under the thumb: “都走了”.
        assert not phone.top.get_by_text("没有送出").count()
        assert {came for came, _left, _source in called(activity_id).values()} == {None}
        phone.open("pages/me/waiting").top.get_by_text("点名：清扫单元门前的雪，2 人").wait_for()
        phone.look(f"story-snow-waiting-{width}", elder)
    phone.top.get_by_text("都送出了").wait_for()
    assert phone.at_rest().calls.count(path) == 1
    told = called(activity_id)
    assert [told[one][0] is not None for one in (ning, pei, geng)] == [True, True, False]
    assert told[ning][2] == "roll_call"

    # At the end all who came go home: nobody leaves in the second in which they came.
    while clock.now().replace(microsecond=0) <= max(told[ning][0], told[pei][0]):
        phone.page.wait_for_timeout(50)
    phone.open(f"pages/activity/roll-call?id={activity_id}")
    phone.press(phone.button("都走了"))
    phone.press(phone.button("送出点名（2 人）"))
    phone.top.get_by_text("还没有到").wait_for()
    phone.at_rest()
    assert phone.calls.count(path) == 2
    assert [called(activity_id)[one][1] is not None for one in (ning, pei, geng)] == [True, True, False]


def test_a_second_touch_is_nothing_for_the_button_that_has_come_under_the_thumb(pocket, town):
    activity_id = clearing(town)
    phone = held(pocket, "wulan", 390, False, False).start(f"pages/activity/roll-call?id={activity_id}")
    place = phone.button("到了：宁小舟").bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    phone.page.clock.set_fixed_time(clock.now())
    phone.page.touchscreen.tap(x, y)
    phone.button("走了：宁小舟").wait_for()
    before = phone.top.inner_text()
    phone.page.touchscreen.tap(x, y)
    # What is pressed elsewhere counts at once.
    phone.tap("到了：裴长青")
    phone.button("走了：裴长青").wait_for()
    phone.tap("撤销：裴长青")
    phone.button("到了：裴长青").wait_for()
    assert phone.top.inner_text() == before
    phone.page.clock.set_fixed_time(clock.now() + timedelta(seconds=1))
    phone.page.touchscreen.tap(x, y)
    assert phone.still().top.inner_text() != before


def test_a_roll_that_the_server_does_not_take_is_said_and_decided_by_the_leader(pocket, town):
    """Somebody was faster: it was sent when the activity had been called off. Nothing is lost in silence."""
    activity_id = clearing(town)
    phone = held(pocket, "wulan", 390, False, False).start(f"pages/activity/roll-call?id={activity_id}")
    with away(phone):
        phone.tap("到了：宁小舟").tap("送出点名（1 人）")
        phone.top.get_by_text("1 人的点名存在手机里，连上网自动送出。").wait_for()
        town.phone("tong").data("POST", f"/activities/{activity_id}/cancel", {"reason": "暴雪预警"})
    phone.top.get_by_text("有点名没有送成。").wait_for()
    phone.at_rest()
    phone.top.get_by_role("link", name="去看看").tap()
    phone.at("pages/me/waiting").top.get_by_text("没有送成").wait_for()
    phone.look("waiting-refused-390")
    phone.tap("不送了：点名：清扫单元门前的雪，1 人")
    phone.asked("不送了").tap()
    phone.top.get_by_text("都送出了").wait_for()


def test_what_was_kept_is_nobody_elses_after_signing_out(pocket, town):
    """Names of volunteers stay on a phone no longer than its owner is signed in."""
    activity_id = clearing(town)
    phone = held(pocket, "wulan", 390, False, False).start(f"pages/activity/roll-call?id={activity_id}")
    kept = "() => localStorage.getItem('wx:dianliang.roll')"
    assert "宁小舟" in phone.page.evaluate(kept)
    phone.open("pages/me/settings").tap("退出登录").at("pages/home/index")
    assert phone.page.evaluate(kept) is None


def test_a_delivery_that_was_refused_stays_on_the_page(pocket, town):
    wish_id = wishes.claimed(town)
    phone = held(pocket, "pei", 390, False, False).start(f"pages/claim/deliver?id={wish_id}")
    phone.field("怎么办好的").fill("台灯送到了")
    with transaction():
        claims.release(wish_id, "去不了", actor=wishes.by(town, "pei"))
    phone.tap_twice("送达")
    phone.asked("知道了").tap()
    assert phone.at_rest().field("怎么办好的").input_value() == "台灯送到了"
    assert phone.calls.count(f"POST /wishes/{wish_id}/fulfil") == 1
    assert phone.page.evaluate("() => localStorage.getItem('wx:dianliang.queue')") == "[]"
    phone.page.reload()
    assert phone.settled().field("怎么办好的").input_value() == "台灯送到了"


def test_the_code_on_the_leaders_phone_lets_people_in(pocket, town):
    activity_id = clearing(town)
    leader = held(pocket, "wulan", 390, False, False).start(f"pages/team/code?id={activity_id}")
    shown = leader.top.locator(".digits").inner_text()
    assert volunteers.codes.current(activity_id, clock.now()).code == shown
