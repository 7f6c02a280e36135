"""Help inside the pages, keys that are told as they are bound, and the dark theme."""

import re

import pytest

from backend.console.frame import help as help_pages
from backend.console.frame import menu
from tests.console.desk import follow, press
from tests.wishes import cast


def test_every_line_of_the_menu_has_its_help_and_help_names_no_page_that_is_gone(app):
    lines = {line.endpoint for group in menu.groups() for line in group.entries}
    assert {one for one in lines if not help_pages.of_page(one, None)} == set()
    assert set(help_pages._sentences) <= set(app.view_functions)


def test_a_page_says_its_own_help_or_that_of_its_line_and_all_of_it_stands_on_one_page(visitor, town):
    tong = visitor("tong")
    own, above = tong.page("/console/review"), tong.page("/console/people/new")
    assert "等您审核的心愿" in own
    assert "按卡号、完整手机号或姓名查找" in above
    whole = tong.page("/console/help")
    assert all(one in whole for one in ("等您审核的心愿", "按卡号、完整手机号或姓名查找"))
    assert "谁在哪里任什么角色" not in whole
    assert "谁在哪里任什么角色" in visitor("admin").page("/console/help")


def test_the_theme_is_kept_by_the_browser_and_goes_around(visitor):
    tong = visitor("tong")
    seen = []
    for _press in range(4):
        page = tong.page("/console/")
        media = re.search(r'media="([^"]+)"\s+href="[^"]+dark.css', page)
        seen.append((re.search(r"外观：(\w+)", page)[1], media and media[1]))
        tong.post("/console/look", {"turn": "theme", "next": "/console/"})
    assert seen == [
        ("自动", "screen and (prefers-color-scheme: dark)"),
        ("深色", "screen"),
        ("浅色", None),
        ("自动", "screen and (prefers-color-scheme: dark)"),
    ]


def told_keys(page):
    """What the help of this page says is bound, by key."""
    keys = page.locator("#help dt").all_inner_texts()
    return dict(zip(keys, page.locator("#help dd").all_inner_texts(), strict=True))


def test_the_help_lists_the_keys_that_this_page_binds(desk, town):
    wish_id = cast.submitted(town)
    page = desk.sit_down("tong")
    page.goto(f"/console/review/{wish_id}")
    press(page, "?")
    page.wait_for_selector("#help[open]")
    told = told_keys(page)
    on_page = page.evaluate("[...document.querySelectorAll('[data-key]')].map((one) => one.dataset.key)")
    assert sorted(one for one in told if one.isdigit()) == sorted(set(on_page))
    assert "通过" in told["1"]
    assert not {"j", "k"} & told.keys()
    assert {"?", "t", "/", "Esc"} <= told.keys()
    # No key decides anything behind the open help.
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.wait_for_selector("#help:not([open])", state="attached")
    assert cast.wish(wish_id).state == "submitted"
    page.goto("/console/")
    page.get_by_role("button", name=re.compile("^帮助")).click()
    assert {"j", "k", "回车"} <= told_keys(page).keys()
    desk.look_at(page, "help")
    page.keyboard.press("Escape")
    # Each of them does what it says.
    press(page, "j")
    assert page.evaluate("document.activeElement.hasAttribute('data-row')")
    press(page, "/")
    assert page.evaluate("document.activeElement.hasAttribute('data-find')")
    page.keyboard.press("Escape")
    page.goto("/console/wishes")
    press(page, "t")
    page.wait_for_url("**/console/")


def test_with_single_keys_off_the_help_names_none_and_opens_by_its_button(desk):
    page = desk.sit_down("tong")
    page.goto("/console/account")
    follow(page, page.get_by_role("button", name="关闭单键快捷键"))
    page.goto("/console/")
    press(page, "?")
    assert page.locator("#help[open]").count() == 0
    page.get_by_role("button", name="帮助").click()
    assert set(told_keys(page)) == {"回车", "Esc"} or set(told_keys(page)) == {"回车", "Ctrl+回车", "Esc"}


DARK = {
    "tong": (
        "",
        "review",
        "wishes",
        "rounds",
        "people",
        "people/list",
        "verifying",
        "activities",
        "hours",
        "teams",
        "redemptions",
        "stock",
        "stock/venues",
        "points/rules",
        "registers",
        "registers/wishes",
        "registers/quarterly/notices",
        "figures",
        "map",
        "imports",
        "complaints",
        "account",
        "help",
    ),
    "admin": ("", "appointments", "places", "deliveries"),
    "shang": ("journal", "seals"),
    "bu": ("counter", "stock/labels", "stock/poster"),
}


@pytest.mark.parametrize("name", DARK)
def test_pages_are_sound_in_the_dark_theme_and_in_large_type(desk, name):
    page = desk.sit_down(name, color_scheme="dark")
    follow(page, page.get_by_role("button", name="大字"))
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", paper)[:3])) < 150
    for path in DARK[name]:
        assert page.goto(f"/console/{path}").status == 200, path
        desk.look_at(page, f"dark-{name}-{path.replace('/', '-') or 'today'}")


def test_the_dark_theme_can_be_chosen_contrasts_and_never_prints(desk, town):
    wish_id = cast.fulfilled(town)
    page = desk.sit_down("tong", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    follow(page, page.get_by_role("button", name="外观：自动"))
    assert page.evaluate(ground) != light
    for path in (f"wishes/{wish_id}", f"wishes/{wish_id}/call", f"people/{town.person('e').id}"):
        page.goto(f"/console/{path}")
        desk.look_at(page, f"dark-{path.replace(str(wish_id), 'n').replace('/', '-')}")
    follow(page, page.get_by_role("button", name="高对比"))
    page.goto("/console/wishes")
    desk.look_at(page, "dark-contrast")
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_public_pages_follow_a_dark_system(desk):
    page = desk.page(color_scheme="dark")
    for path in ("/", "/developers", "/map", "/certificates", "/nowhere"):
        page.goto(path)
        desk.look_at(page, f"dark{path.replace('/', '-')}")
