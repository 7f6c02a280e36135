"""The terminal in Chromium: as tall as one in a hall, and as narrow as a borrowed phone; a minute of nobody; a line that
is down."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity import kiosks as terminals
from backend.identity.kiosk_models import Kiosk, KioskSession
from backend.wishes.actions import claims
from tests import kiosks
from tests.console.desk import follow
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast

HALL = {"width": 1080, "height": 1920}
PHONE = {"width": 390, "height": 844}
# What a finger of eighty years hits.
TARGET = 64
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]):not([type=radio]), .choices span")]
  .filter((one) => one.offsetParent && !one.closest("footer"))
  .map((one) => [one.textContent.trim().slice(0, 12) || one.id, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < %d || box.width < %d)
  .map(([name, box]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
HERS = "想要一盏亮一点的灯"
WIDER = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def scene(town):
    """A wish of 鄂桂兰 that was brought, an activity, a shelf, some points."""
    (wish_id,), _ = cast.published(town, wisher="e", reporter="shao", title=HERS)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.fulfil(wish_id, "台灯送到了，也装好了。", actor=cast.by(town, "pei"))
    shop.rich(town, "e", 60)
    shelf = shop.opened(town)
    return {
        "wish": wish_id,
        "activity": volunteering.published(town, title="清扫楼前的雪"),
        "item": shop.goods(town, shelf, name="暖壶"),
    }


def set_up(desk, size):
    page = desk.page()
    page.set_viewport_size(size)
    page.goto("/kiosk/set-up")
    page.get_by_label("设置码或令牌").fill(kiosks.device(desk.town, f"宽 {size['width']}"))
    follow(page, page.get_by_role("button", name="设为自助终端"))
    return page


def enter(page, town):
    """By the terminal's own keys."""
    page.goto("/kiosk/enter")
    page.locator("#card").click()
    for digit in "1":
        page.locator(f"[data-digit='{digit}']").click()
    page.locator("#code").click()
    for digit in kiosks.code_for(town):
        page.locator(f"[data-digit='{digit}']").click()
    follow(page, page.get_by_role("button", name="下一步"))


def test_a_hand_of_eighty_finds_its_way_on_a_terminal_and_on_a_borrowed_phone(desk, town, scene):
    (limiter,) = town.app.extensions["limiter"]
    limiter.reset()
    for size in (HALL, PHONE):
        page = set_up(desk, size)
        open_pages = ("", "/wishes", "/activities", "/shop", "/offices", "/enter")
        own_pages = (
            *("/card", "/card/wishes", f"/card/wishes/{scene['wish']}", "/card/orders", "/card/sign-ups"),
            *("/card/points", f"/activities/{scene['activity']}", f"/items/{scene['item']}"),
        )
        for group in (open_pages, own_pages):
            if group is own_pages:
                enter(page, town)
            for path in group:
                page.goto(f"/kiosk{path}")
                desk.look_at(page, f"kiosk-{size['width']}{path.replace('/', '-')}")
                assert page.evaluate(SMALL_TARGETS % (TARGET, TARGET)) == [], (size["width"], path)
                assert not page.evaluate(WIDER), (size["width"], path)


def test_what_goes_wrong_is_said_in_large_letters(desk, town):
    """A wrong code, a time that is over, a place without anything, a terminal that was revoked, a device that is none."""
    (limiter,) = town.app.extensions["limiter"]
    limiter.reset()
    page = set_up(desk, PHONE)
    page.goto("/kiosk/enter")
    page.locator("#card").fill("1")
    page.locator("#code").fill("000000")
    follow(page, page.get_by_role("button", name="下一步"))
    page.get_by_text("卡号或验证码不对").wait_for()
    desk.look_at(page, "kiosk-wrong-code")
    enter(page, town)
    with transaction():
        session.execute(sa.update(KioskSession).values(expires_at=clock.now()))
    page.get_by_role("link", name="我的积分").click()
    page.get_by_text("已经退出了。要接着办").wait_for()
    desk.look_at(page, "kiosk-over")
    page.goto("/kiosk/no-such-page")
    page.get_by_text("没有找到您要的内容").wait_for()
    with transaction():
        kiosk_id = session.scalar(sa.select(sa.func.max(Kiosk.id)))
        terminals.revoke(kiosk_id, actor=cast.by(town, "tong"))
    page.goto("/kiosk")
    page.get_by_text("这台终端已经停用").wait_for()
    desk.look_at(page, "kiosk-revoked")
    other = desk.page()
    other.goto("/kiosk")
    other.get_by_text("还没有设置成自助终端").wait_for()
    desk.look_at(other, "kiosk-none")


def test_after_a_minute_of_nobody_the_first_page_stands_there_and_nobody_is_signed_in(desk, town, scene):
    page = set_up(desk, HALL)
    enter(page, town)
    page.clock.install()
    page.goto("/kiosk/card/wishes")
    page.clock.run_for(40_000)
    assert page.get_by_text(HERS).is_visible()
    # A finger begins the minute anew.
    page.mouse.click(5, 400)
    page.clock.run_for(40_000)
    assert page.locator(".still-there").is_hidden()
    page.clock.run_for(8_000)
    assert page.locator(".still-there").is_visible()
    page.get_by_role("button", name="还在用").click()
    assert page.locator(".still-there").is_hidden()
    page.clock.run_for(61_000)
    page.wait_for_url("**/kiosk?done=time")
    page.get_by_text("时间到了，已经为您退出").wait_for()
    # Neither the way back nor the address shows anything of hers.
    page.go_back()
    page.wait_for_url("**/kiosk/enter**")
    assert HERS not in page.content()
    page.goto("/kiosk/card")
    page.wait_for_url("**/kiosk/enter**")


def test_when_the_line_is_down_the_screen_is_empty_all_the_same(desk, town, scene):
    page = set_up(desk, HALL)
    enter(page, town)
    page.clock.install()
    page.goto("/kiosk/card/wishes")
    page.route("**/kiosk/leave**", lambda route: route.abort())
    page.clock.run_for(61_000)
    page.get_by_text("网络不通，您的信息已经从屏幕上清除").wait_for()
    assert HERS not in page.content()
    desk.look_at(page, "kiosk-away")
    page.unroute("**/kiosk/leave**")
    page.clock.run_for(11_000)
    page.wait_for_url("**/kiosk?done=time")
    # Nobody of ours made the fault of the line.
    desk.faults = [one for one in desk.faults if "ERR_FAILED" not in one]
