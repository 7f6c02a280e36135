"""Every page of the mini-program, as eyes, fingers and screen readers meet it; without a network; with a broken server."""

import pytest

from backend.db import transaction
from backend.wishes.actions import claims
from tests.miniprogram import rules
from tests.miniprogram.handset import away, broken
from tests.miniprogram.mounted import SOURCE
from tests.supermarket import cast as shop
from tests.wishes import cast as wishes

# What each page is asked for; those that are missing here need nothing.
OPENED = {
    "pages/wish/detail": "id={claimed}",
    "pages/wish/confirm": "id={fulfilled}",
    "pages/activity/detail": "id={activity}",
    "pages/activity/mine": "when=past",
    "pages/shop/detail": "id={shop}",
    "pages/item/detail": "id={item}",
    "pages/redemption/detail": "id={order}",
}
# Shown only with a document to agree to: looked at in test_report.py, where somebody signs in.
ON_THE_WAY = "pages/consent/index"
# Those of staff are looked at in test_staff_screens.py, on the phones of staff.
ALL = [page for page in rules.pages(SOURCE) if page != ON_THE_WAY and not page.startswith("pages/staff/")]
# Open to guests: everything but what is one's own.
OPEN = (
    "pages/home/index",
    "pages/wish/wall",
    "pages/wish/detail",
    "pages/activity/list",
    "pages/activity/detail",
    "pages/shop/index",
    "pages/shop/detail",
    "pages/item/detail",
    "pages/community/choose",
    "pages/me/index",
    "pages/me/settings",
)


@pytest.fixture
def city(town):
    """A few things on their way, so that no page is empty."""
    (claimed, fulfilled), _round = wishes.published(town, 2)
    with transaction():
        for wish_id in (claimed, fulfilled):
            claims.claim(wish_id, actor=wishes.by(town, "pei"))
        claims.fulfil(fulfilled, "送到了", actor=wishes.by(town, "pei"))
    ids = {"claimed": claimed, "fulfilled": fulfilled}
    phone = town.phone("ning")
    ids["shop"] = phone.get(f"/shops?communityId={town.songtao}").json["data"]["list"][0]["id"]
    shelf = phone.get(f"/shops/{ids['shop']}/items?kind=goods").json["data"]["list"]
    ids["item"] = min(shelf, key=lambda one: one["points"])["id"]
    ids["order"] = shop.approved(town, ids["shop"], {ids["item"]: 1}, name="ning")
    ids["activity"] = phone.get("/activities?state=published&limit=1").json["data"]["list"][0]["id"]
    return ids


def addresses(city):
    return [f"{page}?{OPENED[page].format(**city)}" if page in OPENED else page for page in ALL]


def name_of(path, mode):
    return f"{path.split('?')[0].removeprefix('pages/').replace('/', '-')}-{mode}"


@pytest.mark.parametrize(
    ("mode", "width", "elder", "dark"),
    [("390", 390, False, False), ("320-elder", 320, True, False), ("390-dark", 390, False, True)],
)
def test_every_page_can_be_read_and_pressed(pocket, city, mode, width, elder, dark):
    phone = pocket.take("ning", width, elder, dark).start()
    for path in addresses(city):
        phone.open(path).look(name_of(path, mode), elder)


def test_on_the_narrowest_phone_what_is_pressed_is_as_high_as_a_finger(pocket):
    """A seventh of the width of the screen is less than 44 px there."""
    pocket.take("ning", 320).start("pages/wish/write").look("wish-write-320")


def test_a_guest_reads_without_signing_in(pocket, city):
    phone = pocket.take().start()
    for path in addresses(city):
        if path.split("?")[0] in OPEN:
            phone.open(path).look(name_of(path, "guest"))
    assert phone.calls
    assert "POST /sessions" not in phone.calls


def test_every_page_says_that_the_network_is_away_and_tries_again(pocket, city):
    phone = pocket.take("ning").start()
    for path in addresses(city):
        with away(phone):
            phone.open(path)
            phone.top.get_by_text("没有联网", exact=True).wait_for()
        phone.tap("再试一次")
        phone.top.get_by_text("没有联网", exact=True).wait_for(state="detached")
        phone.settled()


def test_every_page_says_that_the_server_is_broken_and_tries_again(pocket, city):
    phone = pocket.take("ning").start()
    for path in addresses(city):
        with broken(phone):
            phone.open(path)
            phone.top.get_by_text("系统出了点问题，请稍后再试").wait_for()
        phone.tap("再试一次")
        phone.top.get_by_text("系统出了点问题，请稍后再试").wait_for(state="detached")
        phone.settled()


def test_what_was_read_stays_when_a_later_reading_fails(pocket):
    phone = pocket.take("ning").start()
    with away(phone):
        phone.page.get_by_role("button", name="刷新").tap()
        phone.top.get_by_text("下面是上一次读到的内容").wait_for()
        assert phone.top.get_by_text("心愿墙", exact=True).is_visible()
    phone.page.get_by_role("button", name="刷新").tap()
    phone.top.get_by_text("下面是上一次读到的内容").wait_for(state="detached")


@pytest.mark.parametrize(
    ("sown", "found"),
    [
        (".title { font-size: 12px !important }", "too small"),
        ("button { height: 20px !important; min-height: 0 !important }", "for no finger"),
        (".card { width: 500px !important }", "out of the screen"),
        (
            ".body, .soft { display: block; width: 30px !important; overflow: hidden; white-space: nowrap }",
            "cut",
        ),
    ],
)
def test_the_measures_find_a_sown_fault(pocket, sown, found):
    phone = pocket.take("ning").start("pages/me/settings")
    phone.page.add_style_tag(content=sown)
    with pytest.raises(AssertionError, match=found):
        phone.look("sown")


def test_a_picture_that_does_not_load_is_found(pocket):
    phone = pocket.take("ning").start()
    phone.page.evaluate("""() => new Promise(resolve => {
        const broken = new Image()
        broken.onerror = resolve
        broken.src = 'none.png'
        document.querySelector('.wx-scroll').append(broken)
    })""")
    with pytest.raises(AssertionError, match="broken picture"):
        phone.look("sown")
