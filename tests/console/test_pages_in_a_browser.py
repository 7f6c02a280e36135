"""Each page as its people see it: no fault on the browser's console, nothing serious for axe, a picture kept."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.complaints import actions as complaints
from backend.db import session, transaction
from backend.identity import first_passwords
from backend.ledger import seals
from backend.organisations import queries as places
from backend.people import actions as people
from backend.people import guardians
from backend.people.models import Team
from backend.supermarket.actions import stocktakes
from backend.volunteering.certificate_models import Certificate
from backend.volunteering.models import Activity
from backend.volunteering.record_models import Backfill, Correction
from tests.console.desk import follow
from tests.points import cast as points
from tests.supermarket import cast as market
from tests.wishes import cast

EVERYONE = ("", "account", "figures")
PAGES = {
    "tong": (*EVERYONE, "review", "wishes", "rounds", "rounds/open", "people", "people/new", "verifying"),
    "shao": (*EVERYONE, "wishes", "people", "people/new"),
    "jie": (*EVERYONE, "wishes", "rounds"),
    "admin": (*EVERYONE, "rounds", "rounds/everywhere", "appointments"),
    "shang": (*EVERYONE, "activities", "wishes", "journal", "journal?verb=openings"),
    "bu": EVERYONE,
    "yan": (*EVERYONE, "wishes"),
}
# Of volunteering, beside the above.
SERVICE = (
    "activities",
    "activities/new",
    "hours",
    "hours/backfills",
    "hours/backfills/new",
    "hours/corrections",
    "teams",
)
PAGES["tong"] = (*PAGES["tong"], *SERVICE, "teams/new", "certificates")
# Registers, and hours on their way to other platforms.
PAGES["tong"] = (*PAGES["tong"], "registers", "registers/wishes", "registers/points", "exchange")
PAGES["bu"] = (*PAGES["bu"], "registers/stock")
PAGES["admin"] = (*PAGES["admin"], "registers/quarterly")
PAGES["shang"] = (*PAGES["shang"], "registers/service_records")

# Complaints, guardians, sheets on their way in, pictures to look at, messages that did not arrive.
PAGES["tong"] = (
    *PAGES["tong"],
    "kiosks",
    "complaints",
    "guardians",
    "item-pictures",
    "imports",
    "imports/members",
)
PAGES["bu"] = (*PAGES["bu"], "imports/stock")
PAGES["admin"] = (*PAGES["admin"], "complaints", "deliveries", "imports", "imports/places")

# The supermarket, points, seals.
SHOP = ("redemptions", "stock", "stock/stocktakes", "stock/venues", "stock/labels", "stock/poster")
POINTS = ("points/adjustments", "points/rules", "points/liability")
PAGES["tong"] = (*PAGES["tong"], *SHOP, *POINTS, "shops", "shops/new")
PAGES["bu"] = (
    *PAGES["bu"],
    *SHOP,
    "counter",
    "stock/items/new",
    "stock/items/new?kind=venue",
    "stock/stocktakes/new",
    "stock/stocktakes/sheet",
)
PAGES["yan"] = (*PAGES["yan"], "redemptions", "stock/stocktakes", "points/adjustments")
PAGES["jie"] = (*PAGES["jie"], "shops", "points/rules", "points/rules/service_hour", "points/liability")
PAGES["admin"] = (*PAGES["admin"], "shops", "points/rules", "points/liability")
PAGES["shang"] = (*PAGES["shang"], "redemptions", "stock", "points/adjustments", "seals")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_role_is_sound(desk, name):
    page = desk.sit_down(name)
    for path in PAGES[name]:
        assert page.goto(f"/console/{path}").status == 200, path
        assert page.locator("h1").count() == 1, path
        desk.look_at(page, f"{name}-{path.replace('/', '-').replace('?', '-') or 'today'}")


def a_certificate():
    """The number of one that the demo city has in 松涛社区, and nobody revoked."""
    return session.scalar(sa.select(Certificate.number).order_by(Certificate.id).limit(1))


def test_pages_before_signing_in_are_sound(desk):
    page = desk.page()
    for path, name in (
        ("/", "landing"),
        ("/developers", "developers"),
        ("/wall", "wall"),
        *((f"/wall?page={number}", f"wall-{number}") for number in range(2, 6)),
        ("/wall?page=99", "wall-activities"),
        ("/certificates", "verify"),
        (f"/certificates/{a_certificate()}", "verify-one"),
        ("/console/sign-in", "sign-in"),
    ):
        page.goto(path)
        desk.look_at(page, name)
    page.goto("/console/sign-in")
    page.get_by_role("button", name="显示二维码").click()
    page.wait_for_selector("img.qr")
    desk.look_at(page, "sign-in-scan")
    page.goto("/console/nowhere")
    desk.look_at(page, "not-found")


def test_pages_of_one_thing_are_sound(desk, town):
    wish_id = cast.fulfilled(town)
    waiting = cast.submitted(town, wisher="e", reporter="shao")
    person_id = town.person("e").id
    round_id = cast.wish(wish_id).round_id
    page = desk.sit_down("tong")
    for path in (
        f"review/{waiting}",
        f"wishes/{waiting}",
        f"wishes/{waiting}/slip",
        f"wishes/{wish_id}",
        f"wishes/{wish_id}/call",
        f"rounds/{round_id}/close",
        f"people/{person_id}",
        f"people/{person_id}/wishes/new",
        f"people/{person_id}/card",
        f"people/{town.person('wulan').id}/points",
        "people?asked=P000001",
        f"certificates?number={a_certificate()}",
    ):
        assert page.goto(f"/console/{path}").status == 200, path
        assert page.locator("h1").count() == 1, path
        desk.look_at(page, "tong-" + path.replace(str(waiting), "n").replace("/", "-").split("?")[0])


def test_pages_of_volunteering_are_sound(desk, town):
    def first(model, *where):
        return session.scalar(sa.select(model.id).where(*where, model.community_id == town.songtao).limit(1))

    ended = first(
        Activity,
        Activity.state == "ended",
        Activity.record_due_on.is_not(None),
        Activity.proposed_at.is_(None),
    )
    waiting = first(Activity, Activity.proposed_at.is_not(None), Activity.certified_at.is_(None))
    full = first(Activity, Activity.capacity == 2)
    certified, card_holder = first(Activity, Activity.state == "certified"), town.person("e").id
    page = desk.sit_down("lan")
    for path in (
        f"activities/{full}",
        f"activities/{full}/edit",
        f"activities/{full}/sign-up",
        f"activities/{full}/sign-ups/{town.person('geng').id}",
        f"activities/{full}/sheet",
        f"activities/{full}/roll-call",
        f"activities/{full}/code",
        f"activities/{certified}",
        f"activities/{ended}/roll-call",
        f"hours/{ended}/propose",
        f"hours/{waiting}/certify",
        f"hours/corrections/{first(Correction)}",
        f"hours/backfills/{first(Backfill, Backfill.state == 'requested')}",
        f"hours/backfills/new?activity={certified}",
        f"teams/{first(Team)}",
        f"people/{card_holder}/activities",
    ):
        assert page.goto(f"/console/{path}").status == 200, path
        assert page.locator("h1").count() == 1, path
        ids = "".join("n" if part.isdigit() else part[:10] + "-" for part in path.split("?")[0].split("/"))
        state = {full: "full", certified: "certified", ended: "ended", waiting: "proposed"}
        name = next((word for number, word in state.items() if str(number) in path.split("/")), "one")
        desk.look_at(page, f"lan-{name}-{ids.strip('-')}")


def test_pages_of_the_supermarket_points_and_seals_are_sound(desk, town):
    shop_id = market.opened(town)
    item_id = market.goods(town, shop_id, stock=10, days=9, low_stock=20, limit_per_person=1, points=5)
    venue_id = market.venue(town, shop_id, points=5)
    booked = market.booked(town, shop_id, market.slot_ids(venue_id)[:1])
    handed, card_holder = market.handed_over(town, shop_id, {item_id: 1}), town.person("e").id
    behalf = {"on_behalf_of": (card_holder, "老人没有手机")}
    ready = market.approved(town, shop_id, {item_id: 1}, "tong", "lan", **behalf)
    adjustment = points.proposed(town)
    with transaction():
        found = stocktakes.propose(shop_id, [(item_id, 7, "破损")], actor=market.by(town, "bu"))
    for ordinal in dict.fromkeys(seals.days_to_seal()):
        with transaction():
            seals.seal(ordinal)
    staff = {name: desk.sit_down(name) for name in ("tong", "bu", "lan", "yan", "jie", "shang")}
    tomorrow = clock.today() + timedelta(days=1)
    for who, path, name in (
        ("tong", f"redemptions/{booked}/decide", "redemption-decide"),
        ("tong", f"redemptions/{handed}", "redemption-handed-over"),
        ("tong", f"redemptions/{ready}", "redemption-ready"),
        ("tong", f"redemptions/{ready}/slip", "redemption-slip"),
        ("tong", f"people/{card_holder}/redemptions/new", "redeem-for"),
        ("tong", f"people/{card_holder}/venues/{venue_id}/new", "book-for"),
        ("tong", f"people/{town.person('ning').id}/adjustments/new", "adjustment-new"),
        ("tong", f"shops/{shop_id}", "shop"),
        ("jie", f"shops/{shop_id}", "shop-exempt"),
        ("bu", f"stock/items/{item_id}", "item"),
        ("bu", f"stock/items/{venue_id}", "venue"),
        ("bu", f"stock/items/{item_id}/change", "item-change"),
        ("bu", f"stock/venues?shop={shop_id}&item={venue_id}&day={tomorrow}", "venues-booked"),
        ("yan", f"stock/stocktakes/{found.id}", "stocktake"),
        ("lan", f"points/adjustments/{adjustment}", "adjustment"),
        ("shang", "seals", "seals-some"),
        ("shang", f"seals/{seals.latest().day}", "seal"),
    ):
        assert staff[who].goto(f"/console/{path}").status == 200, path
        assert staff[who].locator("h1").count() == 1, path
        desk.look_at(staff[who], f"{who}-{name}")


def test_no_page_is_wider_than_a_phone(desk, town):
    shop_id = market.opened(town)
    item_id = market.goods(town, shop_id)
    market.approved(town, shop_id, {item_id: 1})
    ended = session.scalar(
        sa.select(Activity.id).where(Activity.state == "ended", Activity.community_id == town.songtao)
    )
    page = desk.sit_down("tong")
    page.set_viewport_size({"width": 375, "height": 740})
    wide = {}
    for path in (
        *PAGES["tong"],
        f"activities/{ended}",
        f"activities/{ended}/roll-call",
        f"activities/{ended}/sheet",
        f"stock/items/{item_id}",
        "stock/stocktakes/sheet",
        "imports/hours",
    ):
        page.goto(f"/console/{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 375:
            wide[path] = width
    assert wide == {}


def test_large_type_and_contrast_stay_sound(desk):
    page = desk.sit_down("tong")
    page.get_by_role("button", name="大字").click()
    page.get_by_role("button", name="高对比").click()
    assert page.locator("html").get_attribute("class") == "contrast large"
    for path in ("", "wishes", "rounds", "activities", "figures"):
        page.goto(f"/console/{path}")
        desk.look_at(page, f"large-{path or 'today'}")


def test_pages_of_complaints_guardians_and_first_passwords_are_sound(desk, town):
    with transaction():
        complaint_id = complaints.file(
            "complaint", "楼道灯坏了", contact="11122223333", actor=town.person("ning")
        ).id
        child = guardians.declare("宁小雨", clock.today().year - 8, "mother", actor=town.person("ning"))
        # She has no phone and helps in the office; 解长河 is the city's second administrator.
        city, helper = places.city_id(), town.person("e").id
        for one, role, place in (
            (helper, "community_staff", town.songtao),
            (town.person("jie").id, "city_admin", city),
        ):
            people.write_appointment(one, role, place, clock.today(), None, actor=None)
    page, admin = desk.sit_down("tong"), desk.sit_down("admin")
    for who, path, name in (
        (page, f"complaints/{complaint_id}", "tong-complaint"),
        (page, f"guardians/{child.id}", "tong-guardian"),
        (page, f"people/{child.child_id}/guardians/new", "tong-guardian-new"),
        (admin, f"appointments/people/{helper}/sign-in", "admin-first-password"),
    ):
        assert who.goto(f"/console/{path}").status == 200, path
        assert who.locator("h1").count() == 1, path
        desk.look_at(who, name)
    admin.get_by_role("textbox", name="登录名").fill("egui")
    follow(admin, admin.get_by_role("button", name="请另一位市级管理员同意"))
    desk.look_at(admin, "admin-first-password-asked")
    second = desk.sit_down("jie")
    second.goto(f"/console/first-passwords/{first_passwords.of(helper).id}")
    desk.look_at(second, "jie-first-password")
    follow(second, second.get_by_role("button", name=re.compile("^同意")))
    admin.goto(f"/console/appointments/people/{helper}/sign-in")
    follow(admin, admin.get_by_role("button", name="本人在场，生成初始口令"))
    desk.look_at(admin, "admin-first-password-slip")
    password = admin.locator(".typed").nth(1).inner_text()
    page = desk.page()
    page.goto("/console/sign-in")
    page.get_by_role("textbox", name="登录名").fill("egui")
    page.get_by_label("口令", exact=True).fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/own-password")
    desk.look_at(page, "own-password")
