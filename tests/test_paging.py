"""Reading a list piece by piece: each row comes once and in order, whichever way its keys go."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend.db import Moment, session
from backend.paging import KeysetQuery, KeysetRows, by_id, count, keyset

BEGINNING = datetime(2026, 3, 1, 4, 30, 0, 123456, tzinfo=UTC)
# Moments are shared by several ids, and ids do not go with the moments.
ROWS = [(number, BEGINNING + timedelta(microseconds=number * 7 % 4)) for number in range(1, 12)]


def _listed():
    rows = sa.union_all(
        *(
            sa.select(sa.literal(number).label("id"), sa.literal(moment, Moment).label("at"))
            for number, moment in ROWS
        )
    ).subquery()
    return sa.select(rows.c.id, rows.c.at), rows.c


def _read_in_pages(wanted, keys, limit, place):
    found, after = [], None
    while rows := session.execute(keyset(wanted, keys, after, limit)).all():
        found += [row.id for row in rows]
        after = place(rows[-1])
    return found


@pytest.mark.parametrize("at_falls", [False, True])
@pytest.mark.parametrize("id_falls", [False, True])
def test_pages_in_a_row_are_the_whole_list_in_its_order(app, at_falls, id_falls):
    wanted, columns = _listed()
    keys = (columns.at.desc() if at_falls else columns.at, columns.id.desc() if id_falls else columns.id)
    by_id = sorted(ROWS, key=lambda row: row[0], reverse=id_falls)
    in_order = [number for number, _moment in sorted(by_id, key=lambda row: row[1], reverse=at_falls)]
    for limit in (1, 2, 3, len(ROWS), 50):
        assert _read_in_pages(wanted, keys, limit, lambda row: (row.at, row.id)) == in_order


@pytest.mark.parametrize("falls", [False, True])
def test_one_key_is_enough_where_it_is_unique(app, falls):
    wanted, columns = _listed()
    keys = (columns.id.desc() if falls else columns.id,)
    in_order = sorted((number for number, _moment in ROWS), reverse=falls)
    assert _read_in_pages(wanted, keys, 4, lambda row: (row.id,)) == in_order


def test_a_place_in_another_list_is_refused(app):
    wanted, columns = _listed()
    with pytest.raises(ValueError, match="another list"):
        keyset(wanted, (columns.at, columns.id), (3,), 5)


def test_a_list_is_counted_whole_whatever_its_order_and_its_columns(app):
    wanted, columns = _listed()
    assert count(wanted) == len(ROWS)
    assert count(wanted.order_by(columns.at.desc())) == len(ROWS)
    assert count(wanted.with_only_columns(columns.at).distinct()) == 4
    assert count(wanted.where(columns.id > 100)) == 0


def _walk(rows, limit):
    found, after = [], None
    while read := rows.page(after, limit):
        found += [row for _place, row in read]
        after = read[-1][0]
    return found


def test_a_query_answers_its_rows_with_their_places(app):
    wanted, columns = _listed()
    rows = KeysetQuery(wanted.with_only_columns(columns.id), (columns.at.desc(), columns.id))
    assert rows.key_types == (datetime, int)
    whole = rows.rows(50)
    assert sorted(whole) == [number for number, _moment in ROWS]
    assert _walk(rows, 3) == whole
    (place, first), (_, second) = rows.page(None, 2)
    assert place == (dict(ROWS)[first], first)
    assert rows.rows(1, place) == [second]


def test_a_row_of_several_things_is_a_tuple_of_them_alone(app):
    wanted, columns = _listed()
    rows = KeysetQuery(wanted, (columns.id,))
    assert rows.rows(2) == [(number, moment) for number, moment in ROWS[:2]]


def test_rows_that_are_computed_are_read_in_the_same_way(app):
    names = ["a", "b", "c", "d", "e"]

    def read(after, limit):
        return [name for name in names if after is None or (name,) > after][:limit]

    assert _walk(KeysetRows(read, lambda name: (name,), (str,)), 2) == names


def test_rows_in_the_order_of_their_ids_are_asked_for_by_the_last_one(app):
    asked = []

    def read(last, limit):
        asked.append((last, limit))
        return [row for row in session.execute(_listed()[0]) if row.id > (last or 0)][:limit]

    assert [row.id for row in _walk(by_id(read), 4)] == [number for number, _moment in ROWS]
    assert asked == [(None, 4), (4, 4), (8, 4), (11, 4)]
