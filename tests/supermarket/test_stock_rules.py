"""Stock to the unit: what decides at the edges. Each of these a mutation had survived (docs/mutation.md)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.outbox import queries as outbox
from backend.supermarket.actions import approvals, receipts, stock
from backend.supermarket.actions.stock import OutOfStock, StockReserved
from backend.supermarket.models import Item
from backend.supermarket.stock_models import Batch, Movement
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    cast.rich(town, "wulan")
    return cast.opened(town)


def warnings(town):
    told = outbox.inbox(town.person("bu").id, None, 50)
    return [row.kind for row in told].count("item_low_stock")


def events(item_id):
    wanted = sa.select(Movement).where(Movement.item_id == item_id).order_by(Movement.id)
    return [
        (one.kind, one.on_hand_change, one.reserved_change, one.on_hand_after)
        for one in session.scalars(wanted)
    ]


def batches(item_id):
    wanted = sa.select(Batch.on_hand).where(Batch.item_id == item_id).order_by(Batch.id)
    return list(session.scalars(wanted, execution_options={"populate_existing": True}))


def cancelled(town, order_id):
    with transaction():
        approvals.cancel(order_id, None, actor=cast.by(town, "wulan"))


def test_the_keeper_is_warned_when_what_is_free_falls_to_the_mark_and_each_time_it_does_so_anew(town, shop):
    """Free is what lies there and is not reserved: neither a unit above the mark, nor once more below it."""
    soap = cast.goods(town, shop, stock=6, low_stock=3)
    order = cast.asked(town, shop, {soap: 2})
    assert warnings(town) == 0
    second = cast.asked(town, shop, {soap: 1})
    assert warnings(town) == 1
    for _again in range(2):
        cast.asked(town, shop, {soap: 1})
    assert warnings(town) == 1
    for one in (order, second):
        cancelled(town, one)
    assert warnings(town) == 1
    cast.asked(town, shop, {soap: 3})
    assert warnings(town) == 2


def test_the_last_unit_that_is_free_can_be_had_and_none_after_it(town, shop):
    soap = cast.goods(town, shop, stock=2)
    cast.asked(town, shop, {soap: 2})
    assert cast.stock(soap) == (2, 2)
    with pytest.raises(OutOfStock, match="还剩 0，需要 1"):
        cast.asked(town, shop, {soap: 1})


def test_what_is_past_its_day_is_told_as_not_there_and_never_as_less_than_nothing(town, shop):
    milk = cast.goods(town, shop, stock=3, days=1)
    cast.received(town, milk, 1)
    cast.asked(town, shop, {milk: 2})
    with clock.frozen_at(clock.now() + timedelta(days=2)), pytest.raises(OutOfStock, match="还剩 0，需要 1"):
        cast.asked(town, shop, {milk: 1})


def test_an_order_gives_its_units_free_although_they_are_past_their_day(town, shop):
    milk = cast.goods(town, shop, stock=3, days=1)
    order = cast.asked(town, shop, {milk: 3})
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        cancelled(town, order)
    assert cast.stock(milk) == (3, 0)


def test_a_hand_over_takes_from_as_many_batches_as_it_needs_and_leaves_the_rest(town, shop):
    rice = cast.goods(town, shop, stock=2, days=9)
    cast.received(town, rice, 2, days=5)
    cast.received(town, rice, 5)
    cast.handed_over(town, shop, {rice: 5})
    assert batches(rice) == [0, 0, 4]
    assert cast.stock(rice) == (4, 0)
    assert events(rice)[-3:] == [("hand_over", -2, -2, 7), ("hand_over", -2, -2, 5), ("hand_over", -1, -1, 4)]


def test_the_goods_of_another_item_stay_where_they_are(town, shop):
    soap, rice, milk = (cast.goods(town, shop, stock=3, days=days) for days in (1, 9, 2))
    cast.handed_over(town, shop, {rice: 2})
    assert [batches(one) for one in (soap, rice, milk)] == [[3], [1], [3]]


def test_only_the_order_that_is_meant_is_handed_over_whatever_it_costs(town, shop):
    lamp = cast.goods(town, shop, stock=9, points=150)
    soap = cast.goods(town, shop, stock=9, points=1)
    first = cast.approved(town, shop, {lamp: 2, soap: 1})
    cast.approved(town, shop, {soap: 2, cast.goods(town, shop): 1})
    cast.hand_over(town, first)
    assert (cast.stock(lamp), cast.stock(soap)) == ((7, 0), (8, 2))


def test_a_batch_on_its_last_day_is_handed_over(town, shop):
    milk = cast.goods(town, shop, stock=2, days=0)
    cast.handed_over(town, shop, {milk: 2})
    assert batches(milk) == [0]


def test_the_last_unit_of_a_batch_is_handed_over(town, shop):
    soap = cast.goods(town, shop, stock=1)
    cast.handed_over(town, shop, {soap: 1})
    assert batches(soap) == [0]


def test_batches_of_the_same_day_leave_in_the_order_in_which_they_came(town, shop):
    rice = cast.goods(town, shop, stock=2, days=9)
    cast.received(town, rice, 2, days=9, batch_no="B")
    cast.handed_over(town, shop, {rice: 3})
    assert batches(rice) == [0, 1]


def test_units_that_come_back_lie_in_their_batches_again_and_are_free(town, shop):
    rice, soap = cast.goods(town, shop, stock=2, days=9), cast.goods(town, shop, stock=3)
    cast.received(town, rice, 2, days=5)
    order = cast.handed_over(town, shop, {rice: 3, soap: 2})
    with transaction():
        approvals.give_back(order, "包装破了", actor=cast.by(town, "tong"))
    assert (batches(rice), batches(soap)) == ([2, 2], [3])
    assert (cast.stock(rice), cast.stock(soap)) == ((4, 0), (3, 0))
    assert [one[0] for one in events(rice)].count("return") == 2


def test_everything_free_may_be_written_off_and_nothing_that_is_reserved(town, shop):
    soap = cast.goods(town, shop, stock=3)
    cast.asked(town, shop, {soap: 1})
    with pytest.raises(StockReserved, match="1 已被预订"), transaction():
        receipts.spoil(soap, 3, "受潮", None, actor=cast.by(town, "bu"))
    with transaction():
        receipts.spoil(soap, 2, "受潮", None, actor=cast.by(town, "bu"))
    assert cast.stock(soap) == (1, 1)


@pytest.mark.parametrize(("units", "taken"), [(0, []), (1, [1]), (2, [2]), (3, [2, 1]), (9, [2, 4])])
def test_the_first_batches_give_until_it_is_enough_and_an_empty_one_gives_nothing(units, taken):
    lying = [Batch(on_hand=2), Batch(on_hand=0), Batch(on_hand=4)]
    assert [given for _batch, given in stock.oldest_first(lying, units)] == taken


def test_the_numbers_of_a_day_begin_with_one_and_are_of_four_digits(town, shop):
    with transaction():
        numbers = [stock.next_number("QT", town.songtao) for _ in range(2)]
    day = clock.today().strftime("%Y%m%d")
    assert numbers == [f"QT-松涛-{day}-0001", f"QT-松涛-{day}-0002"]


def test_nothing_is_set_free_that_was_not_set_aside_and_nothing_leaves_that_is_not_there(town, shop):
    soap = cast.goods(town, shop, stock=3)
    cast.asked(town, shop, {soap: 3})
    for change, refusal in (
        ({"reserved": -4}, OutOfStock),
        ({"reserved": 1}, OutOfStock),
        ({"on_hand": -1}, StockReserved),
        ({"on_hand": -4, "reserved": -3}, StockReserved),
    ):
        with pytest.raises(refusal), transaction():
            stock.record_movement(
                cast.item(soap), "spoilage", reference="test:1", actor=cast.by(town, "bu"), **change
            )
    assert cast.stock(soap) == (3, 3)


def test_item_and_batch_as_loaded_say_what_the_database_says(town, shop):
    soap = cast.goods(town, shop, stock=7)
    with transaction():
        (item,) = stock.lock_items([soap]).values()
        batch = stock.lock_batch(session.scalar(sa.select(Batch.id).where(Batch.item_id == soap)))
        for n, units in enumerate((-3, -2)):
            stock.record_movement(
                item, "expired", on_hand=units, batch=batch, reference=f"test:{n}", actor=None
            )
        loaded = (item.on_hand, item.reserved, batch.on_hand)
        session.expire_all()
        assert loaded == (item.on_hand, item.reserved, batch.on_hand) == (2, 0, 2)


def renamed(item_id, name):
    """As another process does, of which what is loaded here knows nothing."""
    statement = sa.update(Item).where(Item.id == item_id).values(name=name)
    session.execute(statement, execution_options={"synchronize_session": False})


def test_what_another_changed_meanwhile_is_read_anew_under_the_lock(town, shop):
    soap = cast.goods(town, shop)
    with transaction():
        loaded = cast.item(soap)
        renamed(soap, "肥皂")
        assert stock.lock_items([soap])[soap].name == "肥皂"
        renamed(soap, "香皂")
        ((item, *_others),) = stock.lock_items_for(town.person("wulan").id, [soap])
        assert loaded.name == item.name == "香皂"


def test_each_item_is_taken_once_with_its_own_shop_however_many_shops_there_are(town, shop):
    other = cast.opened(town)
    wanted = {cast.goods(town, one): one for one in (shop, other, cast.opened(town))}
    with transaction():
        taken = stock.lock_items_for(town.person("wulan").id, [*wanted, *wanted])
        assert [(item.id, found.id, had) for item, found, had in taken] == [
            (item_id, shop_id, 0) for item_id, shop_id in sorted(wanted.items())
        ]


def test_only_the_goods_of_this_order_come_back(town, shop):
    soap = cast.goods(town, shop, stock=9)
    orders = [cast.handed_over(town, shop, {soap: units}) for units in (1, 2, 4)]
    with transaction():
        approvals.give_back(orders[1], "包装破了", actor=cast.by(town, "tong"))
    assert cast.stock(soap) == (4, 0)


def test_support_of_an_activity_is_handed_over_and_no_unit_leaves(town, shop):
    soap, projector = cast.goods(town, shop), cast.support(town, shop)
    order = cast.approved(town, shop, {projector: 1}, purpose="社区清雪")
    cast.hand_over(town, order)
    assert (cast.order(order).state, cast.stock(soap)) == ("handed_over", (10, 0))


def test_what_happens_to_stock_names_nobody_to_the_public(town, shop):
    """Only a donor who said so is named, and only with their donation."""
    soap = cast.goods(town, shop)
    cast.handed_over(town, shop, {soap: 1})
    assert set(session.scalars(sa.select(Movement.donor_public).where(Movement.item_id == soap))) == {False}
