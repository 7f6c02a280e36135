"""A filled ledger is a ledger: its books balance, and its hot reads come from indexes."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, statements
from backend.db import db, dialect, session, transaction
from backend.ledger import bookings, fill, queries
from backend.ledger.models import Hold, Transfer
from backend.ledger.verify import findings


@pytest.fixture
def filled(people):
    """Two thousand persons, with eight transfers each."""
    for _ in range(2):
        with transaction():
            assert fill.add(10_000, per_person=8) == 10_000
    return people


def count(model, **facts):
    return session.scalar(sa.select(sa.func.count()).select_from(model).filter_by(**facts))


def test_a_filled_ledger_verifies(people):
    with transaction():
        assert fill.add(1000) == 1000
    with transaction():
        assert fill.add(206) == 208
    assert list(findings()) == []
    assert fill.filled() == 1208
    assert {kind: count(Transfer, kind=kind) for kind in ("award", "hold", "settle", "release")} == {
        "award": 604,
        "hold": 302,
        "settle": 157,
        "release": 145,
    }
    assert count(Hold, state="open") == 0


def test_a_batch_is_whole_or_not_at_all(people):
    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert fill.filled() == 0
    assert count(Transfer) == count(Hold) == 0


def stopped():
    with transaction():
        fill.add(400)
        raise KeyboardInterrupt


def test_without_a_community_there_is_nothing_to_fill(app):
    with pytest.raises(fill.NothingToFill), transaction():
        fill.add(100)


def plan(read):
    """How the database answers the statements of `read`."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        seen.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if dialect() == "sqlite" else "EXPLAIN "
    with db.engine.connect() as connection:
        return [
            " ".join(map(str, row))
            for statement, parameters in seen
            for row in said(connection, explain + statement, parameters)
        ]


def said(connection, text, parameters):
    """The rows of a statement, also of a hot one, whose values come as a list."""
    if isinstance(parameters, list):
        return statements._cursor(connection).execute(text, parameters).fetchall()
    return connection.exec_driver_sql(text, parameters).all()


READS = {
    "statement": lambda person: queries.statement(person, None, 21),
    "next page": lambda person: queries.statement(person, 10_000, 21),
    "balance": queries.balance,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_reading_a_persons_points_scans_no_table(filled, read):
    with transaction():
        session.execute(sa.text("ANALYZE"))
    person = session.scalar(sa.select(sa.func.max(Transfer.person_id)))
    lines = plan(lambda: read(person))
    assert lines
    assert not [line for line in lines if "Seq Scan" in line or "SCAN" in line], lines


def test_a_days_register_begins_at_that_day_and_not_at_the_beginning_of_the_books(filled):
    with transaction():
        session.execute(sa.text("ANALYZE"))
    place, since = session.scalar(sa.select(sa.func.max(Transfer.community_id))), clock.now()
    wanted = bookings.lines([place], since, since + timedelta(days=1)).order_by(*bookings.KEYS).limit(500)
    (found,) = [line for line in plan(lambda: session.execute(wanted)) if "ix_transfers_" in line]
    if dialect() == "sqlite":
        assert "ix_transfers_community_at (community_id=? AND at>? AND at<?)" in found
    else:
        assert "ix_transfers_community_at" in found or "ix_transfers_at" in found
