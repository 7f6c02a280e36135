"""Every column that may tell something of a person says so, or says why it does not (backend/personal.py)."""

import re

import sqlalchemy as sa

from backend.db import Base, Json
from backend.personal import PersonalTable, declaration, handler, not_personal, personal
from backend.rights import personal_tables

# What speaks of a person by its name, or may hold a person's own words.
PERSONAL_NAME = re.compile(
    r"_sealed$|_index$|openid|nickname|birth|card_number|phone|address|password|token_digest"
    r"|(^|_)(name|title|reason|comment|note|description|content|answer|facts)$|^body$|^purpose$"
)


def points_to_a_person(column):
    targets = {key.target_fullname.split(".")[0] for key in column.foreign_keys}
    return bool(targets & {"persons", "purses"})


def looks_personal(column):
    typed = isinstance(column.type, sa.Text | sa.JSON)
    return typed or bool(PERSONAL_NAME.search(column.name)) or points_to_a_person(column)


def unsaid(tables, owners):
    """The columns (`table.column`) that look personal and say nothing."""
    return [
        str(column)
        for table in tables
        for column in table.columns
        if looks_personal(column) and str(column) not in owners and not says_something(column)
    ]


def says_something(column):
    said = declaration(column)
    if points_to_a_person(column):
        return bool(said.handler or said.not_personal)
    return bool(said.purpose or said.not_personal)


def test_every_column_that_looks_personal_says_what_it_is(app):
    owners = {f"{rows.table.name}.{rows.said.owner}" for rows in personal_tables.existing()}
    silent = unsaid(Base.metadata.sorted_tables, owners)
    assert not silent, (
        f'{silent}: say `info=personal(Purpose.…)` beside it, or `info=not_personal("why")`; of a column that '
        "points to a person, `__personal__` of its model or `info=handler()`"
    )


def test_a_column_says_one_thing(app):
    for column, said in personal_tables.declarations():
        assert sum(map(bool, (said.purpose, said.not_personal, said.handler))) <= 1, column


def test_a_column_that_says_nothing_would_be_found():
    columns = {
        "phone": sa.String(20),
        "first_name": sa.String(20),
        "heard_of_us_by": sa.Text(),
        "answers": Json,
        "iris_sealed": sa.String(200),
        "house_address": sa.String(40),
        "seats": sa.Integer(),
    }
    other = sa.MetaData()
    sa.Table("persons", other, sa.Column("id", sa.Integer, primary_key=True))

    def table(name, **info):
        made = [sa.Column(key, kind, **info) for key, kind in columns.items()]
        return sa.Table(name, other, *made, sa.Column("seen_by_id", sa.ForeignKey("persons.id"), **info))

    silent = {f"silent.{name}" for name in columns if name != "seats"} | {"silent.seen_by_id"}
    assert set(unsaid([table("silent")], ())) == silent
    assert unsaid([table("spoken", info=not_personal("a shop's"))], ()) == []
    # A purpose is no answer to whose a row is.
    assert unsaid([table("half", info=personal("wishes"))], ()) == ["half.seen_by_id"]
    assert unsaid([table("half_owned", info=personal("wishes"))], {"half_owned.seen_by_id"}) == []
    assert declaration(sa.Column("x", info=handler())).handler
    assert PersonalTable("person_id", "一览", "all", 1).on_erasure == "keep"
