"""The last guards before points move: whose account it is, and that no balance falls below zero.

The verbs never get this far with a wrong account or purse; these hold should one be written that does.
"""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.ledger import actions
from backend.ledger.lots import community_account, get_or_create_accounts, lot_account, lot_of
from backend.ledger.posting import Line, NotEnoughPoints, lock_purse, post
from tests.ledger.test_holds import NEXT_SPRING, hold, release

pytestmark = pytest.mark.usefixtures("morning")


@pytest.fixture
def rich(people):
    """The resident and the neighbour have five points each."""
    for person in (people.resident, people.neighbour):
        with transaction():
            actions.grant(
                person,
                5,
                reference=f"opening:{person}",
                title="转入",
                community_id=people.here,
                actor=people.staff,
            )
    return people


def expire(people, owner, purse_of, points=5):
    """Takes points out of one's lot under a purse that may be somebody else's."""
    with transaction():
        lot, away = get_or_create_accounts(
            [lot_account(owner, lot_of(clock.today())), community_account(people.here, "expired")]
        )
        line = Line(lot, away, points, "test:expire", "expire", "测试", people.here)
        post(lock_purse(purse_of), [line], actor=None)


def test_points_leave_the_lots_of_the_purses_own_person_alone(rich):
    for owner, purse_of in ((rich.resident, rich.neighbour), (rich.neighbour, rich.resident)):
        with pytest.raises(NotEnoughPoints):
            expire(rich, owner, purse_of)
    expire(rich, rich.resident, rich.resident)


def test_a_lot_gives_all_that_it_has_and_not_one_point_of_another_lot(rich):
    with clock.frozen_at(NEXT_SPRING), transaction():
        later = {"title": "转入", "community_id": rich.here, "actor": rich.staff}
        actions.grant(rich.resident, 5, reference="opening:later", **later)
    with pytest.raises(NotEnoughPoints) as refused:
        expire(rich, rich.resident, rich.resident, 6)
    assert refused.value.facts == {"available": 10, "needed": 6}
    expire(rich, rich.resident, rich.resident, 5)


def test_a_purse_that_holds_less_than_its_lots_is_refused_and_not_made_negative(rich):
    """What nobody should be able to bring about: somebody wrote to the purse past the ledger."""
    hold(rich, 1)
    with transaction():
        lost = sa.text("UPDATE purses SET held = 0 WHERE person_id = :them")
        session.execute(lost, {"them": rich.resident})
    with pytest.raises(NotEnoughPoints):
        release(rich)
