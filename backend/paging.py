"""One way to read a long list piece by piece: after the key of the last row read, never by offset.

A list read by offset skips a row, or shows one twice, when another comes or goes between two pages; and its last page
takes longest. What is counted here is counted by the database.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.sql import operators

from backend import text
from backend.db import AnySelect, session

# The place of a row in its list: the values of the list's keys.
Place = tuple[Any, ...]
Keys = Sequence[sa.SQLColumnExpression[Any]]


def keyset(wanted: AnySelect, keys: Keys, after: Place | None, limit: int) -> AnySelect:
    """`wanted` in the order of its keys, from behind the row whose keys are `after`, and `limit` rows of it at most.

    A key is a column that is never NULL; it ascends, unless it is given as `column.desc()`. Together the keys are
    unique, so the last of them is an id. `after` has a value for each, or is None for the beginning.
    """
    if after is not None:
        wanted = wanted.where(_behind(keys, after))
    return wanted.order_by(*keys).limit(limit)


def count(wanted: AnySelect) -> int:
    """How many rows it has in all."""
    rows = wanted.order_by(None).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def containing(
    sought: str, *columns: sa.SQLColumnExpression[Any], number: sa.SQLColumnExpression[Any] | None = None
) -> ColumnElement[bool]:
    """Whether each word of what is looked for stands in one of these columns, in capitals or small letters, or, however it
    was typed, in that of a printed `number`."""
    return sa.and_(*(sa.or_(*_holding(word, columns, number)) for word in sought.split()))


def _holding(
    word: str, columns: Sequence[sa.SQLColumnExpression[Any]], number: sa.SQLColumnExpression[Any] | None
) -> Iterator[ColumnElement[bool]]:
    for one in columns:
        yield one.icontains(word, autoescape=True)
    if number is not None:
        yield number.icontains(text.reference(word), autoescape=True)


class Pageable(Protocol):
    """Rows in a fixed order that a list can be read from, page by page."""

    @property
    def key_types(self) -> tuple[type, ...]:
        """What the values of a place are: int, datetime or str."""
        ...

    def page(self, after: Place | None, limit: int) -> list[tuple[Place, Any]]:
        """At most `limit` rows from behind the place `after`, each with its own place."""
        ...


@dataclass(frozen=True)
class KeysetQuery:
    """The rows of one statement in the order of their keys (see `keyset`): how a capability answers what is listed,
    so that whoever asks decides how much of it is read."""

    wanted: AnySelect
    keys: Keys

    @property
    def key_types(self) -> tuple[type, ...]:
        return tuple(_column(key).type.python_type for key in self.keys)

    def page(self, after: Place | None, limit: int) -> list[tuple[Place, Any]]:
        """A row of one entity or column is that itself, any other a tuple of them."""
        own = -len(self.keys)
        wanted = self.wanted.add_columns(*map(_column, self.keys))
        rows = [tuple(row) for row in session.execute(keyset(wanted, self.keys, after, limit))]
        return [(row[own:], row[0] if len(row) + own == 1 else row[:own]) for row in rows]

    def rows(self, limit: int, after: Place | None = None) -> list[Any]:
        """The rows of a page without their places."""
        return [row for _place, row in self.page(after, limit)]

    def chosen(self, ids: Collection[int]) -> list[Any]:
        """Those of the rows that have one of these ids, in their order; the last key is the id."""
        return replace(self, wanted=self.wanted.where(_column(self.keys[-1]).in_(ids))).rows(len(ids))

    def count(self) -> int:
        """How many rows there are in all."""
        return count(self.wanted)

    def count_up_to(self, most: int) -> int:
        """The same, but not beyond `most`: nobody waits for the exact number of very many."""
        return count(self.wanted.limit(most))

    def place_of(self, row_id: int) -> Place | None:
        """Where the row with this id stands in the order, be it among the rows or not; None where there is none.

        For keys of one table, of which the last is the id.
        """
        columns = [_column(key) for key in self.keys]
        row = session.execute(sa.select(*columns).where(columns[-1] == row_id)).first()
        return None if row is None else tuple(row)


@dataclass(frozen=True)
class KeysetRows:
    """Rows that are brought by a statement written for them, or computed: `read(after, limit)`."""

    read: Callable[[Place | None, int], Sequence[Any]]
    place: Callable[[Any], Place]
    key_types: tuple[type, ...]

    def page(self, after: Place | None, limit: int) -> list[tuple[Place, Any]]:
        return [(self.place(row), row) for row in self.read(after, limit)]


def by_id(read: Callable[[int | None, int], Sequence[Any]], name: str = "id") -> KeysetRows:
    """Rows of `read(last id, limit)`, which is their order."""
    return KeysetRows(
        lambda after, limit: read(after[0] if after else None, limit),
        lambda row: (getattr(row, name),),
        (int,),
    )


def _behind(keys: Keys, after: Place) -> ColumnElement[bool]:
    if len(keys) != len(after):
        raise ValueError("a place in another list: it has not as many keys")
    columns = [_column(key) for key in keys]
    values = [sa.literal(value, column.type) for column, value in zip(columns, after, strict=True)]
    falling = {_falls(key) for key in keys}
    if len(falling) > 1:
        return _behind_one_by_one(keys, values)
    left, right = (columns[0], values[0]) if len(keys) == 1 else (sa.tuple_(*columns), sa.tuple_(*values))
    # Compared as one row, which an index over the keys serves.
    return left < right if falling == {True} else left > right


def _behind_one_by_one(keys: Keys, values: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """Of keys that do not all go the same way: the first ones are equal, and the one after them is behind."""
    found = []
    for number, (key, value) in enumerate(zip(keys, values, strict=True)):
        column = _column(key)
        equal = [_column(before) == same for before, same in zip(keys[:number], values[:number], strict=True)]
        found.append(sa.and_(*equal, column < value if _falls(key) else column > value))
    return sa.or_(*found)


def _falls(key: sa.SQLColumnExpression[Any]) -> bool:
    return isinstance(key, sa.UnaryExpression) and key.modifier is operators.desc_op


def _column(key: sa.SQLColumnExpression[Any]) -> Any:
    return key.element if isinstance(key, sa.UnaryExpression) and key.modifier is not None else key
