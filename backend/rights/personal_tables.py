"""Where a person stands in the tables, as the models say it: read by the copy, the erasure and the register.

One reading for all, so that nothing is exported and then forgotten when it has to go. A house test fails while a
column that points to a person, or looks as if it told something of one, says nothing (`backend/personal.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.db import Base, session
from backend.personal import Declaration, OnErasure, PersonalTable, declaration


@dataclass(frozen=True)
class PersonalRows:
    """The rows of one table that are a person's by one of its columns."""

    table: sa.Table
    said: PersonalTable
    journal_kind: str

    @property
    def columns(self) -> Any:
        return self.table.c

    @property
    def deleted(self) -> bool:
        """Whether the rows themselves go when the account is cancelled."""
        return self.said.on_erasure == OnErasure.DELETE

    def of(self, person_id: int) -> sa.ColumnElement[bool]:
        """The condition that a row is this person's."""
        if self.said.via:
            return self._by(self.said.via, self.said.owner, person_id)
        return self.columns[self.said.owner] == person_id

    def about(self, name: str, person_id: int) -> sa.ColumnElement[bool]:
        """The condition that a row speaks of this person by a column of `also_about`."""
        parent = target(self.columns[name])
        if parent.name == "persons":
            return self.columns[name] == person_id
        return self._by(name, next(rows.said.owner for rows in existing() if rows.table is parent), person_id)

    def _by(self, name: str, owner: str, person_id: int) -> sa.ColumnElement[bool]:
        """The condition that the row behind a foreign key is this person's."""
        parent = target(self.columns[name]).c
        return self.columns[name].in_(sa.select(parent.id).where(parent[owner] == person_id))

    def on_erasure(self, what: OnErasure) -> list[sa.Column[Any]]:
        """The columns to which this happens while the row stays."""
        return [column for column in self.columns if declaration(column).on_erasure == what]

    @property
    def not_exported(self) -> set[str]:
        return {column.name for column in self.columns if declaration(column).not_exported}

    def labels(self) -> dict[str, str]:
        """The headings that its columns bring with them, by their name in the copy."""
        said = {column.name: declaration(column).label for column in self.columns}
        return {name.removesuffix("_sealed"): label for name, label in said.items() if label}


def existing() -> list[PersonalRows]:
    """All that is held on a person, in the order of their copy. A capability may be no part of this house (yet)."""
    found = []
    for model in (mapper.class_ for mapper in Base.registry.mappers):
        table, kind = Base.metadata.tables[model.__tablename__], getattr(model, "journal_kind", "")
        for said in getattr(model, "__personal__", ()):
            found.append(PersonalRows(table, said, said.journal_kind or kind))
    return sorted(found, key=lambda rows: (rows.said.position, rows.said.file))


def to_be_deleted() -> list[PersonalRows]:
    """What goes with the account: rows that point to others before those others."""
    order = {table.name: number for number, table in enumerate(Base.metadata.sorted_tables)}
    found = [rows for rows in existing() if rows.deleted]
    return sorted(found, key=lambda rows: order[rows.table.name], reverse=True)


def target(column: Any) -> sa.Table:
    """The table that a foreign key points to."""
    # A column may stand in a longer key, too, and points to its row by itself.
    (key,) = (
        one for one in column.foreign_keys if one.constraint is None or len(one.constraint.columns) == 1
    )
    return key.column.table


def declarations() -> Iterator[tuple[sa.Column[Any], Declaration]]:
    """Every column of the house with what it says of itself."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            yield column, declaration(column)


def handlers() -> dict[str, str]:
    """Columns (`table.column`) by which a person stands in other people's records, each with the reason.

    What each of them did stands in the journal, and the export shows that; the records are about somebody else.
    """
    return {str(column): said.handler for column, said in declarations() if said.handler}


def standing_in(table: sa.Table) -> list[str]:
    """The columns of a table that point to a person, or to a person's purse."""
    return [
        column.name
        for column in table.columns
        if any(key.column.table.name in ("persons", "purses") for key in column.foreign_keys)
    ]


def accounts_of(person_id: int) -> list[int]:
    """The person's own number, and those of the WeChat accounts that were joined to their card at the counter:
    what such an account was told, and where it said that it lives, still stands under its own number."""
    persons = Base.metadata.tables["persons"].c
    joined = sa.select(persons.id).where(persons.merged_into_id == person_id).order_by(persons.id)
    return [person_id, *session.scalars(joined)]
