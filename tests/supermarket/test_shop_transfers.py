"""调拨: out of one shop, in at another, by two people; never more than is free, and no unit is lost on the way."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.lifecycle import FourEyes
from backend.outbox import queries as outbox
from backend.supermarket import register, transfer_queries
from backend.supermarket.actions import shop_transfers as verbs
from backend.supermarket.actions.stock import OutOfStock
from backend.supermarket.states import TransferMovedOn
from backend.supermarket.stock_models import Batch, Movement, ShopTransfer
from tests.supermarket import cast


@pytest.fixture
def shops(town):
    cast.second_keeper(town)
    return cast.opened(town), cast.opened(town)


def _send(town, item_id, to_shop, units, name="bu"):
    with transaction():
        return verbs.send(item_id, to_shop, units, "那边缺货", actor=cast.by(town, name)).id


def _receive(town, sent, units, item_id, reason=None, name="shao"):
    with transaction():
        return verbs.receive(sent, units, item_id, reason, actor=cast.by(town, name))


def _batches(item_id):
    wanted = sa.select(Batch.best_before, Batch.on_hand).where(Batch.item_id == item_id)
    return [tuple(row) for row in session.execute(wanted.order_by(Batch.id))]


def test_goods_leave_one_shop_and_arrive_in_another_with_their_batches(town, shops):
    here, there = shops
    milk, other = cast.goods(town, here, stock=2, days=10), cast.goods(town, there, stock=0)
    cast.received(town, milk, 5, 20)
    sent = _send(town, milk, there, 4)
    assert (cast.stock(milk), cast.stock(other)) == ((3, 0), (0, 0))
    assert "transfer_sent" in [row.kind for row in outbox.inbox(town.person("shao").id, None, 5)]
    _receive(town, sent, 4, other)
    (soon, _), (later, _) = _batches(milk)
    assert _batches(other) == [(soon, 2), (later, 2)]
    rows = session.scalars(
        sa.select(Movement).where(Movement.transfer_id == sent).order_by(Movement.id)
    ).all()
    number = session.get(ShopTransfer, sent).number
    assert [(row.kind, row.on_hand_change) for row in rows] == [
        ("transfer_out", -2),
        ("transfer_out", -2),
        ("transfer_in", 2),
        ("transfer_in", 2),
    ]
    assert {row.reference.partition(":")[0] for row in rows} == {number}
    assert [register.use(row) for row in rows] == ["调出", "调出", "调入", "调入"]
    assert [row.reason.startswith("从小超市") for row in rows] == [True] * 4


def test_whoever_sent_it_does_not_confirm_it_and_strangers_do_not_know_it(town, shops):
    here, there = shops
    milk, other = cast.goods(town, here), cast.goods(town, there, stock=0)
    sent = _send(town, milk, there, 4)
    with pytest.raises(FourEyes):
        _receive(town, sent, 4, other, name="bu")
    with pytest.raises(NotFound):
        _receive(town, sent, 4, other, name="mei")
    for name in ("yan", "ning"):
        with pytest.raises(NotAllowed):
            _send(town, milk, there, 1, name)
    actions = {
        name: transfer_queries.view([session.get(ShopTransfer, sent)], actor=cast.by(town, name))[0].actions
        for name in ("bu", "shao")
    }
    assert actions == {"bu": ["call_back"], "shao": ["receive", "call_back"]}


def test_never_more_than_is_free_is_sent(town, shops):
    here, there = shops
    milk = cast.goods(town, here, stock=5, points=1)
    cast.asked(town, here, {milk: 2})
    with pytest.raises(OutOfStock):
        _send(town, milk, there, 4)
    with pytest.raises(InvalidInput):
        _send(town, milk, here, 1)
    _send(town, milk, there, 3)
    assert cast.stock(milk) == (2, 2)


def test_what_did_not_arrive_is_said_with_its_reason_and_it_arrives_once(town, shops):
    here, there = shops
    milk, other = cast.goods(town, here), cast.goods(town, there, stock=0)
    sent = _send(town, milk, there, 4)
    for units, reason in ((3, None), (5, "多了")):
        with pytest.raises(InvalidInput):
            _receive(town, sent, units, other, reason)
    _receive(town, sent, 3, other, "路上碎了一瓶")
    assert (cast.stock(milk), cast.stock(other)) == ((6, 0), (3, 0))
    assert "少收 1" in outbox.inbox(town.person("bu").id, None, 1)[0].body
    with pytest.raises(TransferMovedOn):
        _receive(town, sent, 3, other, "路上碎了一瓶")
    with pytest.raises(TransferMovedOn), transaction():
        verbs.call_back(sent, "不调了", actor=cast.by(town, "bu"))


def test_what_is_called_back_stands_on_its_shelf_again(town, shops):
    here, there = shops
    milk = cast.goods(town, here, days=10)
    before = _batches(milk)
    sent = _send(town, milk, there, 4)
    with transaction():
        verbs.call_back(sent, "不调了", actor=cast.by(town, "bu"))
    assert _batches(milk) == before


@pytest.mark.usefixtures("broken_books")
@pytest.mark.parametrize(
    "change", ["received = 5", "received = 4, closed_by_id = sent_by_id", "received = 3", "state = 'sent'"]
)
def test_the_database_alone_refuses_what_cannot_have_arrived(town, shops, change):
    here, there = shops
    milk, other = cast.goods(town, here), cast.goods(town, there, stock=0)
    sent = _send(town, milk, there, 4)
    _receive(town, sent, 4, other)
    session.rollback()
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(sa.text(f"UPDATE shop_transfers SET {change} WHERE id = {sent}"))
