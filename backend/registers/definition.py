"""What a register (台账) is: headings, where each one comes from, and the question that brings its rows.

Nothing is typed for a register. A column names the field it shows (`wishes.title`), or the function that
computes it and the fields it looks at (`= outcome(wishes.state)`), or says why it stays empty
(`nothing: signed on paper`); a test follows every one of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from backend.db import Moment, session
from backend.errors import Refused
from backend.paging import keyset

# The key of the last row read, moments in microseconds since 1970; empty at the beginning.
Cursor = tuple[int, ...]
# A computed register has one row a community, a unit or a purpose: it is short.
FEW = 5000


class PageLost(Refused):
    code, message = 42299, "找不到这一页，请从第一页看起"


@dataclass(frozen=True)
class Scope:
    """Where and when: the communities of a place, the days, and the moment after which nothing is told."""

    place_id: int
    place: str
    kind: str
    communities: tuple[int, ...]
    first: date
    last: date
    since: datetime
    until: datetime
    cut_off: datetime


@dataclass(frozen=True)
class Either:
    """A value as it is shown by default, and in clear to whoever gave a reason."""

    masked: str | None
    clear: str | None


@dataclass(frozen=True)
class Column:
    """`take` is the row's attribute, or a function of the row; without one it is the name of the field.

    `kind`: text, number, hours (kept as minutes), day, moment, person (an id), place (an id) or either.
    `words` are the Chinese of a value; `total` columns are summed; `masked` says of which rows a person is
    never shown in clear. `width` is in letters, of which a Chinese character takes two. `aside` columns are what one
    rarely looks for: where a register is too wide for a sheet of paper they stand on its second leaf.
    """

    heading: str
    source: str
    take: str | Callable[[Any], Any] | None = None
    kind: str = "text"
    words: Mapping[Any, str] | None = None
    total: bool = False
    masked: Callable[[Any], bool] | None = None
    width: int = 10
    aside: bool = False

    def value_of(self, row: Any) -> Any:
        if callable(self.take):
            found = self.take(row)
        elif self.source.startswith("nothing:"):
            return None
        else:
            found = getattr(row, self.take or self.source.partition(".")[2])
        return self.words.get(found, found) if self.words and found is not None else found


class Rows(Protocol):
    """Brings rows page by page, each with its key, in the order of the keys."""

    def page(self, scope: Scope, after: Cursor, limit: int) -> list[tuple[Cursor, Any]]: ...

    def counted(self, scope: Scope, most: int) -> int:
        """How many rows there are, but not beyond `most`."""
        ...


@dataclass(frozen=True)
class Query:
    """Rows of one statement. `finish` may turn a page of them into rows of its own, in the same order."""

    wanted: Callable[[Scope], sa.Select[Any]]
    keys: tuple[Any, ...]
    finish: Callable[[Sequence[Any]], Iterable[Any]] | None = None

    def page(self, scope: Scope, after: Cursor, limit: int) -> list[tuple[Cursor, Any]]:
        """Raises PageLost where `after` is no key of these rows."""
        if len(after) not in (0, len(self.keys)):
            raise PageLost()
        names = [f"key_{number}" for number in range(len(self.keys))]
        wanted = self.wanted(scope).add_columns(
            *(key.label(name) for key, name in zip(self.keys, names, strict=True))
        )
        last = tuple(_value(key, value) for key, value in zip(self.keys, after, strict=False)) or None
        rows = session.execute(keyset(wanted, self.keys, last, limit)).all()
        cursors = [tuple(_whole(getattr(row, name)) for name in names) for row in rows]
        return list(zip(cursors, self.finish(rows) if self.finish else rows, strict=True))

    def counted(self, scope: Scope, most: int) -> int:
        some = self.wanted(scope).with_only_columns(sa.literal(1)).limit(most).subquery()
        return session.scalars(sa.select(sa.func.count()).select_from(some)).one()


def _whole(value: Any) -> int:
    return (value - _BEGINNING) // _STEP if isinstance(value, datetime) else value


def _value(key: Any, number: int) -> Any:
    return _BEGINNING + min(number * _STEP, _LONGEST) if isinstance(key.type, Moment) else number


_BEGINNING, _STEP = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_LONGEST = datetime.max.replace(tzinfo=UTC) - _BEGINNING


@dataclass(frozen=True)
class ComputedRows:
    """A short register that is computed: `rows(scope)` answers all of it, in its fixed order."""

    rows: Callable[[Scope], Sequence[Any]]

    def page(self, scope: Scope, after: Cursor, limit: int) -> list[tuple[Cursor, Any]]:
        begun = after[0] if after else 0
        if begun >= FEW:
            return []
        rows = self.rows(scope)[begun : begun + limit]
        return [((begun + number,), row) for number, row in enumerate(rows, start=1)]

    def counted(self, scope: Scope, most: int) -> int:
        return min(most, len(self.rows(scope)))


def running_number(_row: Any) -> None:
    """Counted while the rows are read, from 1."""


NUMBER = Column("序号", "= running_number()", running_number, "number", width=5)


@dataclass(frozen=True)
class Register:
    """One register. `period` is where its first look begins: the `year` or the `quarter` of today. `position` is where
    it stands among those of the capabilities; what has none follows."""

    key: str
    title: str
    permission: str
    rows: Rows
    columns: tuple[Column, ...]
    note: str = ""
    period: str = "year"
    # The kinds of places that it can be asked for.
    places: tuple[str, ...] = ("city", "street", "community")
    # A last sentence that is known only on the day, such as the short form of the newest seal.
    closing: Callable[[], str] | None = None
    # What has to be noted besides, when this person takes it along in clear.
    opened: Callable[[Scope, Any], None] | None = None
    position: int = 1000
    # So many of the first columns say which row it is: they stand on every leaf of a printed sheet.
    repeated: int = 2

    @property
    def remarks(self) -> str:
        """The note, and what is known on the day."""
        return self.note + (self.closing() if self.closing else "")

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]
