"""A release is stopped in its middle and begun again; and a filled database of each earlier release comes along."""

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from backend.db import db, session, transaction
from backend.supermarket.actions import approvals
from backend.supermarket.models import Redemption
from tests.faults.checks import wrong_with_the_house
from tests.faults.releases import (
    KILLED,
    RELEASED,
    TICKET_ROLES,
    digests,
    fill,
    killed_and_done_again,
    lost,
    released,
    revisions,
    rows_of,
    schema,
    upgraded,
    without_awards,
    without_ticket_roles,
)
from tests.wishes.cast import By

# In the first statements, in the middle of the largest releases, and shortly before the end.
DEATHS = (2, 40, 100, 170)
# Tried each time; `--every-revision` tries the others, too.
SOME = ("0003", "0008", "0011")
# The first revision in which an order can wait, and points be held for it.
SHOPS = "0007"
# The first one in which there is everything that points are awarded for.
SERVICE = "0008"
WAITING = ("requested", "approved")


@pytest.fixture
def empty(host, migrated_app):
    """The application on a database without a table."""
    with migrated_app.app_context():
        session.remove()
        db.engine.dispose()
        host.clear()
        yield migrated_app
        session.remove()
        db.engine.dispose()


def test_a_release_that_was_killed_is_done_again_as_if_nothing_had_been(host, empty, tmp_path):
    host.restore("empty")
    straight = schema(host.url)
    assert killed_and_done_again(host, DEATHS, tmp_path, straight) == []


def test_the_check_sees_a_release_that_is_left_half_done(host, empty, tmp_path):
    """Negative control: each statement is kept for itself, so the second try finds half of the first."""
    assert upgraded(host, tmp_path, "--each-alone", 60) == [KILLED, 1]


@pytest.fixture
def demo_rows(host, migrated_app):
    with migrated_app.app_context():
        db.engine.dispose()
        host.restore("town")
        rows = rows_of(db.engine)
        db.engine.dispose()
    return rows


@pytest.fixture
def rows_without_orders_waiting(host, migrated_app, demo_rows):
    """Before there were shops nothing could hold points: here every order that waited was cancelled."""
    with migrated_app.app_context():
        host.restore("town")
        for order in session.scalars(sa.select(Redemption).where(Redemption.state.in_(WAITING))).all():
            with transaction():
                approvals.cancel(order.id, actor=By(order.person_id))
        rows = rows_of(db.engine)
        session.remove()
        db.engine.dispose()
    return rows


@pytest.fixture
def some(request):
    """Those after which much was built, and the last but one; by option, each."""
    first, *between, _newest = revisions()
    return [first, *between] if request.config.getoption("--every-revision") else [*SOME, between[-1]]


def test_a_filled_database_of_each_earlier_release_keeps_every_row(
    host, demo_rows, rows_without_orders_waiting, empty, some
):
    for revision in some:
        rows = rows_without_orders_waiting if revision < SHOPS else demo_rows
        if revision < SERVICE:
            rows = without_awards(rows)
        assert _brought_along(rows, revision) == [], revision
        assert wrong_with_the_house() == [], revision
        session.remove()
        db.engine.dispose()
        host.clear()


def _brought_along(rows, revision, meanwhile=None):
    upgrade(revision=revision)
    put = fill(db.engine, without_ticket_roles(rows) if revision < TICKET_ROLES else rows)
    assert sum(map(len, put.values())) > 100
    upgrade()
    if meanwhile:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(meanwhile)
    return lost(put, rows_of(db.engine))


def test_the_check_sees_a_release_that_loses_a_word(demo_rows, empty):
    """Negative control: what a careless release would do."""
    found = _brought_along(demo_rows, "0011", "UPDATE wishes SET title = '' WHERE id = 1")
    assert any(one.startswith("wishes") for one in found)


def test_a_migration_that_was_released_is_never_changed():
    """A database that has it already would not get the change. The newest one may still be at work; once another
    stands on it, it is written down: `python -m tests.faults.releases`."""
    kept, now = released(), digests()
    assert {one: now.get(one) for one in kept} == kept
    assert set(revisions()[:-1]) <= kept.keys(), f"not yet in {RELEASED}"


def test_the_digest_sees_a_change_but_not_what_a_linter_is_told(tmp_path):
    for name, text in {
        "0001_a.py": "x = 1\n",
        "0002_b.py": "x = 1  # noqa: S608 - a constant\n",
        "0003_c.py": "x = 2\n",
    }.items():
        (tmp_path / name).write_text(text)
    seen = digests(tmp_path)
    assert seen["0001"] == seen["0002"] != seen["0003"]
