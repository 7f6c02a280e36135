"""A queue at the counter: codes are scanned, looked at, handed over; nobody touches the mouse."""

from backend.seeds import demo
from tests.console.desk import follow, press
from tests.points import cast as points
from tests.supermarket import cast


def scan(page, code):
    """A scanner types the digits and presses Enter; the field has the focus already."""
    page.wait_for_selector("#code:focus")
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def tab_to(page, wanted):
    """Goes on with Tab, as far as a person would, until the focus is there."""
    page.wait_for_selector("html[data-keys]", state="attached")
    for _step in range(40):
        if page.locator(f"{wanted}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {wanted}")


def test_a_queue_is_served_by_keyboard_alone_with_one_key_besides_the_code(desk, town):
    shop_id = cast.opened(town)
    rice, soap = cast.goods(town, shop_id), cast.goods(town, shop_id)
    first = cast.approved(town, shop_id, {rice: 1})
    second = cast.approved(town, shop_id, {soap: 2}, "ning")
    page = desk.page()
    page.goto("/console/sign-in")
    tab_to(page, "[name=name]")
    page.keyboard.type("bu")
    tab_to(page, "[name=password]")
    page.keyboard.type(demo.password())
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    tab_to(page, "a[href='/console/counter']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code:focus")
    desk.look_at(page, "counter")
    scan(page, "00000000")
    page.get_by_role("alert").wait_for()
    desk.look_at(page, "counter-wrong-code")
    scan(page, cast.code(first))
    page.get_by_role("heading", name="乌兰舟").wait_for()
    desk.look_at(page, "counter-preview")
    press(page, "1")
    page.get_by_role("status").wait_for()
    assert cast.item(rice).name in page.get_by_role("status").inner_text()
    scan(page, cast.code(second))
    page.get_by_role("heading", name="宁小舟").wait_for()
    press(page, "2")
    page.wait_for_selector("[name=proxy_name]:focus")
    page.keyboard.type("邵景川")
    page.keyboard.press("Control+Enter")
    page.get_by_role("status").wait_for()
    desk.look_at(page, "counter-handed-over")
    found = cast.order(first), cast.order(second)
    assert [(one.state, one.collected_by) for one in found] == [
        ("handed_over", "self"),
        ("handed_over", "proxy"),
    ]


def test_orders_are_approved_one_after_the_other_by_key(desk, town):
    shop_id = cast.opened(town)
    item = cast.goods(town, shop_id)
    asked = [cast.asked(town, shop_id, {item: 1}, name) for name in ("wulan", "ning")]
    page = desk.sit_down("lan")
    page.goto(f"/console/redemptions/{asked[0]}/decide")
    desk.look_at(page, "redemption-decide")
    press(page, "1")
    page.get_by_role("status").wait_for()
    page.goto(f"/console/redemptions/{asked[1]}/decide")
    press(page, "2", "ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert [cast.order(one).state for one in asked] == ["approved", "rejected"]


def test_the_supervisor_checks_an_adjustment_from_the_inbox_by_key(desk, town):
    waits = points.proposed(town)
    page = desk.sit_down("yan")
    follow(page, page.locator("a[data-row]", has_text="宁**").first)
    press(page, "1")
    page.get_by_role("status").wait_for()
    assert points.adjustment(waits).state == "approved"


# All keys at once and Enter behind them, faster than any hand.
BURST = """(code) => [...code, "Enter"].forEach((key) =>
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})))"""


def test_a_scan_over_an_open_order_opens_the_next_one_and_hands_over_nothing(desk, town):
    shop_id = cast.opened(town)
    item = cast.goods(town, shop_id)
    first, second = (cast.approved(town, shop_id, {item: 1}) for _number in range(2))
    page = desk.sit_down("bu")
    page.goto("/console/counter")
    scan(page, cast.code(first))
    page.get_by_text(cast.order(first).number).wait_for()
    page.wait_for_selector("html[data-keys]", state="attached")
    with page.expect_navigation():
        page.evaluate(BURST, cast.code(second))
    page.get_by_text(cast.order(second).number).wait_for()
    assert [cast.order(one).state for one in (first, second)] == ["approved", "approved"]
