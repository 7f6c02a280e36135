"""Every sealed column of the house, found by its name, and what its values are bound to.

The rule of the house: `t.x_sealed` is sealed for the place `t.x:<primary key>`. A value sealed before its row has
a number says what ends its place instead (`personal(sealed_for=…)`); a test tries the rule on real rows and on
every place that the source names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend import crypto
from backend.db import Base
from backend.personal import declaration


@dataclass(frozen=True)
class SealedColumn:
    """One column of sealed values; `names` ends the place of each."""

    table: sa.Table
    name: str
    place: str
    names: str

    @property
    def key(self) -> str:
        return f"{self.table.name}.{self.name}"

    @property
    def column(self) -> Any:
        return self.table.c[self.name]

    @property
    def row_key(self) -> Any:
        """The single column that numbers the rows."""
        (key,) = self.table.primary_key.columns
        return key

    def place_of(self, row: Any) -> str:
        """What a row's value is bound to; `row` has the columns of the table by name."""
        return f"{self.table.name}.{self.place}:{row[self.names]}"


def columns() -> Iterator[SealedColumn]:
    """All sealed columns, in the order of their tables."""
    for _, table in sorted(Base.metadata.tables.items()):
        yield from _within(table)


def _within(table: sa.Table) -> Iterator[SealedColumn]:
    return (_described(table, column.name) for column in table.columns if column.name.endswith("_sealed"))


def _described(table: sa.Table, name: str) -> SealedColumn:
    row_key = next(iter(table.primary_key.columns)).name
    names = declaration(table.c[name]).sealed_for or row_key
    return SealedColumn(table, name, name.removesuffix("_sealed"), names)


def of(table_name: str) -> dict[str, SealedColumn]:
    """The sealed columns of one table by name."""
    return {found.name: found for found in _within(Base.metadata.tables[table_name])}


def opened(found: SealedColumn, row: Any) -> str | None:
    """The value of a row in clear; None where there is none, or its key is gone."""
    value = row[found.name]
    if not value:
        return None
    try:
        return crypto.unseal(value, found.place_of(row))
    except crypto.CannotOpen:
        return None
