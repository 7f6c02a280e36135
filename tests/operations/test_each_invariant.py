"""Each check of backend/operations/invariants.py is shown what it looks for, and has to see it.

A fault is done in a transaction of its own, which is undone when the check has looked. Where the city has no row
to do it to, one is made up.
"""

import contextlib
from datetime import date

import sqlalchemy as sa

from backend import clock
from backend.db import Base, Moment, db, session, transaction
from backend.operations import invariants
from tests.operations.test_invariants import house  # noqa: F401 - a fixture: a city without guards

TABLES = Base.metadata.tables
# (table, the table that it points to, by which column)
TOGETHER = (
    ("wishes", "rounds", "round_id"),
    ("redemptions", "shops", "shop_id"),
    ("stocktakes", "shops", "shop_id"),
    ("activities", "teams", "team_id"),
    ("sign_ups", "activities", "activity_id"),
    ("service_records", "activities", "activity_id"),
    ("record_corrections", "service_records", "record_id"),
    ("backfills", "teams", "team_id"),
)
IN_A_GRID = (("wishes", "id"), ("sign_ups", "id"), ("residencies", "person_id"))
IN_A_SHOP = (
    ("redemption_lines", "redemptions", "redemption_id"),
    ("venue_slots", "redemptions", "redemption_id"),
    ("stock_movements", "redemptions", "redemption_id"),
    ("stocktake_lines", "stocktakes", "stocktake_id"),
)
# What tests/operations/test_invariants.py shows one by one.
SHOWN = {
    invariants.CLAIMED_BY_THEIR_OWN,
    invariants.CERTIFIED_THEIR_OWN,
    invariants.STANDING,
    invariants.SETTLED,
    invariants.UNDATED,
    invariants.GIVEN_FOR_NOTHING,
    invariants.ADJUSTED_OTHERWISE,
    invariants.POINTS_ELSEWHERE,
    invariants.BATCH_ELSEWHERE,
    invariants.REACH,
    # In tests/people/test_role_places.py.
    invariants.ROLE_ELSEWHERE,
}


class _Undone(Exception):
    pass


def key_of(table):
    (key,) = TABLES[table].primary_key
    return key


def any_row(table):
    """The key of a row of it, made up where there is none."""
    key = key_of(table)
    found = session.scalar(sa.select(sa.func.max(key)))
    return found if found is not None else _made_up(table)


def _made_up(table):
    told = {
        column.name: _something(column)
        for column in TABLES[table].columns
        if not column.nullable and (not column.primary_key or column.foreign_keys)
    }
    return session.execute(sa.insert(TABLES[table]).values(told).returning(key_of(table))).scalar_one()


def _something(column):
    for reference in column.foreign_keys:
        return any_row(reference.column.table.name)
    if isinstance(column.type, Moment):
        return clock.now()
    return {int: 1, bool: False, date: clock.today(), str: "x", dict: {}}[column.type.python_type]


def change(table, row, **values):
    session.execute(sa.update(TABLES[table]).where(key_of(table) == row).values(values))


# --- faults --------------------------------------------------------------------------------------------


def no_line(kind, table):
    row = any_row(table)
    mine = "DELETE FROM journal WHERE subject_kind = :kind AND subject_id = :row"
    session.execute(sa.text(mine), {"kind": kind, "row": row})


def a_line_from_nowhere(kind, table):
    row = any_row(table)
    line = _made_up("journal")
    change("journal", line, subject_kind=kind, subject_id=row, from_state="nowhere", to_state="somewhere")


def one_for_both(table, checker, maker):
    own = TABLES[table].c[maker]
    somebody = sa.func.coalesce(own, any_row("persons"))
    change(table, any_row(table), **{maker: somebody, checker: somebody})


def apart(table, named, column):
    row, other = any_row(table), any_row(named)
    change(table, row, **{column: other})
    here = session.scalar(sa.select(TABLES[named].c.community_id).where(key_of(named) == other))
    change(table, row, community_id=_elsewhere(here))


def _elsewhere(community_id):
    places = TABLES["organisations"].c
    return session.scalar(
        sa.select(sa.func.max(places.id)).where(places.kind == "community", places.id != community_id)
    )


def in_another_grid(table, _key):
    row, places = any_row(table), TABLES["organisations"].c
    grid = session.execute(sa.select(places.id, places.parent_id).where(places.kind == "grid").limit(1)).one()
    change(table, row, grid_id=grid.id, community_id=_elsewhere(grid.parent_id))


def goods_of_another_shop(table, parent, column):
    lines, goods, shops = TABLES[table].c, TABLES["items"].c, TABLES["shops"].c.id
    line = sa.select(lines[column], lines.item_id).where(lines[column].is_not(None)).limit(1)
    if session.execute(line).first() is None:
        change(table, _made_up(table), **{column: any_row(parent)})
    _, item = session.execute(line).one()
    here = session.scalar(sa.select(goods.shop_id).where(goods.id == item))
    change("items", item, shop_id=session.scalar(sa.select(sa.func.min(shops)).where(shops != here)))


def decided_by_who_certified():
    row = any_row("record_corrections")
    record = session.scalar(
        sa.select(TABLES["record_corrections"].c.record_id).where(key_of("record_corrections") == row)
    )
    wanted = sa.select(TABLES["service_records"].c.certified_by_id).where(key_of("service_records") == record)
    change("record_corrections", row, decided_by_id=session.scalar(wanted))


def faults():
    """(check, a fault that it has to see, what the fault is given)"""
    for kind, table in invariants.stateful():
        yield invariants._journaled(kind, table), no_line, (kind, table)
        yield invariants._unbroken(kind, table), a_line_from_nowhere, (kind, table)
    for table, checker, makers in invariants.pairs():
        for maker in makers.split(", "):
            yield invariants._different_people(table, checker, makers), one_for_both, (table, checker, maker)
    for given in TOGETHER:
        yield invariants._same(*given), apart, given
    for table, key in IN_A_GRID:
        yield invariants._below(table, key=key), in_another_grid, (table, key)
    for given in IN_A_SHOP:
        yield invariants._of_one_shop(*given), goods_of_another_shop, given
    yield invariants.CORRECTED_THEIR_OWN, decided_by_who_certified, ()


def test_no_check_is_left_out():
    assert {check for check, _, _ in faults()} | SHOWN == set(invariants.checks())


def test_each_check_sees_its_own_fault(house, monkeypatch):  # noqa: F811
    blind = []
    for check, fault, given in faults():
        monkeypatch.setattr(invariants, "checks", lambda only=check: [only])
        with contextlib.suppress(_Undone), transaction():
            before, after = _seen(fault, given)
            if before or not after:
                blind.append((fault.__name__, *given, before))
            raise _Undone
    assert blind == []


def _seen(fault, given):
    """What the one check names before the fault and after it."""
    if db.engine.dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
        session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    else:
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
    before = list(invariants.findings())
    fault(*given)
    return before, list(invariants.findings())
