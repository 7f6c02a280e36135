"""Parts of an order are handed over and come back; what came back stands on the shelf, waits, or is written off."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed
from backend.outbox import queries as outbox
from backend.supermarket import allowances, queries, register
from backend.supermarket.actions import approvals, deadlines, receipts, returned_goods
from backend.supermarket.actions.returned_goods import Back, NotInQuarantine, ReturnedAlready
from backend.supermarket.actions.stock import OutOfStock
from backend.supermarket.return_models import Fate, Returned
from backend.supermarket.states import RedemptionMovedOn
from backend.supermarket.stock_models import Batch, Movement
from tests.supermarket import cast

AFTER_THE_LOT = datetime(2027, 12, 31, 16, 0, tzinfo=UTC)


@pytest.fixture
def shop(town):
    return cast.opened(town)


def _back(town, order_id, *lines, name="yan"):
    with transaction():
        return approvals.give_back(
            order_id, "包装破损", [Back(*line) for line in lines] or None, actor=cast.by(town, name)
        )


def _told(town, name="wulan"):
    return outbox.inbox(town.person(name).id, None, 1)[0].body


def _batches(item_id):
    wanted = sa.select(Batch.on_hand, Batch.quarantined).where(Batch.item_id == item_id)
    return [tuple(row) for row in session.execute(wanted.order_by(Batch.id))]


def test_what_is_not_handed_over_is_free_again_with_its_points(town, shop):
    soap, rice = cast.goods(town, shop, points=10), cast.goods(town, shop, points=5)
    order_id = cast.approved(town, shop, {soap: 3, rice: 2})
    cast.hand_over(town, order_id, lines=[(soap, 2)])
    assert cast.order(order_id).state == "handed_over"
    assert (cast.stock(soap), cast.stock(rice)) == ((8, 0), (10, 0))
    assert cast.purse(town, "wulan") == (100, 0)
    (shown,) = queries.view_redemptions([cast.order(order_id)], actor=cast.by(town, "wulan"))
    assert [(line.quantity, line.handed_over) for line in shown.lines] == [(3, 2), (2, 0)]
    assert (shown.points, shown.points_spent) == (40, 20)
    assert "使用 20 积分" in _told(town)
    assert "20 积分已退回" in _told(town)


@pytest.mark.parametrize("lines", [[], [(0, 1)], [("soap", 4)], [("soap", 2), ("soap", 2)]])
def test_no_more_than_was_ordered_is_handed_over(town, shop, lines):
    soap = cast.goods(town, shop)
    order_id = cast.approved(town, shop, {soap: 3})
    with pytest.raises(InvalidInput):
        cast.hand_over(town, order_id, lines=[(soap if key == "soap" else key, n) for key, n in lines])
    assert cast.order(order_id).state == "approved"


def test_a_venue_is_used_and_given_back_whole(town, shop):
    hall = cast.venue(town, shop)
    order_id = cast.booked(town, shop, cast.slot_ids(hall)[:2])
    with transaction():
        approvals.approve(order_id, actor=cast.by(town, "tong"))
    with pytest.raises(InvalidInput):
        cast.hand_over(town, order_id, lines=[(hall, 1)])
    cast.hand_over(town, order_id, lines=[(hall, 2)])
    with pytest.raises(InvalidInput):
        _back(town, order_id, (hall, 1))


def test_parts_come_back_again_and_again_until_all_is_back(town, shop):
    soap = cast.goods(town, shop, points=10)
    order_id = cast.handed_over(town, shop, {soap: 4})
    _back(town, order_id, (soap, 1))
    _back(town, order_id, (soap, 1))
    assert (cast.order(order_id).state, cast.purse(town, "wulan"), cast.stock(soap)) == (
        "handed_over",
        (100, 0),
        (8, 0),
    )
    assert "×1" in _told(town)
    with pytest.raises(ReturnedAlready):
        _back(town, order_id, (soap, 2), (soap, 1))
    _back(town, order_id)
    assert (cast.order(order_id).state, cast.purse(town, "wulan"), cast.stock(soap)) == (
        "returned",
        (120, 0),
        (10, 0),
    )
    with pytest.raises(ReturnedAlready):
        _back(town, order_id, (soap, 1))
    with pytest.raises(RedemptionMovedOn):
        _back(town, order_id)


def test_what_is_back_counts_towards_no_limit(town, shop):
    soap = cast.goods(town, shop, points=1, limit_per_person=3)
    order_id = cast.approved(town, shop, {soap: 3})
    cast.hand_over(town, order_id, lines=[(soap, 2)])
    _back(town, order_id, (soap, 1))
    assert allowances.shares(cast.order(order_id))[soap].taken == 1


def test_the_broken_is_written_off_the_doubtful_waits_and_the_good_stands_on_the_shelf(town, shop):
    milk = cast.goods(town, shop, stock=6, points=10, days=30)
    order_id = cast.handed_over(town, shop, {milk: 6})
    _back(town, order_id, (milk, 1, Fate.WRITTEN_OFF), (milk, 2, Fate.QUARANTINE), (milk, 3))
    assert cast.purse(town, "wulan") == (120, 0)
    assert _batches(milk) == [(3, False), (2, True)]
    spoilt = session.scalars(
        sa.select(Movement).where(Movement.kind == "spoilage", Movement.item_id == milk)
    ).one()
    assert spoilt.on_hand_change == -1
    assert "包装破损" in spoilt.reason
    assert register.sheet_number(type("Row", (), {"number": None, "reference": spoilt.reference})).startswith(
        "BS-"
    )
    (shown,) = queries.view_items([cast.item(milk)], actor=cast.by(town, "wulan"))
    assert shown.available == 3
    with pytest.raises(OutOfStock):
        cast.asked(town, shop, {milk: 4})
    wanted = sa.select(Returned.quantity, Returned.fate).where(Returned.item_id == milk).order_by(Returned.id)
    assert session.execute(wanted).all() == [(1, "written_off"), (2, "quarantine"), (3, "shelf")]


def test_what_waits_is_handed_to_nobody_before_a_keeper_has_looked_at_it(town, shop):
    milk = cast.goods(town, shop, stock=3, points=10, days=30)
    first = cast.handed_over(town, shop, {milk: 2})
    _back(town, first, (milk, 2, Fate.QUARANTINE))
    apart = session.scalars(sa.select(Batch.id).where(Batch.quarantined, Batch.item_id == milk)).one()
    with pytest.raises(OutOfStock):
        cast.asked(town, shop, {milk: 2})
    with transaction():
        receipts.spoil(milk, 1, "漏了", actor=cast.by(town, "bu"))
    assert _batches(milk) == [(0, False), (2, True)]
    with transaction():
        receipts.spoil(milk, 1, "漏了", apart, actor=cast.by(town, "bu"))
    with pytest.raises(NotAllowed), transaction():
        returned_goods.release_from_quarantine(milk, apart, actor=cast.by(town, "tong"))
    with transaction():
        returned_goods.release_from_quarantine(milk, apart, actor=cast.by(town, "bu"))
    with pytest.raises(NotInQuarantine), transaction():
        returned_goods.release_from_quarantine(milk, apart, actor=cast.by(town, "bu"))
    cast.handed_over(town, shop, {milk: 1})
    assert cast.stock(milk) == (0, 0)


def test_an_order_is_not_kept_waiting_for_goods_that_are_set_apart(town, shop):
    milk = cast.goods(town, shop, stock=2, points=10, days=30)
    first = cast.handed_over(town, shop, {milk: 2})
    _back(town, first)
    second = cast.approved(town, shop, {milk: 2})
    with transaction():
        session.execute(sa.update(Batch).where(Batch.item_id == milk).values(quarantined=True))
    assert deadlines.unservable() == [second]
    with transaction():
        deadlines.release_unservable(second)
    assert cast.order(second).state == "expired"


def test_only_goods_are_set_apart_or_written_off(town, shop):
    help_id = cast.support(town, shop)
    order_id = cast.approved(town, shop, {help_id: 2}, purpose="包饺子")
    cast.hand_over(town, order_id)
    with pytest.raises(InvalidInput):
        _back(town, order_id, (help_id, 1, Fate.WRITTEN_OFF))
    _back(town, order_id, (help_id, 1))
    assert cast.purse(town, "wulan") == (110, 0)


def test_no_notice_promises_points_whose_lot_has_ended(town, shop):
    soap = cast.goods(town, shop, points=10)
    back = cast.handed_over(town, shop, {soap: 2})
    for_less, waiting = cast.approved(town, shop, {soap: 2}), cast.asked(town, shop, {soap: 1})
    unused = cast.asked(town, shop, {soap: 1})
    with clock.frozen_at(AFTER_THE_LOT):
        _back(town, back, (soap, 1))
        assert "10 积分的有效期已过" in _told(town)
        cast.hand_over(town, for_less, lines=[(soap, 1)])
        assert "使用 10 积分" in _told(town)
        assert "10 积分的有效期已过" in _told(town)
        with transaction():
            approvals.reject(waiting, "没有货", actor=cast.by(town, "tong"))
        assert "已退回" not in _told(town)
        with transaction():
            approvals.expire(unused, "超过期限")
        assert "欢迎重新兑换" not in _told(town)
        assert cast.purse(town, "wulan")[0] == 0


def test_the_register_tells_what_was_handed_over_and_not_what_was_ordered(town, shop):
    soap = cast.goods(town, shop, points=10)
    order_id = cast.approved(town, shop, {soap: 3})
    cast.hand_over(town, order_id, lines=[(soap, 2)])
    _back(town, order_id, (soap, 1))
    told = sa.select(register.ENTRIES.c.quantity, register.ENTRIES.c.points).where(
        register.ENTRIES.c.redemption_id == order_id
    )
    assert [tuple(row) for row in session.execute(told)] == [(2, 20), (-1, -10)]


@pytest.mark.usefixtures("broken_books")
@pytest.mark.parametrize("change", ["handed_over = 4", "returned = 3", "returned = -1"])
def test_the_database_alone_refuses_more_than_was_ordered_or_handed_over(town, shop, change):
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 3})
    cast.hand_over(town, order_id, lines=[(queries.lines_of(order_id)[0].item_id, 2)])
    statement = f"UPDATE redemption_lines SET {change} WHERE redemption_id = {order_id}"
    session.rollback()
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(sa.text(statement))
