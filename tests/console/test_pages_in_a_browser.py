"""Each page as its people see it: no fault on the browser's console, nothing serious for axe, a picture kept."""

import pytest

from tests.wishes import cast

EVERYONE = ("", "account", "figures")
PAGES = {
    "tong": (*EVERYONE, "review", "wishes", "rounds", "rounds/open", "people", "people/new", "verifying"),
    "shao": (*EVERYONE, "wishes", "people", "people/new"),
    "jie": (*EVERYONE, "wishes", "rounds"),
    "admin": (*EVERYONE, "rounds", "rounds/everywhere", "appointments"),
    "shang": (*EVERYONE, "wishes", "journal", "journal?verb=openings"),
    "bu": EVERYONE,
    "yan": (*EVERYONE, "wishes"),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_role_is_sound(desk, name):
    page = desk.sit_down(name)
    for path in PAGES[name]:
        assert page.goto(f"/console/{path}").status == 200, path
        assert page.locator("h1").count() == 1, path
        desk.look_at(page, f"{name}-{path.replace('/', '-').replace('?', '-') or 'today'}")


def test_pages_before_signing_in_are_sound(desk):
    page = desk.page()
    for path, name in (("/", "landing"), ("/wall", "wall"), ("/console/sign-in", "sign-in")):
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
    ):
        assert page.goto(f"/console/{path}").status == 200, path
        assert page.locator("h1").count() == 1, path
        desk.look_at(page, "tong-" + path.replace(str(waiting), "n").replace("/", "-").split("?")[0])


def test_large_type_and_contrast_stay_sound(desk):
    page = desk.sit_down("tong")
    page.get_by_role("button", name="大字").click()
    page.get_by_role("button", name="高对比").click()
    assert page.locator("html").get_attribute("class") == "contrast large"
    for path in ("", "wishes", "rounds", "figures"):
        page.goto(f"/console/{path}")
        desk.look_at(page, f"large-{path or 'today'}")
