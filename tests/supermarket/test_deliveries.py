"""Barcodes find goods, and one delivery note with many lines is received whole or not at all."""

from datetime import timedelta

import pytest

from backend import clock
from backend.db import session, transaction
from backend.errors import InvalidInput, NotFound
from backend.supermarket import barcode_queries, sealed
from backend.supermarket.actions import barcodes, deliveries
from backend.supermarket.actions.barcodes import BarcodeTaken, gtin
from backend.supermarket.actions.baskets import NotInThisShop
from backend.supermarket.actions.deliveries import Delivered
from backend.supermarket.actions.receipts import AlreadyPastItsDay
from tests.supermarket import cast

PIECE, BOX = "6901234567892", "16901234567899"


@pytest.fixture
def shop(town):
    return cast.opened(town)


def _code(town, item_id, code, factor=1):
    with transaction():
        return barcodes.add(item_id, code, factor, actor=cast.by(town, "bu"))


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        (PIECE, "0" + PIECE),
        ("６９０ 1234-567892".replace("-", ""), "0" + PIECE),
        (BOX, BOX),
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("6901234567893", None),
        ("69012345678", None),
        ("", None),
        ("abc", None),
    ],
)
def test_a_code_is_known_by_its_check_digit_however_it_was_typed(typed, known):
    assert gtin(typed) == known


def test_a_piece_and_a_box_of_it_have_codes_of_their_own_and_one_shop_knows_each_once(town, shop):
    soap, rice = cast.goods(town, shop), cast.goods(town, shop)
    _code(town, soap, PIECE)
    _code(town, soap, BOX, 24)
    with pytest.raises(BarcodeTaken):
        _code(town, rice, PIECE)
    with pytest.raises(InvalidInput):
        _code(town, rice, "6901234567893")
    _code(town, cast.goods(town, cast.opened(town)), PIECE)
    keeper = cast.by(town, "bu")
    box = barcode_queries.scanned_one(shop, gtin(BOX), actor=keeper)
    assert (box.item_id, box.factor) == (soap, 24)
    with transaction():
        barcodes.remove(soap, box.id, actor=keeper)
    with pytest.raises(NotFound):
        barcode_queries.scanned_one(shop, gtin(BOX), actor=keeper)


def test_a_delivery_is_one_number_one_paper_one_giver_and_many_lines(town, shop):
    soap, rice = cast.goods(town, shop, stock=0), cast.goods(town, shop, stock=0)
    day = clock.today() + timedelta(days=30)
    lines = [Delivered(rice, 5, "A", day, 200), Delivered(soap, 24), Delivered(rice, 2, "B")]
    with transaction():
        given = {"donor": "青松粮油公司", "donor_public": True, "document": "送 12"}
        events = deliveries.deliver(shop, "donation", lines, **given, actor=cast.by(town, "bu"))
        told = [(one.item_id, one.on_hand_change, one.document, one.cost) for one in events]
        donors = {sealed.donor_of(one.reference, one.donor_sealed) for one in events}
        numbers = [one.reference.partition(":") for one in events]
    assert told == [(rice, 5, "送 12", 200), (soap, 24, "送 12", None), (rice, 2, "送 12", None)]
    assert donors == {"青松粮油公司"}
    assert len({number for number, _, _ in numbers}) == 1
    assert [line for _, _, line in numbers] == ["1", "2", "3"]
    assert (cast.stock(rice), cast.stock(soap)) == ((7, 0), (24, 0))


def test_one_wrong_line_and_nothing_is_received(town, shop):
    soap, foreign = cast.goods(town, shop, stock=0), cast.goods(town, cast.opened(town), stock=0)
    past = clock.today() - timedelta(days=1)
    for wrong, refusal in (
        (Delivered(foreign, 1), NotInThisShop),
        (Delivered(soap, 1, None, past), AlreadyPastItsDay),
    ):
        with pytest.raises(refusal), transaction():
            deliveries.deliver(shop, "purchase", [Delivered(soap, 5), wrong], actor=cast.by(town, "bu"))
        session.rollback()
        assert cast.stock(soap) == (0, 0)
