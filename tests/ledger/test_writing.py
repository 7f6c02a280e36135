"""What a movement may reach: the guards stand in the statements, so that a refusal is told and not a fault of the
database's own constraint behind them. The same on both databases, which write it in two forms."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.ledger import actions
from backend.ledger.holds import holds
from backend.ledger.lots import accounts, live_lots
from backend.ledger.writing import BalanceChange, HoldUpdate, purses, write


@pytest.fixture
def lots(people):
    """A lot of 5 points each: the resident's and the neighbour's."""
    with transaction():
        for person in (people.resident, people.neighbour):
            given = {"title": "结转", "community_id": people.here, "actor": people.staff}
            actions.grant(person, 5, reference=f"o:{person}", **given)
        return [live_lots(person)[0] for person in (people.resident, people.neighbour)]


def row(people, lot, reference="t:1", points=1):
    """A transfer out of the lot into the account in which points are set aside."""
    values = {"source_id": lot.lot.id, "target_id": lot.held.id, "amount": points, "reference": reference}
    values |= {"kind": "reverse", "at": clock.now(), "by_id": people.staff.id, "person_id": people.resident}
    values |= {"community_id": people.here, "title": "x", "balance": 0, "reverses_id": 1}
    return values | dict.fromkeys(("rule_id", "units", "earned_on", "cap_group"))


def written(people, lot, changes, available=0, held=0, hold=None):
    """What was reached, and undone again."""
    with transaction():
        shift = BalanceChange(people.resident, changes, available, held)
        found = write([row(people, lot)], shift, hold)
        session.rollback()
    return found


@pytest.mark.parametrize(("points", "reached"), [(-5, 1), (-6, 0)])
def test_an_account_is_reached_that_stays_at_nothing_or_above(people, lots, points, reached):
    mine, _ = lots
    assert written(people, mine, {mine.lot.id: points}).accounts == reached


@pytest.mark.parametrize(
    ("available", "held", "reached"), [(-5, 0, True), (-6, 0, False), (0, 0, True), (0, -1, False)]
)
def test_a_purse_is_reached_that_stays_at_nothing_or_above(people, lots, available, held, reached):
    mine, _ = lots
    assert written(people, mine, {mine.lot.id: 1}, available, held).purse is reached


def test_no_account_of_another_person_is_reached(people, lots):
    mine, theirs = lots
    assert written(people, mine, {mine.lot.id: 1, theirs.lot.id: 1}).accounts == 1
    assert written(people, mine, {theirs.lot.id: 1}).accounts == 0


@pytest.mark.parametrize("order", [1, -1], ids=["as they came", "turned round"])
def test_each_account_gets_its_own_change(people, lots, order):
    mine, _ = lots
    with transaction():
        changes = dict([(mine.lot.id, -3), (mine.held.id, 3)][::order])
        shift = BalanceChange(people.resident, changes, -3, 3)
        assert write([row(people, mine)], shift, None).accounts == 2
        there = dict(session.execute(sa.select(accounts.c.id, accounts.c.balance)).all())
        purse = session.execute(sa.select(purses).where(purses.c.person_id == people.resident)).one()
        session.rollback()
    assert (there[mine.lot.id], there[mine.held.id]) == (2, 3)
    assert (purse.available, purse.held) == (2, 3)


def test_where_a_hold_is_not_reached_nothing_moves(people, lots):
    mine, _ = lots
    nobody = HoldUpdate(lambda _of: sa.delete(holds).where(sa.false()).returning(holds.c.id), {})
    found = written(people, mine, {mine.lot.id: -1}, -1, hold=nobody)
    assert found == (None, {}, 0, False)
