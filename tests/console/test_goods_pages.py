"""Goods at the console: less is handed over, parts come back, a form sent twice counts once."""

import sqlalchemy as sa

from backend.db import session
from backend.supermarket.models import Item
from backend.supermarket.stock_models import Batch, Movement
from tests.supermarket import cast


def test_less_is_handed_over_and_parts_come_back_to_where_the_clerk_says(visitor, town):
    shop = cast.opened(town)
    soap = cast.goods(town, shop, points=10)
    order_id = cast.approved(town, shop, {soap: 3})
    keeper, code = visitor("bu"), cast.code(order_id)
    keeper.page("/console/counter")
    shown = keeper.text(keeper.post("/console/counter", {"code": code}))
    assert f'name="give_{soap}"' in shown
    too_many = keeper.post(f"/console/counter/{order_id}/hand-over-less", {"code": code, f"give_{soap}": "4"})
    assert too_many.status_code == 422
    keeper.post(f"/console/counter/{order_id}/hand-over-less", {"code": code, f"give_{soap}": "2"})
    assert (cast.stock(soap), cast.purse(town, "wulan")) == ((8, 0), (100, 0))
    checker = visitor("yan")
    page = checker.page(f"/console/redemptions/{order_id}")
    assert f'name="fate_{soap}"' in page
    told = {"reason": "一块坏了", f"back_{soap}": "1", f"fate_{soap}": "quarantine"}
    checker.post(f"/console/redemptions/{order_id}/return", told)
    assert cast.purse(town, "wulan") == (110, 0)
    apart = session.scalars(sa.select(Batch.id).where(Batch.quarantined, Batch.item_id == soap)).one()
    assert "待检" in keeper.page(f"/console/stock/items/{soap}")
    keeper.post(f"/console/stock/items/{soap}/batches/{apart}/release", {})
    assert session.get(Batch, apart, populate_existing=True).quarantined is False
    checker.post(f"/console/redemptions/{order_id}/return", {"reason": "另一块也坏了"})
    assert (cast.order(order_id).state, cast.stock(soap)) == ("returned", (10, 0))


def test_a_receipt_that_is_sent_twice_is_booked_once_and_said_so(visitor, town):
    soap = cast.goods(town, cast.opened(town), stock=0)
    keeper, form = visitor("bu"), {"quantity": "5", "source": "purchase", "document": "票 7", "once": "t-1"}
    assert 'name="once"' in keeper.page(f"/console/stock/items/{soap}")
    address = f"/console/stock/items/{soap}/receive"
    assert keeper.post(address, {**form, "quantity": "0"}).status_code == 422
    first, second = keeper.post(address, form), keeper.post(address, form)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "没有重复办理" in second.text
    count = sa.select(sa.func.count()).where(Movement.item_id == soap, Movement.kind == "receipt")
    assert session.scalar(count) == 1
    assert keeper.post(address, {**form, "quantity": "6"}).status_code == 303
    assert keeper.post(address, {**form, "once": "t-2"}).status_code == 303
    assert session.scalar(count) == 3


def test_a_twin_is_asked_about_and_items_are_found_by_a_word(visitor, town):
    shop = cast.opened(town)
    keeper = visitor("bu")
    told = {"name": "牙膏 90克", "unit": "支", "points": "3", "limit_period": "quarter", "on_shelf": "y"}
    address = f"/console/stock/items/new?shop={shop}"
    keeper.page(address)
    assert keeper.post(address, told).status_code == 303
    again = keeper.post(address, {**told, "points": "5"})
    assert (again.status_code, 'name="same_name"' in again.text) == (409, True)
    assert keeper.post(address, {**told, "points": "5", "same_name": "y"}).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).where(Item.shop_id == shop)) == 2
    assert "牙膏" in keeper.page(f"/console/stock?shop={shop}&q=牙膏")
    assert "没有找到" in keeper.page(f"/console/stock?shop={shop}&q=大米")
    assert "牙膏" in keeper.page(f"/console/stock/demand?shop={shop}")


def test_staff_take_an_item_down(visitor, town):
    soap = cast.goods(town, cast.opened(town))
    clerk = visitor("tong")
    clerk.page(f"/console/stock/items/{soap}")
    assert clerk.post(f"/console/stock/items/{soap}/take-down", {"reason": ""}).status_code == 422
    clerk.post(f"/console/stock/items/{soap}/take-down", {"reason": "图片不实"})
    assert not cast.item(soap).on_shelf
