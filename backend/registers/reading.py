"""Reads a register in batches: fields become plain values, ids become names, masked unless opened.

Memory holds one batch and the names of the last persons met, however long the register is. Each batch is a
statement of its own, so that no transaction stays open while a long register is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.organisations import queries as places
from backend.people import sealed
from backend.people.kinds import PersonState
from backend.people.masking import Kind, masked
from backend.people.models import Person
from backend.registers.definition import Column, Cursor, Either, Register, Scope, running_number

BATCH = 500
NAMES_KEPT = 20_000
NOBODY = "一位居民"
# Who has left has no name any more, on whichever sheet they stand.
GONE = "已注销"


class Names:
    """Names of persons and places, asked for in one statement a batch. `clear` opens persons' names."""

    def __init__(self, clear: bool = False) -> None:
        self.clear = clear
        # When places were called so.
        self.at: datetime | None = None
        self._persons: dict[int, Either] = {}
        self._places: dict[int | None, str] = {}

    def learn(self, persons: set[int], place_ids: set[int]) -> None:
        if len(self._persons) > NAMES_KEPT:
            self._persons.clear()
        missing = persons - self._persons.keys()
        if missing:
            wanted = sa.select(Person.id, Person.real_name_sealed, Person.state)
            for person_id, kept, state in session.execute(wanted.where(Person.id.in_(missing))):
                if state == PersonState.CANCELLED:
                    self._persons[person_id] = Either(GONE, GONE)
                    continue
                name = sealed.unsealed_name(person_id, kept)
                hidden = masked(Kind.NAME, name) or NOBODY
                self._persons[person_id] = Either(hidden, (name or NOBODY) if self.clear else hidden)
        unknown = place_ids - self._places.keys()
        self._places |= places.names_at(unknown, self.at or clock.now())

    def person(self, person_id: int, masked: bool) -> str:
        found = self._persons[person_id]
        return (found.masked if masked or not self.clear else found.clear) or NOBODY

    def place(self, place_id: int) -> str:
        return self._places.get(place_id, "")


@dataclass(frozen=True)
class Batch:
    """Rows of plain values in the order of the columns, and where the next batch begins."""

    rows: list[list[Any]]
    after: Cursor
    number: int


def batches(
    register: Register, scope: Scope, names: Names, after: Cursor = (), number: int = 0, size: int = BATCH
) -> Iterator[Batch]:
    """All that follows `after`; `number` is how many rows stand before it."""
    names.at = scope.until
    while True:
        found = register.rows.page(scope, after, size)
        if not found:
            return
        rows = _filled(register, [row for _key, row in found], names, number)
        after, number = found[-1][0], number + len(rows)
        yield Batch(rows, after, number)
        if len(found) < size:
            return


def _filled(register: Register, found: list[Any], names: Names, number: int) -> list[list[Any]]:
    taken = [[column.value_of(row) for column in register.columns] for row in found]
    names.learn(_ids(register, taken, "person"), _ids(register, taken, "place"))
    return [
        [
            at if column.take is running_number else _plain(column, value, row, names)
            for column, value in zip(register.columns, values, strict=True)
        ]
        for at, (row, values) in enumerate(zip(found, taken, strict=True), start=number + 1)
    ]


def _ids(register: Register, taken: list[list[Any]], kind: str) -> set[int]:
    wanted = [at for at, column in enumerate(register.columns) if column.kind == kind]
    return {values[at] for values in taken for at in wanted if isinstance(values[at], int)}


def _plain(column: Column, value: Any, row: Any, names: Names) -> Any:
    """Text or a number, ready to be written down anywhere: days and moments as China's clocks show them."""
    if value is None or value == "":
        return None
    if isinstance(value, Either):
        return value.clear if names.clear else value.masked
    if column.kind == "person" and isinstance(value, int):
        return names.person(value, column.masked is not None and column.masked(row))
    if column.kind == "place" and isinstance(value, int):
        return names.place(value)
    return _moment(column.kind, value) if isinstance(value, date) else value


def _moment(kind: str, value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    local = value.astimezone(clock.CHINA)
    return local.date().isoformat() if kind == "day" else f"{local:%Y-%m-%d %H:%M}"


class Sums:
    """Adds up the columns that have a total, in whole numbers (hours in minutes)."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.of = {at: 0 for at, column in enumerate(register.columns) if column.total}

    def add(self, rows: list[list[Any]]) -> None:
        for at in self.of:
            self.of[at] += sum(row[at] or 0 for row in rows)

    def row(self) -> list[Any]:
        """The last line of the table: the word and the sums; empty where nothing is summed."""
        if not self.of:
            return []
        told: list[Any] = [self.of.get(at) for at in range(len(self.register.columns))]
        free = next((at for at, value in enumerate(told) if value is None), None)
        if free is not None:
            told[free] = "合计"
        return told


def display_value(column: Column, value: Any) -> Any:
    """A plain value for people's eyes: minutes as hours, of two places."""
    if column.kind == "hours" and isinstance(value, int):
        hours = round(value / 60, 2)
        return int(hours) if hours == int(hours) else hours
    return value
