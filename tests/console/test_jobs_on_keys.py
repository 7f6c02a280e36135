"""The jobs of docs/console-jobs.md that test_jobs_counted.py does not do already, on keys alone: Tab, arrows, Enter, Space."""

import sqlalchemy as sa

from backend.db import session
from backend.supermarket.models import Redemption
from backend.supermarket.stock_models import Movement
from backend.wishes.models import Round
from tests.console.hands import OnKeys
from tests.supermarket import cast as shop
from tests.wishes import cast


def test_a_round_from_its_opening_to_its_end(desk, town):
    tong = OnKeys(desk.sit_down("tong"))
    page = tong.page
    tong.click(page.get_by_role("link", name="各期"))
    tong.click(page.get_by_role("link", name="开启新一期"))
    tong.fill(page.get_by_label("名称"), "十二月微心愿")
    tong.click(page.get_by_role("button", name="开始征集"))
    wish_id = cast.submitted(town, title="一把放大镜")
    page.goto(f"/console/review/{wish_id}")
    tong.click(page.get_by_role("button", name="审核通过"))
    for step, button in (
        ("停止征集，开始审核", "停止征集"),
        ("发布这一期", "发布这一期"),
        ("结束这一期", "结束这一期"),
    ):
        page.goto("/console/rounds")
        tong.click(page.get_by_role("link", name=step).first)
        tong.click(page.get_by_role("button", name=button))
    assert cast.wish(wish_id).state == "carried_over"
    assert session.scalar(sa.select(Round.state).where(Round.title == "十二月微心愿")) == "closed"


def test_somebody_is_appointed_and_the_appointment_ended(desk, town):
    admin = OnKeys(desk.sit_down("admin"))
    page = admin.page
    page.goto("/console/appointments")
    admin.fill(page.get_by_label("要任命的人：完整手机号或卡号"), "11100000012")
    admin.click(page.get_by_role("button", name="查找"))
    admin.click(page.get_by_role("link", name="任命", exact=True))
    admin.select(page.get_by_label("角色"), value="grid_worker")
    place = page.locator("#organisation option", has_text="松涛-02").get_attribute("value")
    admin.select(page.get_by_label("在哪里"), value=place)
    admin.click(page.get_by_role("button", name="任命"))
    page.get_by_text("任职已生效").wait_for()
    admin.click(page.locator("tr", has_text="松涛-02").get_by_role("button", name="结束"))
    page.get_by_text("任职已结束").wait_for()


def test_ticked_orders_are_approved_at_once(desk, town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    first, second = (shop.asked(town, shop_id, {item_id: 1}) for _ in range(2))
    tong = OnKeys(desk.sit_down("tong"))
    tong.page.goto("/console/redemptions/several")
    tong.go_to(tong.page.locator(f"input[type=checkbox][value='{first}']"))
    tong.page.keyboard.press("Space")
    tong.click(tong.page.get_by_role("button", name="通过").first)
    states = [session.get(Redemption, one, populate_existing=True).state for one in (first, second)]
    assert states == ["approved", "requested"]


def test_a_point_is_followed_to_the_shelf(desk, town):
    shop_id = shop.opened(town)
    order_id = shop.handed_over(town, shop_id, {shop.goods(town, shop_id): 1})
    shang = OnKeys(desk.sit_down("shang"))
    page = shang.page
    page.goto(f"/console/redemptions/{order_id}")
    moved = sa.select(Movement).where(Movement.redemption_id == order_id, Movement.kind == "hand_over")
    movement = session.scalars(moved).one()
    shang.click(page.locator(f"a[href$='#movement-{movement.id}']").first)
    assert page.locator(f"#movement-{movement.id}").is_visible()
