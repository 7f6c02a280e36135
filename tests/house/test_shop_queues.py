"""What waits in the supermarket, at both doors: nothing is hidden behind what one may not decide."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.files.models import File
from backend.supermarket.models import Item, Redemption
from backend.supermarket.stock_models import Stocktake
from tests.api.test_paging import walk
from tests.console.visitor import Visitor
from tests.house import shop_queues
from tests.house.queue_case import ended


@pytest.mark.parametrize("number", [1, 110])
def test_the_page_of_one_says_how_many_wait(town, number):
    with transaction():
        shop_queues.no_order("requested")()
    shop_queues.write_requested(town, number)
    first = session.scalar(sa.select(sa.func.min(Redemption.id)).where(Redemption.state == "requested"))
    assert f"还有 {number} 张待审批" in Visitor(town.app, "tong").page(f"/console/redemptions/{first}/decide")


def test_a_clerk_finds_behind_many_of_their_own_the_order_that_they_may_decide(town):
    with transaction():
        shop_queues.no_order("requested")()
    shop_queues.write_requested(town, 70)
    mine = {"requested_by_id": town.person("tong").id, "on_behalf_reason": "没有手机"}
    with transaction():
        ended(Redemption, "requested", "requested", **mine)
    shop_queues.write_requested(town, 1)
    last = session.scalar(sa.select(sa.func.max(Redemption.id)))
    assert [one["id"] for one in walk(town.phone("tong"), "/redemptions/to-approve", 2)] == [last]
    clerk = Visitor(town.app, "tong")
    assert f"/console/redemptions/{last}/decide" in clerk.page("/console/")
    assert "另有 70 张" in clerk.page("/console/redemptions")
    assert len(walk(town.phone("lan"), "/redemptions/to-approve", 50)) == 71


def test_a_keeper_finds_behind_many_of_their_own_pictures_the_one_to_look_at(town):
    """They are left out in the statement, ahead of its LIMIT."""
    shop_queues.write_pictures(town, 210)
    shop_queues.write_pictures(town, 1, "tong")
    last = session.scalar(sa.select(sa.func.max(Item.id)))
    assert [one["id"] for one in walk(town.phone("bu"), "/items/to-look", 5)] == [last]
    keeper = Visitor(town.app, "bu")
    assert f"/console/item-pictures/{last}" in keeper.page("/console/")
    assert f"/console/item-pictures/{last}" in keeper.page("/console/item-pictures")


def test_pictures_of_many_shops_take_no_more_statements_than_those_of_one(town, statements):
    clerk = Visitor(town.app, "tong")

    def cost():
        clerk.page("/console/")
        with statements() as seen:
            clerk.page("/console/")
        return len(seen)

    shop_queues.write_pictures(town, 1)
    one = cost()
    for _shop in range(5):
        shop_queues.write_pictures(town, 1)
    assert cost() == one


def test_the_next_picture_is_the_one_behind_and_at_the_end_the_first_that_was_left(town):
    clerk = Visitor(town.app, "tong")
    shop_queues.write_pictures(town, 3)
    first, second, third = session.scalars(
        sa.select(File.subject_id).where(File.state == "needs_look").order_by(File.subject_id)
    )
    clerk.page(f"/console/item-pictures/{second}")
    for looked_at, following in ((second, third), (third, first)):
        answer = clerk.post(f"/console/item-pictures/{looked_at}/look", {"verdict": "show"})
        assert answer.headers["Location"] == f"/console/item-pictures/{following}"
    assert clerk.post(f"/console/item-pictures/{first}/look", {"verdict": "show"}).location == "/console/"
    assert "商品图片都看完了" in clerk.page("/console/")


def test_whoever_comes_second_is_told_that_a_stocktake_is_decided(town):
    shop_queues.write_stocktakes(town, 1)
    stocktake = session.scalar(sa.select(sa.func.max(Stocktake.id)))
    checker = Visitor(town.app, "yan")
    checker.page(f"/console/stock/stocktakes/{stocktake}")
    with transaction():
        shop_queues.no_stocktake()
    late = checker.post(f"/console/stock/stocktakes/{stocktake}/turn-back", {"reason": "请重新清点"})
    assert late.status_code == 409
    assert "这次盘点已经审核过了" in checker.text(late)
