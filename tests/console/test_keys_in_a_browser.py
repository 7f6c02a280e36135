"""A key that stands on a page does what it says there, and is never typed into the field that it opens."""

from contextlib import nullcontext

import pytest

from tests.console.desk import follow, press
from tests.console.linked_pages import pages_of
from tests.supermarket import cast as market
from tests.wishes import cast

STAFF = ("tong", "lan", "bu", "yan", "jie", "admin", "shang", "shao", "bai")
# What is sent is never wanted here: each page stays as it was, whatever is pressed on it.
HELD_BACK = "document.addEventListener('submit', (event) => event.preventDefault(), true)"
FOCUSED = """() => {
  const here = document.activeElement;
  if (!here || !("value" in here) || /^(radio|checkbox|submit|button)$/.test(here.type)) return null;
  const before = here.tagName === "SELECT"
    ? ([...here.options].find((one) => one.defaultSelected) || here.options[0] || {value: ""}).value
    : here.defaultValue;
  return [here.name, before, here.value];
}"""


def _with_keys(town, visitor):
    """One page for each set of keys that some page shows to somebody: (who, address) → the keys."""
    wish_id = cast.fulfilled(town)
    shop_id = market.opened(town)
    market.approved(town, shop_id, {market.goods(town, shop_id): 1})
    found = {}
    for name in STAFF:
        for kind, address, page in pages_of(visitor(name), town.app, (f"/console/wishes/{wish_id}/call",)):
            if page.keys:
                found.setdefault((kind, *page.keys), (name, address, page.keys))
    return found.values()


@pytest.mark.slow
def test_no_digit_that_a_page_shows_is_typed_into_the_field_that_it_opens(desk, town, visitor):
    seats, typed, pressed = {}, [], set()
    for name, address, keys in _with_keys(town, visitor):
        page = seats.get(name) or seats.setdefault(name, desk.sit_down(name))
        for key, tag, label in keys:
            page.goto(address)
            page.evaluate(HELD_BACK)
            with page.expect_navigation() if tag == "a" else nullcontext():
                press(page, key)
            told = page.evaluate(FOCUSED)
            pressed.add(label)
            if told and told[1] != told[2]:
                typed.append((address, label, *told))
    assert typed == []
    assert {"入库 1", "报损 2", "每周重复 8", "退回补充 2", "登记回访结果 1"} <= pressed


def test_what_is_typed_after_a_key_is_all_that_is_booked(desk, town):
    shop_id = market.opened(town)
    item_id = market.goods(town, shop_id, stock=18)
    page = desk.sit_down("bu")
    page.goto(f"/console/stock/items/{item_id}")
    press(page, "1")
    page.wait_for_selector("[name=quantity]:focus")
    page.keyboard.type("20")
    page.get_by_role("radio", name="采购").check()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert market.item(item_id).on_hand == 38


def test_a_key_held_down_is_not_typed_either(desk, town):
    shop_id = market.opened(town)
    item_id = market.goods(town, shop_id)
    page = desk.sit_down("bu")
    page.goto(f"/console/stock/items/{item_id}")
    page.wait_for_selector("html[data-keys]", state="attached")
    for _repeat in range(4):
        page.keyboard.down("1")
    page.wait_for_selector("[name=quantity]:focus")
    page.keyboard.up("1")
    assert page.locator("[name=quantity]:focus").input_value() == ""
    # What is pressed anew is typed, and a key held down in a field repeats there as anywhere.
    for _repeat in range(2):
        page.keyboard.down("1")
    page.keyboard.up("1")
    assert page.locator("[name=quantity]:focus").input_value() == "11"


def test_keys_are_switched_off_for_good_and_their_hints_go(desk, town):
    shop_id = market.opened(town)
    item_id = market.goods(town, shop_id)
    page = desk.sit_down("bu")
    page.goto("/console/account")
    desk.look_at(page, "account-keys")
    follow(page, page.get_by_role("button", name="关闭单键快捷键"))
    assert page.get_by_role("status").inner_text().startswith("单键快捷键已关闭")
    page.goto(f"/console/stock/items/{item_id}")
    assert page.get_by_text("入库", exact=True).first.is_visible()
    assert page.locator("kbd:visible").count() == 0
    press(page, "1", "j", "t")
    assert page.locator("details[open]").count() == 0
    assert page.url.endswith(f"/stock/items/{item_id}")
    page.goto("/console/")
    assert "上下移动" not in page.locator("main").inner_text()
    page.goto("/console/account")
    follow(page, page.get_by_role("button", name="打开单键快捷键"))
    page.goto(f"/console/stock/items/{item_id}")
    press(page, "1")
    page.wait_for_selector("[name=quantity]:focus")


def test_a_scanner_is_understood_where_keys_are_off(desk, town):
    shop_id = market.opened(town)
    order = market.approved(town, shop_id, {market.goods(town, shop_id): 1})
    page = desk.sit_down("bu")
    page.goto("/console/account")
    follow(page, page.get_by_role("button", name="关闭单键快捷键"))
    page.goto("/console/counter")
    page.wait_for_selector("html[data-keys]", state="attached")
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type(market.code(order))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="乌兰舟").wait_for()
