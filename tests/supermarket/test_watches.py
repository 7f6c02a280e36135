"""到货提醒 and demand: who waits is told once, when it is really there; the keeper sees figures and no names."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.errors import NotAllowed
from backend.outbox import queries as outbox
from backend.supermarket import demand, queries
from backend.supermarket.actions import (
    approvals,
    items,
    receipts,
    requests,
    returned_goods,
    stocktakes,
    watches,
)
from backend.supermarket.actions.items import ItemNameTaken
from backend.supermarket.actions.returned_goods import Back
from backend.supermarket.actions.stock import OutOfStock
from backend.supermarket.demand_models import Watch
from backend.supermarket.return_models import Fate
from backend.supermarket.stock_models import Batch
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


def _watch(town, item_id, name="ning"):
    with transaction():
        watches.watch(item_id, actor=cast.by(town, name))


def _told(town, item_id, name="ning"):
    rows = outbox.inbox(town.person(name).id, None, 20)
    return sum(row.kind == "item_available" and row.subject_id == item_id for row in rows)


def _received(town, shop, soap):
    cast.received(town, soap, 1)


def _counted(town, shop, soap):
    with transaction():
        found = stocktakes.propose(shop, [(soap, 3, "多出来")], actor=cast.by(town, "bu"))
    with transaction():
        stocktakes.approve(found.id, actor=cast.by(town, "yan"))


def _put_up_again(town, shop, soap):
    with transaction():
        items.change(soap, {"on_shelf": False}, actor=cast.by(town, "bu"))
    cast.received(town, soap, 1)
    assert _told(town, soap) == 0
    with transaction():
        items.change(soap, {"on_shelf": True}, actor=cast.by(town, "bu"))


@pytest.mark.parametrize("happens", [_received, _counted, _put_up_again])
def test_who_waits_is_told_once_whatever_brings_it_back(town, shop, happens):
    soap = cast.goods(town, shop, stock=0)
    _watch(town, soap)
    _watch(town, soap)
    happens(town, shop, soap)
    assert _told(town, soap) == 1
    cast.received(town, soap, 1)
    assert _told(town, soap) == 1
    assert session.get(Watch, (soap, town.person("ning").id)) is None


def test_what_is_given_up_or_comes_back_is_told_and_what_waits_in_quarantine_is_not_before_it_is_released(
    town, shop
):
    soap = cast.goods(town, shop, stock=1)
    order_id = cast.asked(town, shop, {soap: 1})
    _watch(town, soap)
    with transaction():
        approvals.cancel(order_id, actor=cast.by(town, "wulan"))
    assert _told(town, soap) == 1
    order_id = cast.handed_over(town, shop, {soap: 1})
    _watch(town, soap)
    with transaction():
        lines = [Back(soap, 1, Fate.QUARANTINE)]
        approvals.give_back(order_id, "漏了", lines, actor=cast.by(town, "yan"))
    assert _told(town, soap) == 1
    from_batch = session.scalar(sa.select(Batch.id).where(Batch.item_id == soap, Batch.quarantined))
    with transaction():
        returned_goods.release_from_quarantine(soap, from_batch, actor=cast.by(town, "bu"))
    assert _told(town, soap) == 2


def test_who_does_not_want_to_know_any_more_is_not_told(town, shop):
    soap = cast.goods(town, shop, stock=0)
    _watch(town, soap)
    (seen,) = queries.view_items([cast.item(soap)], actor=cast.by(town, "ning"))
    (by_keeper,) = queries.view_items([cast.item(soap)], actor=cast.by(town, "bu"))
    assert (seen.watching, seen.waiting, by_keeper.watching, by_keeper.waiting) == (True, None, False, 1)
    with transaction():
        watches.unwatch(soap, actor=cast.by(town, "ning"))
    cast.received(town, soap, 1)
    assert _told(town, soap) == 0


def test_the_keeper_sees_what_was_asked_for_refused_and_is_waited_for(town, shop):
    soap, rice = cast.goods(town, shop, stock=2, points=1), cast.goods(town, shop, stock=0, points=1)
    cast.asked(town, shop, {soap: 2})
    for lines in ([(soap, 1)], [(rice, 3)], [(rice, 2)]):
        with transaction():
            answer = requests.request_or_note(shop, lines, actor=cast.by(town, "wulan"))
        assert isinstance(answer, OutOfStock)
    _watch(town, rice)
    found = demand.of_shop(shop, actor=cast.by(town, "bu"))
    told = [(one.id, one.asked, one.refusals, one.refused, one.waiting) for one in found]
    assert told == [(rice, 0, 2, 5, 1), (soap, 2, 1, 1, 0)]
    with pytest.raises(NotAllowed):
        demand.of_shop(shop, actor=cast.by(town, "ning"))


def test_an_item_is_taken_down_at_once_and_who_put_it_up_is_told_why(town, shop):
    soap = cast.goods(town, shop)
    order_id = cast.asked(town, shop, {soap: 1})
    with pytest.raises(NotAllowed), transaction():
        items.take_down(soap, "图片不实", actor=cast.by(town, "ning"))
    with transaction():
        items.take_down(soap, "图片不实", actor=cast.by(town, "tong"))
    assert not cast.item(soap).on_shelf
    told = outbox.inbox(town.person("bu").id, None, 1)[0]
    assert (told.kind, "图片不实" in told.body) == ("item_taken_down", True)
    assert [one.id for one in queries.open_orders_of(soap)] == [order_id]
    assert cast.order(order_id).state == "requested"
    with pytest.raises(items.ItemOffShelfAlready), transaction():
        items.take_down(soap, "图片不实", actor=cast.by(town, "tong"))


def test_a_twin_is_refused_until_it_is_confirmed(town, shop):
    keeper = cast.by(town, "bu")
    with transaction():
        items.create_item(shop, "goods", "牙膏 90克", 3, actor=keeper)
        other = items.create_item(shop, "goods", "牙刷", 3, actor=keeper).id
    for name in ("牙膏 90克", "牙膏９０克", "牙膏 90 克"):
        with pytest.raises(ItemNameTaken), transaction():
            items.create_item(shop, "goods", name, 5, actor=keeper)
        with pytest.raises(ItemNameTaken), transaction():
            items.change(other, {"name": name}, actor=keeper)
    with transaction():
        items.change(other, {"name": "牙 刷", "points": 4}, actor=keeper)
        items.create_item(shop, "goods", "牙膏 90克", 5, same_name=True, actor=keeper)
        items.create_item(shop, "activity_support", "牙膏 90克", 5, actor=keeper)


def test_who_keeps_an_item_is_warned_of_what_tells_of_a_person(town, shop):
    keeper = cast.by(town, "bu")
    for kind, more, told in (
        ("goods", {"description": "领取打 138 0013 8000，3号楼2单元"}, ["电话号码、住址"]),
        ("venue", {"description": "雪松家园 3号楼 101 室"}, []),
        ("goods", {}, []),
    ):
        with transaction():
            made = items.create_item(shop, kind, f"台灯 {kind} {len(more)}", 3, actor=keeper, **more)
            assert [one.split("可能有")[1].split("，")[0] for one in items.warnings(made)] == told


def test_items_are_found_by_a_word_and_by_kind(town, shop):
    keeper = cast.by(town, "bu")
    with transaction():
        made = [
            items.create_item(shop, kind, name, 3, actor=keeper).id
            for kind, name in (("goods", "东北大米 5 公斤"), ("goods", "100%棉袜"), ("venue", "大米展厅"))
        ]
    ning = cast.by(town, "ning")

    def found(kind, q):
        return [one.id for one in queries.items(shop, kind, q, actor=ning).rows(10)]

    assert found(None, "大米") == [made[0], made[2]]
    assert found("goods", "大米") == [made[0]]
    assert found(None, "0%") == [made[1]]
    assert found(None, "公斤 东北") == [made[0]]


def test_what_is_written_off_from_the_shelf_leaves_no_watch_told(town, shop):
    soap = cast.goods(town, shop, stock=1)
    _watch(town, soap)
    with transaction():
        receipts.spoil(soap, 1, "受潮", actor=cast.by(town, "bu"))
    assert _told(town, soap) == 0
