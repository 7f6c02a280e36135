"""冲销: a receipt that was booked wrongly is taken back by somebody else, once, whole, and by a red entry."""

import pytest
import sqlalchemy as sa

from backend import journal
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.lifecycle import FourEyes
from backend.supermarket import queries, register, stock_queries, verify
from backend.supermarket.actions import receipts
from backend.supermarket.actions.reversals import ReceiptReversed, reverse_receipt
from backend.supermarket.actions.stock import OutOfStock, StockReserved
from backend.supermarket.stock_models import Batch, Movement
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


@pytest.fixture
def rice(town, shop):
    return cast.goods(town, shop, stock=0)


def _reverse(town, receipt, name="yan", item_id=None):
    with transaction():
        return reverse_receipt(
            item_id or receipt.item_id, receipt.id, "多录了一个 1", actor=cast.by(town, name)
        )


def _shown(town, item_id, name):
    found = stock_queries.movements(item_id, actor=cast.by(town, name)).rows(20)
    return stock_queries.view_movements(found, actor=cast.by(town, name))


def test_a_receipt_is_taken_back_out_of_its_batch_and_stays_on_the_books(town, rice):
    right = cast.received(town, rice, 20, batch_no="A")
    wrong = cast.received(town, rice, 120, batch_no="A")
    event = _reverse(town, wrong)
    assert (event.kind, event.on_hand_change, event.on_hand_after) == ("receipt_reversal", -120, 20)
    assert (event.reverses_id, event.reason, event.batch_id) == (wrong.id, "多录了一个 1", wrong.batch_id)
    assert event.reference.startswith("CX-松涛-")
    assert cast.stock(rice)[0] == 20
    red, second, first = _shown(town, rice, "yan")
    assert (red.reverses, red.quantity, red.actions) == (wrong.reference, -120, [])
    assert (second.reversed, second.actions) == (True, [])
    assert (first.id, first.reversed, first.actions) == (right.id, False, ["reverse"])
    line = session.scalars(
        sa.select(journal.JournalLine).where(journal.JournalLine.verb == "reverse_receipt")
    ).one()
    assert (line.subject_id, line.facts["receipt"]) == (rice, wrong.reference)
    assert list(verify.findings()) == []


def test_whoever_booked_it_does_not_take_it_back_and_another_keeper_does(town, rice):
    receipt = cast.received(town, rice, 5)
    with pytest.raises(FourEyes):
        _reverse(town, receipt, "bu")
    assert _shown(town, rice, "bu")[0].actions == []
    for name in ("tong", "shang", "ning"):
        with pytest.raises(NotAllowed):
            _reverse(town, receipt, name)
    with pytest.raises(NotFound):
        _reverse(town, receipt, "luo")
    cast.second_keeper(town)
    assert _shown(town, rice, "shao")[0].actions == ["reverse"]
    assert _reverse(town, receipt, "shao").on_hand_after == 0


def test_it_is_taken_back_once(town, rice):
    receipt = cast.received(town, rice, 5)
    cast.received(town, rice, 5)
    _reverse(town, receipt)
    with pytest.raises(ReceiptReversed):
        _reverse(town, receipt)
    assert cast.stock(rice)[0] == 5


def test_only_a_receipt_of_this_very_item_can_be_taken_back(town, shop, rice):
    receipt = cast.received(town, rice, 5)
    soap = cast.goods(town, shop, stock=3)
    with pytest.raises(NotFound):
        _reverse(town, receipt, item_id=soap)
    with transaction():
        receipts.spoil(rice, 1, "受潮", actor=cast.by(town, "bu"))
    spoilt = session.scalars(
        sa.select(Movement).where(Movement.kind == "spoilage", Movement.item_id == rice)
    ).one()
    with pytest.raises(NotFound):
        _reverse(town, spoilt)


def test_what_is_gone_or_set_aside_is_not_taken_back(town, shop, rice):
    receipt = cast.received(town, rice, 5)
    cast.approved(town, shop, {rice: 2})
    with pytest.raises(StockReserved):
        _reverse(town, receipt)
    cast.handed_over(town, shop, {rice: 1}, "ning")
    with pytest.raises(OutOfStock):
        _reverse(town, receipt)
    assert cast.stock(rice)[0] == 4


def test_two_at_once_take_it_back_once(town, rice, at_once):
    receipt = cast.received(town, rice, 5)
    cast.received(town, rice, 5)
    cast.second_keeper(town)
    number = receipt.id
    yan, shao = cast.by(town, "yan"), cast.by(town, "shao")
    session.rollback()
    answers = at_once(
        lambda: reverse_receipt(rice, number, "录重了", actor=yan),
        lambda: reverse_receipt(rice, number, "录重了", actor=shao),
    )
    assert sorted(type(one).__name__ for one in answers) == ["Movement", "ReceiptReversed"]
    session.rollback()
    assert cast.stock(rice)[0] == 5


def test_a_donor_is_named_for_what_stands_alone(town, rice):
    given = {"donor": "青松粮油公司", "donor_public": True}
    with transaction():
        receipt = receipts.receive(rice, 5, "donation", **given, actor=cast.by(town, "bu"))
    _reverse(town, receipt)
    (shown,) = queries.view_items([cast.item(rice)], actor=cast.by(town, "ning"))
    assert shown.donors == []


def test_the_register_shows_it_in_red_below_the_receipts(town, rice):
    _reverse(town, cast.received(town, rice, 120))
    red, booked = session.scalars(
        sa.select(Movement).where(Movement.item_id == rice).order_by(Movement.id.desc())
    )
    assert (register.came_in(booked), register.went_out(booked)) == (120, None)
    assert (register.came_in(red), register.went_out(red)) == (-120, None)
    assert register.use(red) == "红字冲销入库"


RED = (
    "INSERT INTO stock_movements (item_id, batch_id, kind, on_hand_change, reserved_change, on_hand_after, at,"
    " by_id, reference, reverses_id, donor_public, reason) SELECT {item_id}, {batch_id}, 'receipt_reversal',"
    " {units}, 0, on_hand_after, at, {by_id}, 'other', {reverses}, donor_public, {reason}"
    " FROM stock_movements WHERE id = :receipt"
)
RIGHT = {
    "item_id": "item_id",
    "batch_id": "batch_id",
    "units": "-on_hand_change",
    "by_id": ":yan",
    "reverses": "id",
    "reason": "'x'",
}
ATTACKS = {
    "by who booked it": {"by_id": "by_id"},
    "fewer units": {"units": "-1"},
    "of no receipt": {"reverses": "NULL"},
    "of another item": {"item_id": ":other"},
    "of another batch": {"batch_id": ":batch"},
    "without a reason": {"reason": "NULL"},
}


@pytest.mark.usefixtures("broken_books")
@pytest.mark.parametrize("changed", ATTACKS.values(), ids=ATTACKS)
def test_the_database_alone_refuses_a_red_entry_that_is_no_counterpart(town, shop, rice, changed):
    receipt, other = cast.received(town, rice, 5), cast.goods(town, shop)
    batch = session.scalar(sa.select(Batch.id).where(Batch.item_id == other))
    facts = {"receipt": receipt.id, "yan": town.person("yan").id, "other": other, "batch": batch}
    statement = RED.format(**(RIGHT | changed))
    told = {key: one for key, one in facts.items() if f":{key}" in statement}
    session.rollback()
    with pytest.raises(sa.exc.DatabaseError), transaction():
        session.execute(sa.text(statement), told)
    session.rollback()
    with transaction():
        session.execute(sa.text(RED.format(**RIGHT)), {"receipt": facts["receipt"], "yan": facts["yan"]})
    session.rollback()
    again = RED.format(**RIGHT).replace("'other'", "'again'")
    with pytest.raises(sa.exc.DatabaseError), transaction():
        session.execute(sa.text(again), {"receipt": facts["receipt"], "yan": facts["yan"]})
