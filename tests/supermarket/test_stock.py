"""Stock as events: what comes in, what is written off, what is counted, what is past its day."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, jobs
from backend.db import Moment, session, transaction
from backend.errors import NotAllowed, NotFound
from backend.lifecycle import FourEyes
from backend.opening_hours import HoursNotSensible
from backend.outbox import queries as outbox
from backend.people import actions as people
from backend.supermarket import queries, stock_queries
from backend.supermarket.actions import deadlines, items, receipts, shops, stocktakes
from backend.supermarket.actions.baskets import NotInThisShop
from backend.supermarket.actions.stock import OutOfStock, StockReserved
from backend.supermarket.states import StocktakeMovedOn
from backend.supermarket.stock_models import Batch, Movement
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


def _run(name):
    (job,) = (job for job in deadlines.JOBS if job.name == f"supermarket.{name}")
    return jobs.run(job)


def _batches(item_id):
    wanted = sa.select(Batch.on_hand).where(Batch.item_id == item_id).order_by(Batch.id)
    return list(session.scalars(wanted))


def _told(town, name):
    return [row.kind for row in outbox.inbox(town.person(name).id, None, 50)]


def _spoil(town, item_id, units, batch_id=None):
    with transaction():
        receipts.spoil(item_id, units, "受潮", batch_id, actor=cast.by(town, "bu"))


def test_a_receipt_says_where_from_by_which_document_and_what_it_cost(town, shop):
    rice = cast.goods(town, shop, stock=0)
    event = cast.received(town, rice, 20, days=90, batch_no="A1", document="票 0007", cost=880)
    day = clock.today().strftime("%Y%m%d")
    assert event.reference.startswith(f"RK-松涛-{day}-")
    tong = cast.by(town, "tong")
    (told,) = stock_queries.view_movements(stock_queries.movements(rice, actor=tong).rows(9), actor=tong)
    assert (told.quantity, told.batch, told.document, told.cost) == (20, "A1", "票 0007", 880)
    assert (told.on_hand_after, told.by_name, told.source) == (20, "卜秀云", "purchase")
    cast.received(town, rice, 5, days=90, batch_no="A1")
    cast.received(town, rice, 5, days=91, batch_no="A1")
    assert _batches(rice) == [25, 5]


def test_a_donor_is_sealed_and_named_to_the_public_only_with_their_consent(town, shop):
    rice = cast.goods(town, shop, stock=0)
    with transaction():
        for donor, public in (("李秀英", False), ("青松粮油公司", True), ("青松粮油公司", True)):
            receipts.receive(rice, 5, "donation", donor=donor, donor_public=public, actor=cast.by(town, "bu"))
    stored = str(session.execute(sa.text("SELECT donor_sealed FROM stock_movements")).all())
    assert "李秀英" not in stored
    assert "青松粮油" not in stored
    (shown,) = queries.view_items([cast.item(rice)], actor=cast.by(town, "ning"))
    assert shown.donors == ["青松粮油公司"]
    yan = cast.by(town, "yan")
    told = stock_queries.view_movements(stock_queries.movements(rice, actor=yan).rows(9), actor=yan)
    assert {one.donor for one in told} == {"李秀英", "青松粮油公司"}


def test_what_cannot_be_received(town, shop):
    rice, hall = cast.goods(town, shop, stock=0), cast.venue(town, shop)
    with pytest.raises(receipts.AlreadyPastItsDay):
        cast.received(town, rice, 5, days=-1)
    cast.received(town, rice, 5, days=0)
    with pytest.raises(receipts.NotGoods):
        cast.received(town, hall, 5)
    with pytest.raises(receipts.DonorOfAPurchase):
        cast.received(town, rice, 5, donor="青松粮油公司")
    with pytest.raises(NotFound):
        cast.received(town, 987654, 5)


def test_only_this_shops_keeper_receives_writes_off_and_changes_items(town, shop):
    rice = cast.goods(town, shop)
    for name, refusal in (("tong", NotAllowed), ("yan", NotAllowed), ("ning", NotAllowed), ("mei", NotFound)):
        who = cast.by(town, name)
        for verb in (
            lambda actor: receipts.receive(rice, 1, "purchase", actor=actor),
            lambda actor: receipts.spoil(rice, 1, "受潮", actor=actor),
            lambda actor: items.change(rice, {"points": 1}, actor=actor),
            lambda actor: items.create_item(shop, "goods", "x", 1, actor=actor),
            lambda actor: stocktakes.propose(shop, [(rice, 1, None)], actor=actor),
        ):
            with pytest.raises(refusal), transaction():
                verb(who)


def test_spoilt_units_leave_the_books_from_what_ends_first_or_from_the_batch_named(town, shop):
    milk = cast.goods(town, shop, stock=3, days=9)
    cast.received(town, milk, 3, days=5)
    _spoil(town, milk, 4)
    assert _batches(milk) == [2, 0]
    batch = session.scalar(sa.select(Batch.id).where(Batch.item_id == milk, Batch.on_hand > 0))
    _spoil(town, milk, 1, batch)
    assert _batches(milk) == [1, 0]
    with pytest.raises(OutOfStock):
        _spoil(town, milk, 2)
    with pytest.raises(OutOfStock):
        _spoil(town, milk, 1, 987654)


def test_what_is_reserved_is_not_written_off(town, shop):
    soap = cast.goods(town, shop, stock=3)
    cast.asked(town, shop, {soap: 2})
    with pytest.raises(StockReserved, match="2 已被预订"):
        _spoil(town, soap, 2)
    _spoil(town, soap, 1)
    assert cast.stock(soap) == (2, 2)


def test_good_units_are_kept_for_orders_when_others_are_past_their_day(town, shop):
    milk = cast.goods(town, shop, stock=2, days=1)
    cast.received(town, milk, 2, days=30)
    cast.asked(town, shop, {milk: 2})
    good = session.scalar(sa.select(Batch.id).where(Batch.item_id == milk).order_by(Batch.id.desc()))
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        with pytest.raises(StockReserved):
            _spoil(town, milk, 1, good)
        _spoil(town, milk, 1)
    assert _batches(milk) == [1, 2]


def test_a_batch_leaves_the_shelf_the_day_after_its_last(town, shop):
    milk = cast.goods(town, shop, stock=4, days=2)
    cast.received(town, milk, 3)
    day = clock.today() + timedelta(days=2)
    with clock.frozen_at(clock.day_ends(day) - timedelta(minutes=1)):
        assert _run("batches_ended") == 0
    with clock.frozen_at(clock.day_ends(day)):
        assert _run("batches_ended") == 1
        assert _run("batches_ended") == 0
        assert cast.stock(milk) == (3, 0)
        assert _told(town, "bu").count("batch_ended") == 1
        assert "batch_ended" not in _told(town, "mei")


def test_a_batch_that_ends_under_orders_releases_the_newest_of_them_first(town, shop):
    cast.rich(town, "wulan")
    milk = cast.goods(town, shop, stock=3, days=2, points=10)
    cast.received(town, milk, 2)
    first = cast.approved(town, shop, {milk: 2})
    second, third = cast.asked(town, shop, {milk: 2}), cast.asked(town, shop, {milk: 1}, "ning")
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        # Three of five units have ended: two are good, and five are reserved.
        _run("batches_ended")
        assert cast.stock(milk) == (5, 5)
        assert _run("release_unservable") >= 2
        assert [cast.order(one).state for one in (first, second, third)] == ["approved", "expired", "expired"]
        assert cast.purse(town, "ning") == (40, 0)
        assert "保质期" in cast.order(third).closing_reason
        _run("batches_ended")
        assert cast.stock(milk) == (2, 2)
        assert _run("release_unservable") == 0
        cast.hand_over(town, first)
    assert _batches(milk) == [0, 0]


def test_what_comes_back_into_an_ended_batch_leaves_again(town, shop):
    milk = cast.goods(town, shop, stock=2, days=2)
    order_id = cast.handed_over(town, shop, {milk: 1})
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        _run("batches_ended")
        with transaction():
            cast.approvals.give_back(order_id, "变质", actor=cast.by(town, "yan"))
        assert _run("batches_ended") == 1
    assert cast.stock(milk) == (0, 0)


def test_the_keeper_is_told_once_of_a_batch_that_ends_soon(town, shop):
    cast.goods(town, shop, stock=4, days=30)
    before = _told(town, "bu").count("batch_ends_soon")
    with clock.frozen_at(clock.now() + timedelta(days=10)):
        _run("batches_ending")
        assert _told(town, "bu").count("batch_ends_soon") == before + 1  # the demo city's oil
    with clock.frozen_at(clock.now() + timedelta(days=20)):
        _run("batches_ending")
        _run("batches_ending")
        assert _told(town, "bu").count("batch_ends_soon") == before + 2


def _counted(town, shop, lines, name="bu"):
    with transaction():
        return stocktakes.propose(shop, lines, actor=cast.by(town, name)).id


def test_a_stocktake_counts_once_a_supervisor_has_approved_it(town, shop):
    soap, rice = cast.goods(town, shop, days=50), cast.goods(town, shop)
    found = _counted(town, shop, [(soap, 8, "破损"), (rice, 12, "漏记"), (cast.goods(town, shop), 10, None)])
    assert (cast.stock(soap), cast.stock(rice)) == ((10, 0), (10, 0))
    assert "stocktake_waits" in _told(town, "yan")
    (shown,) = stock_queries.view_stocktakes(
        [stock_queries.stocktake(found, actor=cast.by(town, "yan"))], actor=cast.by(town, "yan")
    )
    assert [(line.book, line.counted, line.difference) for line in shown.lines] == [
        (10, 8, -2),
        (10, 12, 2),
        (10, 10, 0),
    ]
    assert shown.actions == ["approve", "reject"]
    with transaction():
        stocktakes.approve(found, actor=cast.by(town, "yan"))
    assert (cast.stock(soap), cast.stock(rice)) == ((8, 0), (12, 0))
    assert "stocktake_decided" in _told(town, "bu")
    with pytest.raises(StocktakeMovedOn), transaction():
        stocktakes.approve(found, actor=cast.by(town, "yan"))


def test_a_difference_without_a_reason_is_not_let_into_the_books(town, shop):
    soap, rice = cast.goods(town, shop), cast.goods(town, shop)
    found = _counted(town, shop, [(soap, 8, " "), (rice, 12, None), (cast.goods(town, shop), 10, None)])
    bu, yan = cast.by(town, "bu"), cast.by(town, "yan")

    def shown(actor):
        return stock_queries.view_stocktakes([stock_queries.stocktake(found, actor=actor)], actor=actor)[0]

    assert (shown(yan).actions, shown(bu).actions) == (["reject"], ["explain"])
    with pytest.raises(stocktakes.DifferenceUnexplained, match="2 种"), transaction():
        stocktakes.approve(found, actor=yan)
    with transaction():
        stocktakes.explain(found, [(soap, "破损")], actor=bu)
    with pytest.raises(stocktakes.DifferenceUnexplained, match="1 种"), transaction():
        stocktakes.approve(found, actor=yan)
    with transaction():
        stocktakes.explain(found, [(soap, "搬运中破损"), (rice, "漏记")], actor=bu)
        stocktakes.approve(found, actor=yan)
    assert (cast.stock(soap), cast.stock(rice)) == ((8, 0), (12, 0))
    reasons = session.scalars(sa.select(Movement.reason).where(Movement.stocktake_id == found))
    assert sorted(reasons) == ["搬运中破损", "漏记"]
    with pytest.raises(StocktakeMovedOn), transaction():
        stocktakes.explain(found, [(soap, "另有原因")], actor=bu)


def test_only_keepers_explain_and_only_what_differs(town, shop):
    soap, rice = cast.goods(town, shop), cast.goods(town, shop)
    found = _counted(town, shop, [(soap, 8, None), (rice, 10, None)])
    for name, refusal in (("yan", NotAllowed), ("tong", NotAllowed), ("mei", NotFound)):
        with pytest.raises(refusal), transaction():
            stocktakes.explain(found, [(soap, "破损")], actor=cast.by(town, name))
    for reasons in ([], [(rice, "相符")], [(soap, "一"), (soap, "二")], [(10**6, "没有数过")]):
        with pytest.raises(stocktakes.NothingToExplain), transaction():
            stocktakes.explain(found, reasons, actor=cast.by(town, "bu"))


@pytest.mark.parametrize("reason", [None, "", "  "], ids=["none", "empty", "blank"])
def test_the_database_alone_lets_no_unexplained_difference_in(town, shop, reason):
    soap = cast.goods(town, shop)
    found = _counted(town, shop, [(soap, 8, reason)])
    approved = sa.text(
        "UPDATE stocktakes SET state = 'approved', decided_by_id = :who, decided_at = :now WHERE id = :id"
    ).bindparams(sa.bindparam("now", type_=Moment))
    told = {"who": town.person("yan").id, "now": clock.now(), "id": found}
    with pytest.raises(sa.exc.IntegrityError, match="has a reason"), transaction():
        session.execute(approved, told)
    with transaction():
        stocktakes.explain(found, [(soap, "破损")], actor=cast.by(town, "bu"))
        stocktakes.approve(found, actor=cast.by(town, "yan"))


def test_the_difference_is_added_to_what_moved_meanwhile(town, shop):
    soap = cast.goods(town, shop)
    found = _counted(town, shop, [(soap, 9, "少一块")])
    cast.handed_over(town, shop, {soap: 2})
    cast.received(town, soap, 5)
    with transaction():
        stocktakes.approve(found, actor=cast.by(town, "yan"))
    assert cast.stock(soap) == (12, 0)


def test_who_counted_never_approves_and_one_count_waits_at_a_time(town, shop):
    soap = cast.goods(town, shop)
    with transaction():
        person = town.person("bu").id
        people.appoint(person, "supervisor", town.songtao, clock.today(), None, actor=cast.by(town, "admin"))
    found = _counted(town, shop, [(soap, 9, None)])
    with pytest.raises(FourEyes), transaction():
        stocktakes.approve(found, actor=cast.by(town, "bu"))
    with pytest.raises(stocktakes.StocktakeOpen):
        _counted(town, shop, [(soap, 9, None)])
    with pytest.raises(NotFound), transaction():
        stocktakes.approve(found, actor=cast.by(town, "luo"))
    with transaction():
        stocktakes.reject(found, "请重新盘点", actor=cast.by(town, "yan"))
    assert cast.stock(soap) == (10, 0)
    _counted(town, shop, [(soap, 9, None)])


def test_units_that_orders_wait_for_cannot_be_counted_away(town, shop):
    soap = cast.goods(town, shop)
    cast.asked(town, shop, {soap: 8})
    found = _counted(town, shop, [(soap, 7, "丢失")])
    with pytest.raises(StockReserved), transaction():
        stocktakes.approve(found, actor=cast.by(town, "yan"))
    assert cast.stock(soap) == (10, 8)


def test_units_found_join_the_batch_that_ends_first(town, shop):
    milk = cast.goods(town, shop, stock=3, days=30)
    cast.received(town, milk, 3, days=5)
    found = _counted(town, shop, [(milk, 8, "漏记")])
    with transaction():
        stocktakes.approve(found, actor=cast.by(town, "yan"))
    assert _batches(milk) == [3, 5]


def test_what_cannot_be_counted(town, shop):
    soap, hall = cast.goods(town, shop), cast.venue(town, shop)
    elsewhere = cast.goods(town, cast.opened(town))
    for lines, refusal in (
        ([], stocktakes.NothingCounted),
        ([(soap, 1, None), (soap, 2, None)], stocktakes.NothingCounted),
        ([(elsewhere, 1, None)], NotInThisShop),
        ([(hall, 1, None)], receipts.NotGoods),
    ):
        with pytest.raises(refusal):
            _counted(town, shop, lines)


def test_hours_that_make_no_sense_are_refused(town, shop):
    for hours in (
        [{"weekday": 8, "opens": "09:00", "closes": "10:00"}],
        [{"weekday": 1, "opens": "10:00", "closes": "10:00"}],
        [{"weekday": 1, "opens": "25:00", "closes": "26:00"}],
        [
            {"weekday": 1, "opens": "09:00", "closes": "12:00"},
            {"weekday": 1, "opens": "11:00", "closes": "13:00"},
        ],
    ):
        with pytest.raises(HoursNotSensible), transaction():
            shops.change_shop(shop, opening_hours=hours, actor=cast.by(town, "tong"))
    with pytest.raises(shops.ShopAlreadyThere), transaction():
        shops.open_shop(town.songtao, "松涛社区兑换超市", actor=cast.by(town, "tong"))
    with pytest.raises(shops.ShopAlreadyThere), transaction():
        shops.change_shop(shop, name="松涛社区兑换超市", actor=cast.by(town, "tong"))
    with pytest.raises(NotFound), transaction():
        shops.change_shop(shop, name="x", actor=cast.by(town, "bai"))


def test_events_are_listed_in_a_fixed_number_of_statements(town, shop, statements):
    soap = cast.goods(town, shop, points=1)
    cast.handed_over(town, shop, {soap: 1})
    bu = cast.by(town, "bu")
    with statements() as few:
        stock_queries.view_movements(stock_queries.movements(soap, actor=bu).rows(1), actor=bu)
    with statements() as many:
        told = stock_queries.view_movements(stock_queries.movements(soap, actor=bu).rows(50), actor=bu)
    assert len(told) == cast.count(Movement) - session.scalar(
        sa.select(sa.func.count()).select_from(Movement).where(Movement.item_id != soap)
    )
    assert len(many) <= len(few) + 1


def test_the_shelf_is_worth_what_can_still_be_had_for_points(town, shop):
    in_four_days = clock.now() + timedelta(days=4)
    before, elsewhere = queries.shelf_value(town.songtao), queries.shelf_value(town.baihua)
    with clock.frozen_at(in_four_days):
        before_then = queries.shelf_value(town.songtao)
    rice = cast.goods(town, shop, stock=3, points=40)
    milk = cast.goods(town, shop, stock=5, points=10, days=2)
    cast.goods(town, shop, stock=7, points=10, on_shelf=False)
    cast.venue(town, shop, points=10)
    assert queries.shelf_value(town.songtao) == before + 3 * 40 + 5 * 10
    assert queries.shelf_value(town.baihua) == elsewhere
    cast.rich(town, "wulan")
    cast.asked(town, shop, {rice: 1})
    assert queries.shelf_value(town.songtao) == before + 170, "what is reserved is held against points"
    cast.handed_over(town, shop, {milk: 2})
    with clock.frozen_at(in_four_days):
        assert queries.shelf_value(town.songtao) == before_then + 3 * 40
