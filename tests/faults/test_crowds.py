"""Many at the same moment, as the issue of this test counts them; scripts/faults has the long form."""

import pytest
import sqlalchemy as sa

from backend.db import db, session, transaction
from tests.faults import drills
from tests.served import Served


@pytest.fixture(scope="module")
def served(city, environment):
    with Served(environment, workers=2, preload=True) as running:
        yield running


def test_each_wish_has_one_winner(city, served, house):
    # That this check sees several winners is shown in tests/api/test_races.py, on tests/faulty.py.
    assert drills.one_winner_each(city, served, wishes=3, claimers=16) == []


def test_the_last_seven_pieces_make_seven_orders_and_a_repeat_gets_the_same_bytes(city, served, house):
    assert drills.last_pieces(city, served, asked=20, pieces=7) == []


def test_approved_cancelled_and_expired_at_once_is_one_of_them(city, served, house):
    assert drills.one_resolution_each(city, served, rounds=6) == []


def test_the_checks_see_two_resolutions_and_too_many_orders(city, served, environment):
    """Negative control, last in the file: it leaves broken books behind."""
    served.close()
    told = {**environment, "ALTERED": "decides_before_the_lock,sells_what_is_not_there"}
    if db.engine.dialect.name == "postgresql":
        with transaction():
            session.execute(sa.text("ALTER TABLE items DROP CONSTRAINT ck_items_reserved_is_there"))
    with Served(told, app="tests.faults.altered:create_app()", workers=2, preload=True) as wrong:
        # Who expires it may be quicker than anybody could look.
        assert any(drills.one_resolution_each(city, wrong, rounds=1) for _ in range(30))
        assert any("orders for 2 pieces" in one for one in drills.last_pieces(city, wrong, 5, 2))
