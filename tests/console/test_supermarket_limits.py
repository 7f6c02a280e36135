"""What the console lets in fits what the API may answer: so many things in an order and in a stocktake."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.supermarket.models import Item, Redemption
from backend.supermarket.stock_models import Stocktake
from tests.house.queue_case import multiply, numbers
from tests.supermarket import cast


def many_goods(town, number):
    """A shop with so many kinds of goods; answers it and their ids."""
    shop_id = cast.opened(town)
    first = cast.item(cast.goods(town, shop_id, stock=0, points=1))
    with transaction():
        multiply(first, number - 1, name=numbers("物品"))
    return shop_id, session.scalars(sa.select(Item.id).where(Item.shop_id == shop_id).order_by(Item.id)).all()


def newest(model):
    return session.scalar(sa.select(sa.func.max(model.id)))


def test_an_order_for_a_resident_has_no_more_kinds_than_the_phone_shows(visitor, town):
    shop_id, holder, before = cast.opened(town), town.person("e").id, newest(Redemption)
    asked = {f"units_{cast.support(town, shop_id, points=1)}": "1" for _number in range(21)} | {
        "purpose": "重阳节活动",
        "reason": "老人没有手机",
    }
    cast.rich(town, "e")
    clerk = visitor("tong")
    path = f"/console/people/{holder}/redemptions/new?shop={shop_id}&kind=activity_support"
    clerk.page(path)
    answer = clerk.post(path, asked)
    assert answer.status_code == 422
    assert clerk.text(answer).count("一张单最多兑 20 种") == 1
    assert newest(Redemption) == before
    first = next(iter(asked))
    assert clerk.post(path, {**asked, first: "0"}).status_code == 303
    assert len(town.phone("tong").data("GET", f"/redemptions/{newest(Redemption)}")["lines"]) == 20


def test_no_more_slots_are_booked_at_once_than_the_phone_shows(visitor, town):
    shop_id, holder, before = cast.opened(town), town.person("e").id, newest(Redemption)
    item_id = cast.venue(town, shop_id, points=1, slot_minutes=30)
    cast.rich(town, "e")
    clerk, day = visitor("tong"), clock.today() + timedelta(days=1)
    path = f"/console/people/{holder}/venues/{item_id}/new?day={day}"
    clerk.page(path)
    slots = [str(one) for one in cast.slot_ids(item_id)[:13]]
    told = {"slots": slots, "reason": "老人没有手机"}
    answer = clerk.post(path, told)
    assert answer.status_code == 422
    assert "一次最多订 12 个时段" in clerk.text(answer)
    assert newest(Redemption) == before
    assert clerk.post(path, {**told, "slots": slots[:12]}).status_code == 303


def test_no_more_is_counted_at_once_than_the_phone_shows(visitor, town):
    shop_id, ids = many_goods(town, 201)
    before, keeper = newest(Stocktake), visitor("bu")
    path = f"/console/stock/stocktakes/new?shop={shop_id}"
    keeper.page(path)
    counted = {f"counted_{one}": "0" for one in ids}
    answer = keeper.post(path, counted)
    assert answer.status_code == 422
    assert keeper.text(answer).count("一次最多盘点 200 种，其余的下一次再盘") == 1
    assert newest(Stocktake) == before
    assert keeper.post(path, {**counted, f"counted_{ids[0]}": ""}).status_code == 303
    (found, *_older) = town.phone("bu").data("GET", f"/shops/{shop_id}/stocktakes")["list"]
    assert len(found["lines"]) == 200
