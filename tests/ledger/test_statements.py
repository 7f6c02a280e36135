"""How many statements reading and moving points takes, however much there is."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from backend.db import db, dialect, session, transaction
from backend.ledger import actions, queries

pytestmark = pytest.mark.usefixtures("morning")


@contextmanager
def counted():
    """The statements that reach the database inside the block."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def award(people, number):
    return actions.award(
        people.resident,
        "wish_confirmed",
        reference=f"w:{number}",
        title="点亮",
        community_id=people.here,
        actor=people.staff,
    )


def hold(people, reference):
    return actions.hold(
        people.resident, 1, reference=reference, title="兑换", community_id=people.here, actor=people.staff
    )


def test_a_balance_and_a_statement_are_one_statement_each_for_one_row_and_for_fifty(people):
    for rows, numbers in ((1, range(1)), (50, range(1, 50))):
        with transaction():
            for number in numbers:
                award(people, number)
        with counted() as seen:
            assert len(queries.statement(people.resident)) == rows
        assert len(seen) == 1
        with counted() as seen:
            assert queries.balance(people.resident)["available"] == rows * 5
        assert len(seen) == 1


def test_the_pages_of_a_statement_join_without_gap(people):
    with transaction():
        for number in range(7):
            award(people, number)
    pages, before = [], None
    while page := queries.statement(people.resident, before, 3):
        pages.append([row.balance for row in page])
        before = page[-1].id
    assert pages == [[35, 30, 25], [20, 15, 10], [5]]


def test_the_hot_paths_are_short(people):
    with transaction():
        award(people, 0)
        hold(people, "first")
        actions.settle("first", shop_id=1, actor=people.staff)
    paths = {
        "award": lambda: award(people, 1),
        "hold": lambda: hold(people, "r:1"),
        "settle": lambda: actions.settle("r:1", shop_id=1, actor=people.staff),
        "hold again": lambda: hold(people, "r:2"),
        "release": lambda: actions.release("r:2", actor=people.staff),
    }
    counts = {}
    with transaction():
        session.connection()
        for name, path in paths.items():
            with counted() as seen:
                path()
            counts[name] = len(seen)
    # A movement is one statement where the database can write several tables at once.
    together = {"award": 4, "hold": 3, "settle": 3, "hold again": 3, "release": 3}
    apart = {"award": 6, "hold": 6, "settle": 6, "hold again": 6, "release": 6}
    assert counts == (apart if dialect() == "sqlite" else together)
