"""Verification finds what a script did past the code, names the very row, and says nothing of good books."""

import re

import pytest
import sqlalchemy as sa

from backend.db import db, session, transaction
from backend.ledger import actions as ledger
from backend.supermarket import verify
from backend.supermarket.actions import approvals, stocktakes
from tests.supermarket import cast

pytestmark = pytest.mark.usefixtures("broken_books")


@pytest.fixture
def books(town):
    """Orders in several states, their items, and a way to change rows that no trigger watches any more."""
    shop = cast.opened(town)
    soap, hall = cast.goods(town, shop, points=2), cast.venue(town, shop, points=2)
    facts = {
        "soap": soap,
        "open": cast.asked(town, shop, {soap: 1}),
        "handed": cast.handed_over(town, shop, {soap: 2}),
        "back": cast.handed_over(town, shop, {soap: 1}),
        "booked": cast.booked(town, shop, cast.slot_ids(hall)[:1]),
        "tong": town.person("tong").id,
    }
    with transaction():
        approvals.give_back(facts["back"], "破损", actor=cast.by(town, "yan"))
        facts["counted"] = stocktakes.propose(shop, [(soap, 5, "少")], actor=cast.by(town, "bu")).id
    with transaction():
        stocktakes.approve(facts["counted"], actor=cast.by(town, "yan"))
    session.rollback()
    assert list(verify.findings()) == []
    _drop_guards()
    return facts


def _drop_guards():
    sqlite = db.engine.dialect.name == "sqlite"
    with transaction():
        for verb in ("update", "delete"):
            if sqlite:
                session.execute(sa.text(f"DROP TRIGGER stock_movements_no_{verb}"))
        if not sqlite:
            session.execute(sa.text("ALTER TABLE stock_movements DISABLE TRIGGER ALL"))


FAULTS = {
    "units out of thin air": (
        "UPDATE items SET on_hand = on_hand + 5 WHERE id = :soap",
        "item {soap} .* its events sum to",
    ),
    "a reservation of nobody": (
        "UPDATE items SET reserved = reserved + 1 WHERE id = :soap",
        "item {soap} .* has 2 reserved, open orders ask for 1",
    ),
    "a batch that grew": (
        "UPDATE batches SET on_hand = on_hand + 1 WHERE item_id = :soap",
        "batch .* of item {soap} stores",
    ),
    "an event made larger": (
        "UPDATE stock_movements SET on_hand_change = 99 WHERE item_id = :soap AND kind = 'receipt'",
        "stock event .* tells 10 on hand",
    ),
    "an event gone": (
        "DELETE FROM stock_movements WHERE redemption_id = :handed AND kind = 'hand_over'",
        "order {handed} .* is handed_over over 2 of item {soap}: its events reserve 2 and move 0",
    ),
    "a cheaper order": (
        "UPDATE redemptions SET points = 1 WHERE id = :open",
        "order {open} .* is requested over 1 points, its hold is open over 2",
    ),
    "an order closed by hand": (
        "UPDATE redemptions SET state = 'cancelled', closed_at = requested_at WHERE id = :open",
        r"hold \d+ \(redemption:{open}\) is open, yet no order waits for it",
    ),
    "a hold gone astray": (
        "UPDATE holds SET reference = 'lost' WHERE reference = 'redemption:' || :open",
        "order {open} .* its hold is missing",
    ),
    "an order returned by hand": (
        "UPDATE redemptions SET state = 'returned', returned_by_id = :tong, closing_reason = 'x'"
        " WHERE id = :handed",
        "order {handed} .* is returned: of item {soap} 2 were handed over, 0 came back",
    ),
    "units that came back on paper": (
        "UPDATE redemption_lines SET returned = 1 WHERE redemption_id = :handed",
        "order {handed} .* is handed_over, 2 points worth of it came back, 0 were given back",
    ),
    "units that left on paper": (
        "UPDATE redemption_lines SET handed_over = 1 WHERE redemption_id = :handed",
        "order {handed} .* is handed_over, 2 points worth of it was handed over, 4 were spent",
    ),
    "a slot given away twice": (
        "UPDATE venue_slots SET live = :no WHERE redemption_id = :booked",
        "order {booked} .* is requested over 1 slots: 1 are booked, 0 of them are live",
    ),
    "a count made smaller": (
        "UPDATE stocktake_lines SET counted = 4 WHERE stocktake_id = :counted",
        "stocktake {counted} .* is approved and counted 4 for",
    ),
}


@pytest.mark.parametrize(("statement", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_and_its_row_is_named(books, statement, says):
    wanted = {**books, "no": False}
    with transaction():
        session.execute(
            sa.text(statement), {key: one for key, one in wanted.items() if f":{key}" in statement}
        )
    found = "\n".join(verify.findings())
    session.rollback()
    pattern = says.format(**books)
    assert re.search(pattern, found), found


def test_maker_and_checker_in_one_person_are_found_where_the_constraint_is_gone(books):
    sqlite = db.engine.dialect.name == "sqlite"
    with transaction():
        if sqlite:
            session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
        else:
            for name in ("four_eyes", "approved_by_another"):
                session.execute(sa.text(f"ALTER TABLE redemptions DROP CONSTRAINT ck_redemptions_{name}"))
        session.execute(
            sa.text("UPDATE redemptions SET approved_by_id = handed_over_by_id WHERE id = :handed"),
            {"handed": books["handed"]},
        )
        if sqlite:
            session.execute(sa.text("PRAGMA ignore_check_constraints = OFF"))
    (finding,) = verify.findings()
    assert finding.startswith(f"order {books['handed']} ")
    assert "same person" in finding


def test_a_hold_that_no_order_asked_for_is_found(town):
    with transaction():
        ledger.hold(
            town.person("wulan").id,
            5,
            reference="redemption:999999",
            title="",
            community_id=town.songtao,
            actor=None,
        )
    (finding,) = verify.findings()
    assert "redemption:999999" in finding


def test_flask_ledger_verify_names_what_is_wrong_in_the_shop(town, books):
    runner = town.app.test_cli_runner()
    with transaction():
        session.execute(
            sa.text("UPDATE items SET on_hand = on_hand + 5 WHERE id = :soap"), {"soap": books["soap"]}
        )
    session.remove()
    told = runner.invoke(args=["ledger", "verify"])
    assert told.exit_code == 1
    assert f"item {books['soap']} " in told.output
