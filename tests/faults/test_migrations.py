"""A release is stopped in its middle and begun again; and a filled database of each earlier release comes along."""

import pytest
from flask_migrate import upgrade

from backend.db import db, session
from tests.faults.checks import wrong_with_the_house
from tests.faults.releases import (
    KILLED,
    fill,
    killed_and_done_again,
    lost,
    revisions,
    rows_of,
    schema,
    upgraded,
)

# In the first statements, in the middle of the largest releases, and shortly before the end.
DEATHS = (2, 40, 100, 170)
# From here on the tables hold all three loops, so that the books of what was brought along can be verified.
EVERYTHING_MOVES = "0012"


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


def test_a_filled_database_of_each_earlier_release_keeps_every_row(host, demo_rows, empty):
    first, *_, newest = revisions()
    # Those after which much was built, and the last but one.
    for revision in ("0003", "0008", "0011", revisions()[-2]):
        assert first < revision < newest
        assert _brought_along(demo_rows, revision) == [], revision
        if revision >= EVERYTHING_MOVES:
            assert wrong_with_the_house() == [], revision
        session.remove()
        db.engine.dispose()
        host.clear()


def _brought_along(rows, revision, meanwhile=None):
    upgrade(revision=revision)
    put = fill(db.engine, rows)
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
