"""What else staff do on the phone, once: verified, certified, answered, received, counted, called back, reported; and what
happens when a colleague was quicker, the network is away, an answer is lost, a session ends."""

import pytest

from backend import clock
from backend.db import session, transaction
from backend.people.models import Appointment, Residency
from backend.supermarket.actions import approvals, barcodes
from backend.supermarket.models import Item
from tests.conftest import _fresh, kept_as
from tests.miniprogram import office
from tests.miniprogram.handset import away
from tests.supermarket import cast as shop
from tests.town import Town
from tests.wishes import cast as wishes


@pytest.fixture(scope="module")
def ids(host, migrated_app, settings, running_wechat):
    made = {}
    with kept_as("office", host, migrated_app, settings):
        running_wechat.memory.reset()
        made |= office.fill(Town(migrated_app))
    return made


@pytest.fixture
def town(ids, host, migrated_app, settings, wechat):
    for app in _fresh(host, migrated_app, settings, "office"):
        yield Town(app)


def told(phone, text):
    phone.top.get_by_text(text).first.wait_for()
    return phone


def test_a_home_is_verified_after_its_address_was_opened_with_a_reason(pocket, town):
    phone = pocket.take("lan").start("pages/staff/residencies")
    phone.tap("看电话和住址").tap("打开电话和住址")
    told(phone, "请写清楚，至少两个字")
    phone.tap("核实居住登记").look("staff-residencies-reason-390")
    phone.tap("打开电话和住址")
    told(phone, "雪松家园 5 号楼 2 单元 101").look("staff-residencies-contact-390")
    phone.tap_twice("核实通过")
    told(told(phone, "安之遥：已核实"), "没有等核实的居住登记")
    assert session.get(Residency, town.person("an").id, populate_existing=True).state == "verified"
    phone.tap("监护登记")
    told(phone, "没有等核实的监护登记")


def test_a_member_is_sent_back_with_a_reason_and_may_be_put_off_before(pocket, town):
    phone = pocket.take("lan").start("pages/staff/members")
    phone.tap("先放一放")
    told(phone, "其余的看完了，还有 1 件放一放").look("staff-members-later-390")
    phone.tap("再看放一放的")
    phone.tap("退回").tap("没有查到您在这个单位，请核对单位名称").tap("退回登记")
    told(phone, "安之遥：已退回")
    me = town.phone("an").data("GET", "/me")
    assert me["partyRegistration"]["reason"] == "没有查到您在这个单位，请核对单位名称"


def test_hours_are_certified_after_one_was_lowered(pocket, town):
    phone = pocket.take("lan").start("pages/staff/hours")
    phone.tap("减少宁小舟的时长")
    phone.field("改成多少分钟").fill("500")
    phone.tap("改好了")
    told(phone, "填 0 到 120").look("staff-hours-lowered-390")
    phone.field("改成多少分钟").fill("90")
    phone.tap("改好了")
    told(phone, "申报 120")
    phone.tap("认定")
    phone.asked("认定").tap()
    told(phone, "“清雪”：已认定")
    assert (
        sum(one["minutes"] for one in town.phone("ning").data("GET", "/me/service-records")["list"][:1]) == 90
    )


def test_records_are_merged_by_the_second_pair_of_eyes(pocket, town):
    phone = pocket.take("lan").start("pages/staff/merges")
    phone.tap("同意合并")
    phone.asked("合并").tap()
    told(phone, "岑望书、岑望舒：已合并")
    assert (
        town.phone("lan").data("GET", "/person-merges?state=approved")["list"][0]["from"]["name"] == "岑望书"
    )


def test_an_answer_that_was_begun_is_there_again_and_is_sent(pocket, town):
    phone = pocket.take("lan").start("pages/staff/complaints")
    phone.tap("写答复")
    phone.field("答复").fill("已经补发通知。")
    phone.page.reload()
    phone.settled().tap("写答复")
    assert phone.field("答复").input_value() == "已经补发通知。"
    phone.look("staff-complaints-answer-390")
    phone.tap_twice("送出答复")
    told(phone, "投诉：已答复")
    assert len([one for one in phone.calls if one.endswith("/answer")]) == 1
    (mine,) = town.phone("ning").data("GET", "/me/complaints")["list"]
    assert (mine["state"], mine["answer"]) == ("answered", "已经补发通知。")


def test_the_wisher_is_called_back_and_both_answers_are_noted(pocket, town, ids):
    phone = pocket.take("tong").start("pages/staff/call-backs")
    phone.tap("看电话和住址").tap("电话回访").tap("打开电话和住址")
    told(phone, "11100000001")
    phone.tap("记下回访")
    phone.tap("记下回访")
    assert phone.top.get_by_text("请选一个").count() == 2
    phone.look("staff-call-backs-faults-390")
    phone.tap("解决了").tap("很满意")
    phone.tap_twice("记下回访")
    told(phone, "“台灯”：已记下回访")
    wish = wishes.wish(ids["fulfilled"])
    assert phone.calls.count(f"POST /wishes/{ids['fulfilled']}/confirm") == 1
    assert (wish.state, wish.confirm_method, wish.solved, wish.satisfaction) == ("confirmed", "call", True, 5)


def test_a_wish_is_reported_for_somebody_of_82_in_five_fields(pocket, town):
    phone = pocket.take("shao").start("pages/staff/report")
    phone.field("找哪一位居民").fill("p000001")
    phone.tap("找").tap("选 鄂桂兰，P000001 · 1944 年出生")
    phone.field("想要什么").fill("一副拐杖")
    phone.page.reload()
    phone.settled().field("找哪一位居民").fill("P000001")
    phone.tap("找").tap("选 鄂桂兰，P000001 · 1944 年出生")
    # Half a report is there again, but not for whom it was.
    told(phone, "上次没有写完的还在")
    assert phone.field("想要什么").input_value() == "一副拐杖"
    phone.field("说清楚一点").fill("走路要扶着墙。")
    phone.tap("物品")
    phone.field("大约多少钱，元").fill("60")
    phone.tap("老人没有手机")
    phone.look("staff-report-filled-390")
    phone.tap_twice("提交")
    told(phone, "已替 鄂桂兰 提交“一副拐杖”").look("staff-report-sent-390")
    waiting = town.phone("lan").data("GET", "/wishes/to-review?limit=50")["list"]
    (wish,) = [one for one in waiting if one["title"] == "一副拐杖"]
    assert (wish["wisherName"], wish["onBehalfReason"], wish["beneficiaryGroup"]) == (
        "鄂桂兰",
        "老人没有手机",
        "elder",
    )


def test_somebody_new_gets_a_card_and_a_code_for_the_terminal(pocket, town):
    phone = pocket.take("tong").start("pages/staff/people")
    phone.tap("登记并发卡")
    phone.field("真实姓名").fill("卞春山")
    phone.field("出生年份").fill("1944")
    phone.look("staff-people-register-390")
    phone.tap_twice("登记")
    told(phone, "已登记 卞春山，纸质卡号")
    assert phone.calls.count("POST /people") == 1
    phone.tap("找").press(phone.top.get_by_role("button", name="选 卞春山"))
    phone.tap("自助终端验证码")
    phone.asked("给验证码").tap()
    told(phone, "自助终端验证码，请念给本人").look("staff-people-code-390")
    assert phone.top.locator(".digits").inner_text().isdigit()


def test_goods_are_received_by_their_barcode(pocket, town, ids):
    with transaction():
        barcodes.add(ids["mug"], "6901234567892", 6, actor=shop.by(town, "bu"))
    before = session.get(Item, ids["mug"]).on_hand
    phone = pocket.take("bu").start("pages/staff/stock")
    phone.tap("扫条码")
    phone.page.get_by_label("这里没有相机：请输入码的内容").fill("6901234567892")
    phone.asked("确定").tap()
    told(phone, "搪瓷茶缸")
    assert phone.field("入库多少，个").input_value() == "6"
    phone.tap("捐赠")
    phone.field("捐赠的是谁").fill("市水务局")
    phone.look("staff-stock-item-390")
    phone.tap_twice("入库")
    told(phone, f"已入库：搪瓷茶缸 6 个，现在有 {before + 6} 个")
    phone.field("物品名称").fill("茶缸")
    phone.tap("找").button("搪瓷茶缸现在有").or_(phone.top.locator(".found")).first.wait_for()


def test_a_count_is_refused_is_counted_again_and_passes(pocket, town, ids):
    supervisor = pocket.take("yan").start("pages/staff/stocktakes")
    number = supervisor.top.locator(".title").first.inner_text()
    supervisor.tap(f"退回 {number}").tap("差异较大，请重新清点一次").tap("退回盘点")
    told(supervisor, "未通过")
    phone = pocket.take("bu").start("pages/staff/stocktakes")
    phone.tap("新的盘点").at("pages/staff/count")
    phone.field("搪瓷茶缸实际有多少").fill("11")
    phone.tap("提交盘点")
    told(phone, "和账面不一样，请写原因").look("staff-count-faults-390")
    phone.page.reload()
    told(phone.settled(), "上次点到一半的还在")
    phone.field("搪瓷茶缸为什么不一样").fill("打碎一个")
    phone.tap("提交盘点").at("pages/staff/stocktakes")
    told(phone, "差 -1：打碎一个")
    supervisor.open("pages/staff/stocktakes")
    supervisor.press(supervisor.top.get_by_role("button", name="通过").first)
    told(supervisor, "已通过")
    supervisor.top.get_by_text("待审核").wait_for(state="detached")
    assert session.get(Item, ids["mug"], populate_existing=True).on_hand == 11


def test_a_card_holder_is_checked_in_on_the_spot(pocket, town, ids):
    behalf = {"onBehalfOf": {"personId": town.person("e").id, "reason": "老人没有手机"}}
    town.phone("tong").data("POST", f"/activities/{ids['activity']}/sign-up", behalf)
    phone = pocket.take("tong").start("pages/staff/check-in")
    phone.look("staff-check-in-list-390")
    phone.press(phone.top.get_by_role("button", name="楼道大扫除"))
    told(phone.settled(), "到了 0 人，报名 1 人")
    phone.field("纸质卡号").fill("P000001")
    phone.tap_twice("代签到")
    told(told(phone, "鄂桂兰：已签到"), "到了 1 人，报名 1 人")
    assert phone.calls.count(f"POST /activities/{ids['activity']}/check-in") == 1


def test_a_colleague_who_was_quicker_is_told_of_and_the_next_one_comes(pocket, town):
    phone = pocket.take("lan").start("pages/staff/redemptions")
    waiting = town.phone("tong").data("GET", "/redemptions/to-approve")["list"]
    with transaction():
        approvals.approve(waiting[0]["id"], actor=shop.by(town, "tong"))
    phone.tap("审批通过")
    phone.page.locator("dialog").wait_for()
    phone.asked("知道了").tap()
    phone.top.get_by_text(waiting[0]["number"]).wait_for(state="detached")
    told(phone, f"还有 {len(waiting) - 1} 件")
    phone.tap("不予通过").tap("与本人核对后，不需要这次兑换").tap("不予通过")
    told(phone, "不予通过，积分已退还")


def test_what_was_typed_survives_a_network_that_was_away(pocket, town):
    phone = pocket.take("lan").start("pages/staff/wishes")
    phone.tap("退回补充")
    phone.field("要补充什么").fill("请写尺寸")
    with away(phone):
        phone.tap("退回补充")
        phone.page.locator("dialog").get_by_text("没有").first.wait_for()
        phone.asked("知道了").tap()
    assert phone.field("要补充什么").input_value() == "请写尺寸"
    phone.look("staff-wishes-offline-390")
    phone.tap("退回补充")
    told(phone, "已退回补充")


def test_an_answer_that_the_network_swallowed_counts_once(pocket, town):
    phone = pocket.take("lan").start("pages/staff/wishes")
    lost = []

    def swallow(route):
        if not lost:
            lost.append(route.fetch())
            return route.abort()
        return route.continue_()

    phone.page.route("**/accept", swallow)
    phone.tap("审核通过")
    told(phone, "审核通过")
    phone.top.get_by_role("status").first.wait_for()
    assert lost[0].status == 200


def test_a_session_that_ended_in_the_middle_is_begun_anew_and_nothing_typed_is_lost(pocket, town):
    phone = pocket.take("lan").start("pages/staff/wishes")
    phone.tap("退回补充")
    phone.field("要补充什么").fill("请写尺寸")
    phone.page.evaluate("localStorage.setItem('wx:dianliang.token', '\"ended\"')")
    phone.tap("退回补充")
    phone.at("pages/consent/index").tap("同意").at("pages/staff/wishes")
    told(phone, "已退回补充")


def test_a_slow_network_shows_that_it_waits_and_takes_no_second_press(pocket, town):
    phone = pocket.take("lan").start("pages/staff/wishes")
    held = []
    phone.page.route("**/accept", lambda route: held.append(route))
    phone.tap("审核通过")
    phone.button("审核通过").and_(phone.page.locator("button:disabled")).wait_for()
    told(phone, "请稍等…")
    assert len(held) == 1
    held[0].continue_()
    phone.top.get_by_text("：审核通过").wait_for()


def test_who_works_in_two_communities_says_for_which(pocket, town):
    with transaction():
        facts = {
            "person_id": town.person("shao").id,
            "role": "community_staff",
            "organisation_id": town.baihua,
        }
        session.add(Appointment(**facts, from_day=clock.today()))
    phone = pocket.take("shao").start("pages/staff/people")
    phone.tap("白桦社区")
    phone.field("找哪一位居民").fill("P000001")
    phone.tap("找")
    told(phone, "本社区没有找到").look("staff-people-two-places-390")
    phone.tap("松涛社区").tap("找").button("选 鄂桂兰，P000001 · 1944 年出生").wait_for()
