"""The daughter of an 82-year-old reports a wish for her mother in two minutes: by touch, and by keyboard with large text."""

import pytest

from tests.files import pictures

TITLE = "给妈妈一盏亮一点的台灯"
WORDS = "她八十二了，晚上看报纸看不清。"
FORM = "pages/wish/write"


def wishes(town, title=TITLE):
    listed = town.phone("ning").get("/me/wishes?limit=50").json["data"]["list"]
    return [one for one in listed if one["title"] == title]


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "lamp.png"
    path.write_bytes(pictures.saved(pictures.drawn(640, 480), "PNG"))
    return path


def agree(phone, press):
    """WeChat's own window first, then our notice in full."""
    press(phone.asked("同意"))
    phone.at("pages/consent/index")
    return phone


def test_by_touch_with_a_picture_and_every_button_pressed_twice(pocket, town, picture):
    phone = pocket.take().start(who="ning")
    phone.tap("许一个微心愿")
    agree(phone, lambda button: button.tap()).look("consent-390")
    phone.tap("同意").at(FORM)
    phone.field("想要什么").fill(TITLE)
    phone.field("说清楚一点").fill(WORDS)
    phone.tap("物品").tap("老人")
    phone.field("大约多少钱，元").fill("80")
    phone.tap("称呼：请选择")
    phone.asked("奶奶").tap()
    phone.field("联系电话").fill("11100000012")
    phone.field("送到哪里").fill("雪松家园 7 号楼 2 单元 301")
    with phone.page.expect_file_chooser() as chosen:
        phone.tap("添加图片")
    chosen.value.set_files(picture)
    phone.button("去掉第 1 张图片").wait_for()
    phone.look("wish-write-filled-390")
    phone.tap_twice("提交")
    phone.at("pages/wish/detail").top.get_by_text("待审核").wait_for()
    (wish,) = wishes(town)
    assert (wish["state"], wish["wisher"], wish["estimatedCost"], len(wish["files"])) == (
        "submitted",
        "宁奶奶",
        80,
        1,
    )
    assert phone.calls.count("POST /wishes") == 1
    # WeChat's messages are asked for when she presses for them, and at no other time.
    phone.tap("有进展时微信通知我")
    phone.asked("允许").tap()
    phone.top.get_by_text("好的，有进展时微信通知您").wait_for()
    # The draft has gone with it.
    phone.open(FORM)
    assert phone.field("想要什么").input_value() == ""


def test_by_keyboard_with_large_text(pocket, town):
    phone = pocket.take("ning", elder=True).start()
    keys = phone.page.keyboard
    phone.tab_to(phone.button("许一个微心愿"))
    keys.press("Enter")
    phone.at(FORM)
    phone.tab_to(phone.field("想要什么"))
    keys.insert_text(TITLE)
    keys.press("Tab")
    keys.insert_text(WORDS)
    for choice in ("物品", "老人"):
        phone.tab_to(phone.button(choice))
        keys.press("Space")
    phone.tab_to(phone.button("不公开姓名"))
    keys.press("Enter")
    phone.tab_to(phone.button("提交"))
    keys.press("Enter")
    phone.at("pages/wish/detail").top.get_by_text("待审核").wait_for()
    phone.look("wish-detail-by-keyboard-elder", elder=True)
    assert [one["state"] for one in wishes(town)] == ["submitted"]


def test_what_is_missing_or_wrong_stands_beside_its_field(pocket, town):
    phone = pocket.take("ning").start(FORM)
    phone.tap("提交")
    for said in ("请写一句想要什么", "请写清楚一点，方便帮您的人准备", "请选一个称呼，或改成不公开姓名"):
        phone.top.get_by_text(said).wait_for()
    phone.look("wish-write-faults-390")
    phone.open(FORM)
    phone.field("想要什么").fill(TITLE)
    phone.field("说清楚一点").fill(WORDS)
    phone.tap("物品").tap("老人").tap("不公开姓名")
    phone.field("联系电话").fill("123")
    phone.tap("提交")
    # What the server says of a field stands beside it, too.
    phone.fault_at("联系电话").wait_for()
    assert wishes(town) == []


def test_what_the_community_does_not_take_is_said_and_nothing_lost(pocket, town):
    phone = pocket.take("ning").start(FORM)
    phone.field("想要什么").fill(TITLE)
    phone.field("说清楚一点").fill(WORDS)
    phone.tap("物品").tap("老人").tap("不公开姓名")
    phone.field("大约多少钱，元").fill("9000")
    phone.tap("提交")
    phone.asked("知道了").tap()
    assert phone.field("想要什么").input_value() == TITLE
    assert wishes(town) == []


def test_a_draft_is_kept_on_the_phone_without_address_and_telephone(pocket):
    phone = pocket.take("ning").start(FORM)
    phone.field("想要什么").fill(TITLE)
    phone.field("送到哪里").fill("雪松家园 7 号楼")
    phone.tap("学习")
    phone.page.reload()
    phone.settled().top.get_by_text("上次没有写完的还在，接着写就行。").wait_for()
    assert phone.field("想要什么").input_value() == TITLE
    assert phone.field("送到哪里").input_value() == ""
    assert phone.button("学习").get_attribute("aria-pressed") == "true"
    phone.tap("不要了，重新写")
    assert phone.field("想要什么").input_value() == ""


def test_who_does_not_agree_stays_a_guest(pocket):
    phone = pocket.take().start(who="ning")
    phone.tap("许一个微心愿")
    agree(phone, lambda button: button.tap()).tap("不同意").at(FORM)
    phone.top.get_by_text("还没有登录").wait_for()
    phone.look("wish-write-guest-390")
    assert "POST /sessions" not in phone.calls
    phone.tap("回到首页").at("pages/home/index")


def test_an_upload_can_be_cancelled(pocket, picture):
    phone = pocket.take("ning").start(FORM)
    held = []
    phone.page.route("**/api/v1/files", lambda route: held.append(route))
    with phone.page.expect_file_chooser() as chosen:
        phone.tap("添加图片")
    chosen.value.set_files(picture)
    phone.tap("取消上传")
    phone.button("添加图片").wait_for()
    assert phone.top.get_by_role("alert").count() == 0
    assert len(held) == 1


def test_a_report_that_the_network_swallowed_is_sent_once(pocket, town):
    phone = pocket.take("ning").start(FORM)
    phone.field("想要什么").fill(TITLE)
    phone.field("说清楚一点").fill(WORDS)
    phone.tap("物品").tap("老人").tap("不公开姓名")
    lost = []

    def swallow(route):
        if not lost:
            lost.append(route.fetch())
            return route.abort()
        return route.continue_()

    phone.page.route("**/api/v1/wishes", swallow)
    phone.tap("提交")
    phone.at("pages/wish/detail")
    assert lost[0].status == 201
    assert len(wishes(town)) == 1
