"""Every page of staff, as eyes, fingers and screen readers meet it; without a network; with a broken server; and before
those who do not work there."""

import pytest

from tests.conftest import _fresh, kept_as
from tests.miniprogram import office, rules
from tests.miniprogram.handset import away, broken
from tests.miniprogram.mounted import SOURCE
from tests.miniprogram.office import STAFF_PAGES
from tests.town import Town


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


def opened(page, ids):
    asked = STAFF_PAGES[page][1].format(**ids)
    return f"{page}?{asked}" if asked else page


def phones(pocket, **how):
    """One phone for each of those who work there."""
    return {
        who: pocket.take(who, **how).start("pages/staff/home")
        for who in {one for one, _ in STAFF_PAGES.values()}
    }


def test_each_page_of_the_part_is_looked_at():
    assert set(STAFF_PAGES) == {page for page in rules.pages(SOURCE) if page.startswith("pages/staff/")}


@pytest.mark.parametrize(
    ("mode", "how"),
    [
        ("390", {"width": 390}),
        ("320-elder", {"width": 320, "elder": True}),
        ("390-dark", {"width": 390, "dark": True}),
    ],
    ids=["390", "320-elder", "390-dark"],
)
def test_every_page_of_staff_can_be_read_and_pressed(pocket, ids, mode, how):
    held = phones(pocket, **how)
    for page, (who, _asked) in STAFF_PAGES.items():
        name = page.removeprefix("pages/").replace("/", "-")
        held[who].open(opened(page, ids)).look(f"{name}-{mode}", how.get("elder", False))


def test_every_page_of_staff_says_that_the_network_is_away_and_tries_again(pocket, ids):
    held = phones(pocket)
    for page, (who, _asked) in STAFF_PAGES.items():
        if page == "pages/staff/sign-in":
            continue
        phone = held[who]
        with away(phone):
            phone.open(opened(page, ids))
            phone.top.get_by_text("没有联网", exact=True).wait_for()
        phone.tap("再试一次")
        phone.top.get_by_text("没有联网", exact=True).wait_for(state="detached")
        phone.settled()
        with broken(phone):
            phone.open(opened(page, ids))
            phone.top.get_by_text("系统出了点问题，请稍后再试").wait_for()


def test_who_does_not_work_there_is_told_so_and_sees_no_row(pocket, ids):
    phone = pocket.take("ning").start("pages/me/index")
    phone.top.get_by_text("我的心愿", exact=True).wait_for()
    assert phone.top.get_by_text("工作台", exact=True).count() == 0
    for page in STAFF_PAGES:
        if page == "pages/staff/sign-in":
            continue
        phone.open(opened(page, ids))
        assert phone.top.get_by_text("不能").or_(phone.top.get_by_text("没有")).first.is_visible(), page
    phone.look("staff-forbidden-390")
