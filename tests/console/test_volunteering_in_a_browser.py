"""An activity from its publication to the certified hours, at an office PC and on the screen in the hall."""

import re
from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.volunteering.models import Activity
from tests.console.desk import follow, press
from tests.volunteering import cast


def test_an_activity_from_publishing_to_certified_hours(desk, town):
    with clock.frozen_at(cast.STARTS - timedelta(days=3)):
        activity_id = publish(desk)
    coming = cast.newcomers(town, 3)
    for person in coming:
        cast.sign_up(activity_id, person)
    with cast.after_start(seconds=5):
        show_the_code_in_the_hall(desk, activity_id, coming[0])
    with cast.after_start(hours=2, minutes=1):
        call_the_roll_and_propose(desk, activity_id)
    with cast.after_start(hours=3):
        certify(desk, activity_id)
    assert [(one.person_id, one.minutes) for one in cast.records()] == [
        (coming[0].id, 90),
        (coming[1].id, 120),
    ]


def publish(desk):
    page = desk.sit_down("tong")
    follow(page, page.get_by_role("link", name="志愿活动"))
    press(page, "4")
    page.wait_for_url("**/activities/new")
    page.get_by_label("名称").fill("河边清扫")
    page.get_by_label("服务类别").fill("环境清洁")
    page.get_by_label("地点").fill("呼兰河西岸")
    page.get_by_label("常用的风险提示").select_option(index=1)
    follow(page, page.get_by_role("button", name="发布", exact=True))
    assert page.locator("#insurance_number-error").inner_text().startswith("有风险的活动要先填写保险单号")
    desk.look_at(page, "activity-not-insured")
    page.get_by_label("保险单号").fill("QS-2027-0306")
    follow(page, page.get_by_role("button", name="发布", exact=True))
    page.wait_for_url(re.compile(r"/activities/\d+$"))
    assert "河边清扫" in page.content()
    desk.look_at(page, "activity-published")
    return session.scalar(sa.select(sa.func.max(Activity.id)))


def show_the_code_in_the_hall(desk, activity_id, volunteer):
    page = desk.sit_down("tong")
    # The page's own time stands still until it is moved on: nobody waits half a minute.
    page.clock.install()
    page.goto(f"/console/activities/{activity_id}/code")
    first = page.locator("[data-typed]").inner_text()
    picture = page.locator("[data-picture]").get_attribute("src")
    assert page.locator("[data-picture]").evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.locator("[data-left]").inner_text() == "25 秒后换码"
    desk.look_at(page, "hall-code")
    cast.check_in(activity_id, volunteer)
    break_the_line(desk, page, first)
    with cast.after_start(seconds=40):
        page.clock.run_for(4000)
        page.wait_for_function(
            "first => document.querySelector('[data-typed]').innerText !== first", arg=first
        )
        assert page.locator("[data-trouble]").inner_text() == ""
        assert page.locator("[data-picture]").get_attribute("src") != picture
        assert page.locator("[data-came]").inner_text() == "1"
        assert page.locator("[data-typed]").inner_text() == cast.code(activity_id)


def break_the_line(desk, page, first):
    page.route("**/code/following", lambda route: route.abort())
    page.clock.run_for(11000)
    page.get_by_text("网络断了，正在重连。现在的码暂时还能用。").wait_for()
    assert page.locator("[data-typed]").inner_text() == first, "the screen keeps what it shows"
    desk.look_at(page, "hall-code-broken-line")
    page.clock.run_for(60000)
    page.get_by_text("现在的码已经失效").wait_for()
    page.unroute("**/code/following")
    # The browser says on its console that the line was down; nothing else may have been said.
    assert all("ERR_FAILED" in fault for fault in desk.faults), desk.faults
    desk.faults.clear()


def call_the_roll_and_propose(desk, activity_id):
    page = desk.sit_down("tong")
    page.goto(f"/console/activities/{activity_id}")
    press(page, "2")
    page.wait_for_url("**/roll-call")
    page.get_by_role("button", name="全选").click()
    page.get_by_role("checkbox").nth(1).uncheck()
    desk.look_at(page, "roll-call-ticked")
    follow(page, page.get_by_role("button", name="登记点名"))
    print_the_sheet(desk, activity_id)
    press(page, "7")
    page.get_by_text("活动已结束。接下来请申报时长").wait_for()
    press(page, "1")
    page.wait_for_url("**/propose")
    desk.look_at(page, "propose-with-missing-check-out")
    page.locator("tr.odd input").fill("90")
    follow(page, page.get_by_role("button", name="申报时长"))
    page.get_by_text("的时长已申报，请同事认定").wait_for()


def print_the_sheet(desk, activity_id):
    page = desk.sit_down("lan")
    page.goto(f"/console/activities/{activity_id}/sheet")
    page.emulate_media(media="print")
    desk.look_at(page, "sheet-printed")
    assert not page.locator("header").is_visible()
    assert page.get_by_role("row").count() == 1 + 3 + 5


def certify(desk, activity_id):
    page = desk.sit_down("lan")
    follow(page, page.get_by_role("link", name=re.compile("河边清扫：2 人")))
    page.wait_for_url(f"**/hours/{activity_id}/certify")
    desk.look_at(page, "certify-with-odd")
    page.get_by_label("按申报的认定").check()
    press(page, "1")
    page.get_by_text("“河边清扫”的时长已认定").wait_for()
