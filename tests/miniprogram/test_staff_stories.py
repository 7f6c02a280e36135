"""Staff at work on the phone: a clerk reviews ten wishes one after the other, a shop keeper scans and hands over, a
computer is signed in. By touch, and by keyboard with large text."""

import re

import pytest

from backend.db import session, transaction
from backend.supermarket.models import Redemption
from backend.wishes import ready_answers
from tests.console.visitor import Visitor
from tests.supermarket import cast as shop
from tests.wishes import cast as wishes

# What is wished for, beside the two of the demo city that wait already.
WISHED = [
    ("一把轮椅坡道", "门口有两级台阶，轮椅上不去。", "repair"),
    ("一把轮椅坡道", "门口有两级台阶，轮椅上不去了。", "repair"),
    ("教我用手机挂号", "医院都要网上挂号，不会用。", "learning"),
    ("陪我说说话", "一个人住，想有人来坐坐。", "company"),
    ("一副老花镜", "看药瓶上的字看不清。", "goods"),
    ("修一修水龙头", "厨房的水龙头一直滴水。", "repair"),
    ("还清欠的医药费", "住院欠了钱。", "other"),
    ("一千元现金", "急用。", "other"),
]


@pytest.fixture
def ten(town):
    """Ten wishes wait for lan; the community has a sentence of its own for declining."""
    wishes.open_round(town)
    with transaction():
        ready_answers.change(
            town.songtao, "decline", ["现金不是微心愿，请到救助窗口"], actor=wishes.by(town, "tong")
        )
    made = [
        wishes.submitted(town, title=title, description=text, category=kind) for title, text, kind in WISHED
    ]
    assert len(town.phone("lan").data("GET", "/wishes/to-review?limit=50")["list"]) == 10
    return made


def states(made):
    return [wishes.wish(one).state for one in made]


def link(phone, name):
    return phone.top.get_by_role("link", name=name)


def seen(phone, title):
    phone.top.get_by_role("heading", name=title, exact=True).wait_for()


@pytest.mark.held(390, False)
def test_a_clerk_reviews_ten_wishes_by_touch(pocket, town, ten, screen):
    phone = pocket.take("lan", **screen).start("pages/me/index")
    link(phone, re.compile("^工作台")).tap()
    phone.at("pages/staff/home")
    link(phone, "审核心愿，10 件").tap()
    phone.at("pages/staff/wishes")
    # The second touch of an unsure thumb does not fall on the next wish.
    phone.tap_twice("审核通过")
    phone.top.get_by_text("还有 9 件").wait_for()
    phone.tap("审核通过")
    seen(phone, "一把轮椅坡道")
    phone.tap("审核通过")
    phone.top.get_by_text("还有 7 件").wait_for()
    phone.tap("合并到：一把轮椅坡道")
    phone.tap("同一件事报了两次，合并到一起办理").tap("合并")
    seen(phone, "教我用手机挂号")
    phone.tap("退回补充").tap("请说明为什么需要，方便社区核实")
    phone.look(f"staff-wishes-reason-{screen['width']}", screen["elder"])
    phone.tap("退回补充")
    for title in ("陪我说说话", "一副老花镜", "修一修水龙头"):
        seen(phone, title)
        phone.tap("审核通过")
    seen(phone, "还清欠的医药费")
    phone.tap("转介")
    phone.field("为什么转介").fill("医药费请到救助窗口")
    phone.tap("转介")
    phone.top.get_by_text("请选转到哪里").wait_for()
    phone.look(f"staff-wishes-faults-{screen['width']}", screen["elder"])
    phone.tap("临时救助窗口").tap("转介")
    seen(phone, "一千元现金")
    phone.tap("不予受理").tap("现金不是微心愿，请到救助窗口").tap("不予受理")
    phone.top.get_by_text("待审核的心愿都看完了").wait_for()
    phone.look(f"staff-wishes-done-{screen['width']}", screen["elder"])
    assert states(ten) == [
        "accepted", "merged", "sent_back", "accepted", "accepted", "accepted", "referred", "declined",
    ]  # fmt: skip
    assert wishes.wish(ten[7]).review_reason == "现金不是微心愿，请到救助窗口"
    assert len([one for one in phone.calls if re.fullmatch(r"POST /wishes/\d+/accept", one)]) == 6


@pytest.mark.held(320, True)
def test_a_clerk_reviews_ten_wishes_by_keyboard(pocket, town, ten, screen):
    phone = pocket.take("lan", **screen).start("pages/staff/wishes")
    keys = phone.page.keyboard
    for left in range(9, 0, -1):
        phone.tab_to(enabled(phone, "审核通过"))
        keys.press("Enter")
        phone.top.get_by_text(f"还有 {left} 件").wait_for()
    phone.tab_to(enabled(phone, "不予受理"))
    keys.press("Enter")
    phone.tab_to(phone.field("为什么不能受理"))
    keys.insert_text("现金不是微心愿")
    phone.tab_to(phone.button("不予受理"))
    keys.press("Enter")
    phone.top.get_by_text("待审核的心愿都看完了").wait_for()
    assert states(ten) == ["accepted"] * 7 + ["declined"]


def enabled(phone, name):
    """A button once it may be pressed: for a moment after the last decision it may not."""
    phone.button(name).and_(phone.page.locator("button:enabled")).wait_for()
    return phone.button(name)


@pytest.fixture
def soap(town):
    """An order of ning's that lies ready: three pieces. Answers its id."""
    shop_id = town.phone("ning").data("GET", f"/shops?communityId={town.songtao}")["list"][0]["id"]
    mug = shop.goods(town, shop_id, stock=9, points=4, name="搪瓷茶缸", unit="个")
    return shop.approved(town, shop_id, {mug: 3}, name="ning")


def scanned(phone, text, press=lambda button: button.tap()):
    phone.page.get_by_label("这里没有相机：请输入码的内容").fill(text)
    press(phone.asked("确定"))


@pytest.mark.held(390, False)
def test_a_shop_keeper_scans_and_hands_over_a_part_by_touch(pocket, town, soap, screen):
    phone = pocket.take("bu", **screen).start("pages/staff/home")
    link(phone, "柜台发放").tap()
    phone.at("pages/staff/counter")
    phone.tap("扫取货码")
    scanned(phone, "00000000")
    phone.page.locator("dialog").get_by_text("没有找到这个取货码").wait_for()
    phone.asked("知道了").tap()
    phone.tap("扫取货码")
    scanned(phone, shop.code(soap))
    seen(phone, "宁小舟")
    phone.tap("搪瓷茶缸少一个")
    phone.top.get_by_text("发放以后扣 8 积分").wait_for()
    phone.look(f"staff-counter-order-{screen['width']}", screen["elder"])
    phone.tap_twice("发放")
    phone.top.get_by_text("已发给 宁小舟：搪瓷茶缸 × 3，扣 8 积分").wait_for()
    assert phone.calls.count(f"POST /redemptions/{soap}/hand-over") == 1
    order = session.get(Redemption, soap, populate_existing=True)
    assert order.state == "handed_over"
    assert town.phone("ning").data("GET", "/me/points")["available"] == 40 - 8


@pytest.mark.held(320, True)
def test_a_shop_keeper_hands_over_to_a_neighbour_by_keyboard(pocket, town, soap, screen):
    phone = pocket.take("bu", **screen).start("pages/staff/counter")
    keys = phone.page.keyboard
    phone.tab_to(phone.field("取货码"))
    keys.insert_text(shop.code(soap))
    keys.press("Enter")
    seen(phone, "宁小舟")
    phone.tab_to(phone.button("别人代取"))
    keys.press("Enter")
    phone.enter("发放")
    phone.top.get_by_text("请写代取的人的姓名").wait_for()
    phone.page.keyboard.press("Shift+Tab")
    keys.insert_text("乌兰舟")
    phone.look(f"staff-counter-proxy-{screen['width']}-elder", screen["elder"])
    phone.enter("发放")
    phone.top.get_by_text("已发给 宁小舟").wait_for()
    assert session.get(Redemption, soap, populate_existing=True).collected_by == "proxy"


def screen_of(computer):
    """What the code on the computer's screen says, and the number below it."""
    computer.get("/console/sign-in")
    computer.post("/console/sign-in/scan")
    page = computer.page("/console/sign-in/scan")
    return page.split("/console-sign-ins/")[1].split("/approve")[0], re.search(r'data-choice="(\d\d)"', page)[
        1
    ]


def test_a_computer_is_signed_in_by_the_number_on_its_screen(pocket, town):
    computer = Visitor(town.app)
    code, number = screen_of(computer)
    phone = pocket.take("lan").start("pages/staff/home")
    phone.tap("扫码登录电脑").at("pages/staff/sign-in")
    phone.tap("扫一扫")
    scanned(phone, "https://example.com")
    phone.top.get_by_text("这不是电脑登录的二维码").wait_for()
    phone.open("pages/staff/sign-in").tap("扫一扫")
    scanned(phone, f"dianliang:console-sign-in:{code}")
    seen(phone, "登录工作后台")
    phone.look("staff-sign-in-numbers-390")
    phone.tap_twice(number)
    phone.top.get_by_text("电脑已登录，请看电脑屏幕").wait_for()
    assert phone.calls.count(f"POST /console-sign-ins/{code}/approve") == 1
    assert computer.get("/console/sign-in/scan/standing").json == {"standing": "allowed"}


def test_a_wrong_number_and_a_resident_sign_no_computer_in(pocket, town):
    computer = Visitor(town.app)
    code, number = screen_of(computer)
    phone = pocket.take("lan").start("pages/staff/sign-in")
    phone.tap("扫一扫")
    scanned(phone, f"dianliang:console-sign-in:{code}")
    seen(phone, "登录工作后台")
    other = next(one for one in phone.top.locator(".choice").all_inner_texts() if one != number)
    phone.tap(other)
    phone.page.locator("dialog").wait_for()
    phone.asked("知道了").tap()
    phone.button("扫一扫").wait_for()
    assert computer.get("/console/sign-in/scan/standing").json != {"standing": "allowed"}
    code, _number = screen_of(Visitor(town.app))
    resident = pocket.take("ning").start("pages/staff/sign-in")
    resident.tap("扫一扫")
    scanned(resident, f"dianliang:console-sign-in:{code}")
    seen(resident, "登录工作后台")
    resident.press(resident.top.locator(".choice").first)
    resident.page.locator("dialog").get_by_text("只有").or_(
        resident.page.locator("dialog p")
    ).first.wait_for()
