"""No table that knows a person is forgotten: not by the export, and not by the erasure."""

import pytest

from backend.db import Base
from backend.rights import holdings
from backend.rights.holdings import CLERKS, DELETED, HOLDINGS


def direct():
    return {f"{one.table}.{one.whose}" for one in HOLDINGS if one.through is None}


def columns_that_know_a_person():
    return [
        f"{table.name}.{name}"
        for table in Base.metadata.sorted_tables
        for name in holdings.standing_in(table)
    ]


def test_every_column_that_points_to_a_person_is_exported_or_says_why_not(app):
    unknown = [key for key in columns_that_know_a_person() if key not in direct() | set(CLERKS)]
    assert not unknown, (
        f"add {unknown} to backend/rights/holdings.py: to HOLDINGS what is held on a person, "
        "to CLERKS what only says who handled it"
    )


def test_no_column_is_both_held_and_handled():
    assert not direct() & set(CLERKS)
    assert all(CLERKS.values())


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: f"{one.table}.{one.whose}")
def test_a_holding_names_columns_that_exist(app, holding):
    assert holding.exists, "a holding of a room that is not part of the house"
    names = set(Base.metadata.tables[holding.table].columns.keys())
    own = holding.through[0] if holding.through else holding.whose
    shown = {column for column, _, _ in holding.shows}
    assert {own, *holding.empties, *holding.scrubs, *holding.hides, *shown} <= names
    assert bool(holding.hides) == bool(holding.hidden), "what is not exported says why"


def test_what_is_deleted_has_nothing_to_empty():
    assert not [one.table for one in HOLDINGS if one.end == DELETED and (one.empties or one.scrubs)]


def test_every_file_of_the_export_has_a_name_of_its_own():
    files = [one.file for one in HOLDINGS]
    assert len(files) == len(set(files))
