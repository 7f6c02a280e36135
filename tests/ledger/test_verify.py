"""`ledger verify` finds what someone with the database's password has changed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.db import dialect, session, transaction
from backend.ledger import actions, verify
from backend.ledger.verify import check_open_holds, findings

pytestmark = pytest.mark.usefixtures("morning")


@pytest.fixture
def ledger(people):
    """An award, an opening balance, an open, a settled and a released hold, a reversal and a return."""
    facts = {"community_id": people.here, "actor": people.staff}
    who = people.resident
    with transaction():
        actions.award(who, "wish_confirmed", reference="w:1", title="点亮", **facts)
        actions.award(who, "wish_confirmed", reference="w:2", title="点亮", **facts)
        actions.grant(who, 50, reference="o:1", title="转入", **facts)
        actions.grant(people.neighbour, 50, reference="o:2", title="转入", **facts)
        for reference in ("open", "settled", "released", "returned"):
            actions.hold(who, 7, reference=reference, title="兑换", **facts)
        actions.settle("settled", shop_id=1, actor=people.staff)
        actions.settle("returned", shop_id=1, actor=people.staff)
        actions.release("released", actor=people.staff)
        actions.reverse("w:2", reference="w:2:reversed", reason="误发", actor=people.staff)
        actions.give_back("returned", reference="returned:back", reason="受潮", actor=people.staff)
    assert list(findings()) == []
    return people


def tamper(*statements):
    """What only someone who can drop the triggers can do."""
    names = ("transfers_no_update", "transfers_no_delete")
    drop = [f"DROP TRIGGER {name}" for name in names]
    if dialect() == "postgresql":
        drop = ["DROP TRIGGER transfers_append_only ON transfers"]
    with transaction():
        for statement in (*drop, *statements):
            session.execute(sa.text(statement))


LOT = "(SELECT id FROM accounts WHERE kind = 'lot' ORDER BY id LIMIT 1)"
OTHER_LOT = "(SELECT id FROM accounts WHERE kind = 'lot' ORDER BY id DESC LIMIT 1)"
ANOTHER = "(SELECT max(person_id) FROM purses)"
TAMPERING = {
    "UPDATE transfers SET amount = 500 WHERE reference = 'o:1'": "account 2 (person:1:2027) stores 41 points",
    "UPDATE accounts SET balance = 99 WHERE id = " + LOT: "stores 99 points, its transfers sum to 41",
    "UPDATE accounts SET ends_on = '2037-12-31' WHERE id = "
    + LOT: "(person:1:2027) ends on 2037-12-31, its lot on",
    "UPDATE accounts SET ends_on = '2037-12-31' WHERE kind = 'held'": "(person:1:2027:held) ends on 2037-12-31",
    "UPDATE purses SET available = 99 WHERE person_id = 1": "the purse of person 1 says 99 available",
    "UPDATE purses SET held = 99 WHERE person_id = 1": "99 held",
    "DELETE FROM transfers WHERE reference = 'settled:settle:2027'": "hold 2 (settled) is settled over 7",
    "UPDATE holds SET amount = 8 WHERE reference = 'open'": "(open) is open over 8 points",
    "UPDATE holds SET state = 'open', closed_at = NULL WHERE reference = 'released'": "released 7",
    "UPDATE holds SET state = 'settled', closed_at = opened_at WHERE reference = 'open'": "yet holds 7",
    "UPDATE transfers SET target_id = " + OTHER_LOT + " WHERE reference = 'o:1'": "(o:1), opening of person",
    "UPDATE transfers SET person_id = " + ANOTHER + " WHERE reference = 'o:1'": "(o:1), opening of person",
    "UPDATE transfers SET source_id = 999 WHERE reference = 'o:1'": "",
    "UPDATE transfers SET source_id = (SELECT id FROM accounts WHERE kind = 'spent')"
    " WHERE reference = 'o:1'": "cannot go from shop:1:spent",
    "UPDATE transfers SET amount = 4 WHERE reference = 'w:2:reversed'": "does not mirror transfer",
    "UPDATE transfers SET balance = 4 WHERE reference = 'o:1'": "(o:1) tells a balance of 4 points",
    "UPDATE transfers SET amount = 6 WHERE reference = 'w:1'": "(w:1) awarded 6 points for 1 units",
}


@pytest.mark.parametrize(("statement", "sentence"), TAMPERING.items())
def test_what_was_tampered_with_is_named(ledger, statement, sentence):
    if "999" in statement:
        with pytest.raises(sa.exc.IntegrityError):
            tamper(statement)
        return
    tamper(statement)
    found = list(findings())
    assert any(sentence in one for one in found), found


def test_a_lot_of_any_month_ends_on_the_last_day_of_that_month(people, settings):
    config.use(replace(settings, lot_rule="months:24"))
    for month in range(1, 25):
        with (
            clock.frozen_at(datetime(2026 + month // 13, (month - 1) % 12 + 1, 9, tzinfo=UTC)),
            transaction(),
        ):
            facts = {"community_id": people.here, "actor": people.staff}
            actions.grant(people.resident, 5, reference=f"o:{month}", title="转入", **facts)
    assert list(findings()) == []
    with transaction():
        session.execute(sa.text("UPDATE accounts SET ends_on = '2028-03-02' WHERE lot = '2028-02'"))
    assert [one[10:] for one in findings()] == [
        "(person:1:2028-02) ends on 2028-03-02, its lot on 2028-02-29",
        "(person:1:2028-02:held) ends on 2028-03-02, its lot on 2028-02-29",
    ]


def test_the_steps_leave_no_person_out(ledger, monkeypatch):
    monkeypatch.setattr(verify, "STEP", 1)
    assert list(findings()) == []
    tamper("UPDATE purses SET available = 99")
    assert [one[:24] for one in findings()] == ["the purse of person 1 sa", "the purse of person 2 sa"]


def test_verify_tells_every_finding_and_counts_them(ledger):
    told = []
    assert verify.verify(told.append) == 0
    assert told == ["all persons checked"]
    tamper("UPDATE purses SET available = 99")
    assert verify.verify(told.append) == 2
    assert len(told) == 4


def test_open_holds_are_compared_with_the_orders_that_wait_for_them(ledger):
    assert list(check_open_holds(["open"])) == []
    assert list(check_open_holds(["settled"])) == [
        "hold 1 (open) is open, yet no order waits for it",
        "an order waits for the hold settled, which is not open",
    ]
