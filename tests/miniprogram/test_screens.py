"""Every page of the mini-program, as eyes, fingers and screen readers meet it; without a network; with a broken server."""

import pytest

from tests.miniprogram import rules
from tests.miniprogram.cast import things
from tests.miniprogram.handset import away, broken
from tests.miniprogram.mounted import SOURCE

# What each page is asked for; those that are missing here need nothing.
OPENED = {
    "pages/wish/detail": "id={claimed}",
    "pages/wish/confirm": "id={fulfilled}",
    "pages/claim/deliver": "id={claimed}",
    "pages/activity/detail": "id={activity}",
    "pages/activity/mine": "when=past",
    "pages/activity/roll-call": "id={clearing}",
    "pages/shop/detail": "id={shop}",
    "pages/item/detail": "id={item}",
    "pages/redemption/detail": "id={order}",
    "pages/complaint/detail": "id={complaint}",
    "pages/more/share": "kind=wish&id={open}",
    "pages/team/detail": "id={riders}",
    "pages/team/plan": "team={riders}",
    "pages/team/code": "id={clearing}",
    "pages/team/hours": "id={clearing}",
}
# Whose page it is, where it is not a resident's.
WHOSE = {
    "pages/claim/mine": "pei",
    "pages/claim/deliver": "pei",
    "pages/service/party": "pei",
    "pages/residency/member": "pei",
    "pages/activity/roll-call": "wulan",
    "pages/team/detail": "wulan",
    "pages/team/plan": "wulan",
    "pages/team/code": "wulan",
    "pages/team/hours": "wulan",
    "pages/service/records": "geng",
    "pages/service/certificates": "geng",
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
    "pages/more/office",
    "pages/more/calendar",
    "pages/more/rules",
    "pages/team/list",
    "pages/team/detail",
)
# Forms and what lies on the phone: there is nothing to read, so no network is missed.
READ_NOTHING = ("pages/me/waiting", "pages/security/leave", "pages/family/ask", "pages/family/child")
# Works in a cellar: only the title of the wish is missing.
WITHOUT_NETWORK = (*READ_NOTHING, "pages/claim/deliver")


# How pages are looked at: width, large text, dark. The second half with --every-screen.
MODES = {
    "390": (390, False, False),
    "320-elder": (320, True, False),
    "390-dark": (390, False, True),
    "768": (768, False, False),
}
MORE = {
    "320": (320, False, False),
    "390-elder": (390, True, False),
    "768-elder": (768, True, False),
    "390-dark-elder": (390, True, True),
}


def pytest_generate_tests(metafunc):
    if "mode" in metafunc.fixturenames:
        modes = MODES | MORE if metafunc.config.getoption("--every-screen") else MODES
        given = [(name, *how) for name, how in modes.items()]
        metafunc.parametrize(("mode", "width", "elder", "dark"), given, ids=list(modes))


@pytest.fixture
def city(town):
    """A few things on their way, so that no page is empty."""
    return things(town)


def addresses(city, pages=ALL):
    """Whose phone opens what; one person's pages stand together, so that few phones are taken out."""
    ordered = sorted(pages, key=lambda page: WHOSE.get(page, ""))
    return [
        (WHOSE.get(page, "ning"), f"{page}?{OPENED[page].format(**city)}" if page in OPENED else page)
        for page in ordered
    ]


def name_of(path, mode):
    return f"{path.split('?')[0].removeprefix('pages/').replace('/', '-')}-{mode}"


def walk(pocket, city, pages=ALL, **mode):
    """Each page's address, and the phone of whoever opens it."""
    holder, phone = None, None
    for name, path in addresses(city, pages):
        if name != holder:
            holder, phone = name, pocket.take(name, **mode).start()
        yield phone, path


def test_every_page_can_be_read_and_pressed(pocket, city, mode, width, elder, dark):
    for phone, path in walk(pocket, city, width=width, elder=elder, dark=dark):
        phone.open(path).look(name_of(path, mode), elder)


def test_on_the_narrowest_phone_what_is_pressed_is_as_high_as_a_finger(pocket):
    """A seventh of the width of the screen is less than 44 px there."""
    pocket.take("ning", 320).start("pages/wish/write").look("wish-write-320")


def test_a_guest_reads_without_signing_in(pocket, city):
    phone = pocket.take().start()
    for _name, path in addresses(city, OPEN):
        phone.open(path).look(name_of(path, "guest"))
    assert phone.calls
    assert "POST /sessions" not in phone.calls


def test_every_page_says_that_the_network_is_away_and_tries_again(pocket, city):
    for phone, path in walk(pocket, city, [page for page in ALL if page not in WITHOUT_NETWORK]):
        with away(phone):
            phone.open(path)
            phone.top.get_by_text("没有联网", exact=True).wait_for()
        phone.tap("再试一次")
        phone.top.get_by_text("没有联网", exact=True).wait_for(state="detached")
        phone.settled()


def test_every_page_says_that_the_server_is_broken_and_tries_again(pocket, city):
    for phone, path in walk(pocket, city, [page for page in ALL if page not in READ_NOTHING]):
        with broken(phone):
            phone.open(path)
            phone.top.get_by_text("系统出了点问题，请稍后再试").wait_for()
        phone.tap("再试一次")
        phone.top.get_by_text("系统出了点问题，请稍后再试").wait_for(state="detached")
        phone.settled()


def test_what_needs_no_reading_is_there_without_a_network(pocket, city):
    for phone, path in walk(pocket, city, WITHOUT_NETWORK):
        with away(phone):
            phone.open(path)
            assert phone.top.get_by_text("没有联网", exact=True).count() == 0
            assert phone.top.inner_text().strip()


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
        (".components-ui-icon-ui-icon--icon { width: 2px !important }", "icon that nobody sees"),
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
