"""What one request says to the database, written down once and said again by the driver alone.

A work is taped for several subjects. What all tapes have in common stays as it is; what differs is traced
to the subject (its wish, its person, …) or to what an earlier statement of the same tape answered, so that the
tape can be played for any other subject.
"""

import json
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import psycopg
import sqlalchemy as sa

from backend import statements

# BEGIN is told by the player itself, as each driver has it.
_OWN = ("BEGIN", "COMMIT", "ROLLBACK")
# SQLite is given moments and days as text.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"\d+")
_PLACE = re.compile(r"\$\d")
Inputs = dict[str, Any]
Source = tuple[Any, ...]


@dataclass
class Said:
    """One statement as the driver got it. `alone`: outside of a transaction."""

    sql: str
    given: Any
    many: bool
    alone: bool
    rows: list[Any] = field(default_factory=list)


class Untraceable(Exception):
    """From these tapes nobody can tell where each value comes from."""


class _Noting:
    """A cursor that keeps what was fetched from it."""

    def _note(self, rows: list[Any]) -> None:
        said = getattr(self, "said", None)
        if said is not None:
            said.rows.extend(tuple(row) for row in rows)

    def fetchone(self) -> Any:
        row = super().fetchone()  # type: ignore[misc]
        self._note([] if row is None else [row])
        return row

    def fetchmany(self, *size: int) -> Any:
        rows = super().fetchmany(*size)  # type: ignore[misc]
        self._note(rows)
        return rows

    def fetchall(self) -> Any:
        rows = super().fetchall()  # type: ignore[misc]
        self._note(rows)
        return rows


class _PostgresCursor(_Noting, psycopg.Cursor):  # type: ignore[type-arg,misc]
    pass


class _PostgresRawCursor(_Noting, psycopg.RawCursor):  # type: ignore[type-arg,misc]
    pass


class _SqliteCursor(_Noting, sqlite3.Cursor):  # type: ignore[misc]
    pass


class _SqliteConnection(sqlite3.Connection):
    def cursor(self, factory: Any = _SqliteCursor) -> Any:
        return super().cursor(factory)


def listen(engine: sa.Engine) -> None:
    """Makes the engine's connections ones that can be taped; those it has already are given up."""
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "do_connect")
        def _sqlite(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
            options["factory"] = _SqliteConnection

    else:

        @sa.event.listens_for(engine, "connect")
        def _postgres(connection: Any, _record: Any) -> None:
            connection.cursor_factory = _PostgresCursor

        statements.RAW_CURSOR = _PostgresRawCursor

    engine.dispose()


@contextmanager
def taping(engine: sa.Engine) -> Iterator[list[Said]]:
    """All that is said to the database inside the block."""
    tape: list[Said] = []

    def note(connection: Any, cursor: Any, sql: str, given: Any, _context: Any, many: bool) -> None:
        if sql.startswith(_OWN):
            return
        told = connection.get_execution_options()
        alone = bool(told.get("reading")) or told.get("isolation_level") == "AUTOCOMMIT"
        # SQLAlchemy tells many rows in one statement as well; then the driver gets them as one.
        cursor.said = Said(sql, given, many and isinstance(given, list), alone)
        tape.append(cursor.said)

    def number(_connection: Any, cursor: Any, sql: str, *_rest: Any) -> None:
        made = _made(cursor, sql)
        if made and getattr(cursor, "said", None) is not None:
            cursor.said.rows = made

    sa.event.listen(engine, "before_cursor_execute", note)
    sa.event.listen(engine, "after_cursor_execute", number)
    try:
        yield tape
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
        sa.event.remove(engine, "after_cursor_execute", number)


def _made(cursor: Any, sql: str) -> list[Any]:
    """SQLite's driver knows the id of a row just made, without being asked to return it."""
    made = getattr(cursor, "lastrowid", None)
    return [(made,)] if made and cursor.description is None and sql.startswith("INSERT") else []


# --- from several tapes to one that can be played for anyone ---------------------------------------------------


@dataclass
class Step:
    """One statement with the sources of what it is given: by name, by position, or in many rows."""

    sql: str
    given: Any
    many: bool
    alone: bool


def tellable(tapes: list[tuple[Inputs, list[Said]]]) -> bool:
    """Whether nothing of the subject is the same in all tapes, and no number that was drawn for it: it would be taken for a
    part of the work."""
    subjects = [inputs for inputs, _ in tapes]
    if not all(any(one[name] != subjects[0][name] for one in subjects) for name in subjects[0]):
        return False
    return not any(
        "counters" in same[0].sql
        and "RETURNING" in same[0].sql
        and all(one.rows == same[0].rows for one in same)
        for same in zip(*(tape for _, tape in tapes), strict=False)
    )


def traced(tapes: list[tuple[Inputs, list[Said]]]) -> list[Step]:
    """The steps of a work, from at least two tapes: the more, the less is taken for what it is not.

    Raises Untraceable where the tapes say different things, or have something of their subject in common.
    """
    if not tellable(tapes):
        raise Untraceable("the tapes are about the same subject")
    said = [tape for _, tape in tapes]
    if len({tuple(one.sql for one in tape) for tape in said}) > 1:
        raise Untraceable("the same work said different things")
    return [
        Step(
            same[0].sql,
            _sources([one.given for one in same], _Trace(tapes, number)),
            same[0].many,
            same[0].alone,
        )
        for number, same in enumerate(zip(*said, strict=True))
    ]


def _sources(given: list[Any], trace: "_Trace") -> Any:
    first = given[0]
    if isinstance(first, dict):
        return {name: trace.source([one[name] for one in given]) for name in first}
    if isinstance(first, list | tuple) and first and isinstance(first[0], dict | tuple):
        return [_sources(list(same), trace) for same in zip(*given, strict=True)]
    return tuple(trace.source(list(same)) for same in zip(*given, strict=True)) if first else first


class _Trace:
    """Where a value of statement `number` comes from, judged by all tapes at once."""

    def __init__(self, tapes: list[tuple[Inputs, list[Said]]], number: int):
        self.tapes, self.number = tapes, number

    def source(self, values: list[Any]) -> Source:
        if len({type(one) for one in values}) > 1 or all(one == values[0] for one in values):
            return ("is", values[-1])
        if isinstance(values[0], list) and len({len(one) for one in values}) == 1:
            return ("each", [self.source(list(same)) for same in zip(*values, strict=True)])
        found = self._known(values)
        if found is not None:
            return found
        if isinstance(values[0], str) and values[0].startswith("[["):
            # Rows that a hot statement of SQLite is given as one text.
            return ("json", self.source([json.loads(one) for one in values]))
        if isinstance(values[0], str):
            return self._text(values)
        return ("is", values[-1])

    def _known(self, values: list[Any]) -> Source | None:
        for name in self.tapes[0][0]:
            if [inputs[name] for inputs, _ in self.tapes] == values:
                return ("input", name)
        # The nearest answer first: what was just made is what is spoken of next.
        for number in reversed(range(self.number)):
            answers = [tape[number].rows for _, tape in self.tapes]
            for row, same in enumerate(zip(*answers, strict=False)):
                for column, found in enumerate(zip(*same, strict=True)):
                    if list(found) == values and type(found[0]) is type(values[0]):
                        return ("row", number, row, column)
        return None

    def _text(self, values: list[str]) -> Source:
        """A text with numbers in it (`redemption:17:hold`), else something random of the same length."""
        last = values[-1]
        if _MOMENT.match(last):
            return ("is", last)
        between = {tuple(_NUMBER.split(one)) for one in values}
        numbers = zip(*(_NUMBER.findall(one) for one in values), strict=False)
        parts = [self._number(list(same)) for same in numbers] if len(between) == 1 else [None]
        if None in parts:
            return ("fresh", len(last))
        return ("text", _NUMBER.split(last), parts)

    def _number(self, values: list[str]) -> tuple[int, Source] | None:
        last = values[-1]
        if all(one == last for one in values):
            return 0, ("is", last)
        found = self._known([int(one) for one in values])
        return None if found is None else (len(last) if last.startswith("0") else 0, found)


# --- playing ----------------------------------------------------------------------------------------------


def play(cursor: Any, steps: list[Step], inputs: Inputs, begin: str, end: str = "COMMIT") -> None:
    """Says all steps for this subject: those in a transaction between `begin` and `end`."""
    answers: list[Any] = []
    within = False
    try:
        for step in steps:
            if not step.alone and not within:
                cursor.execute(begin)
                within = True
            given = _filled(step.given, inputs, answers)
            said = psycopg.RawCursor(cursor.connection) if numbered(step.sql) else cursor
            (said.executemany if step.many else said.execute)(step.sql, given)
            answered = said.description and not step.many
            answers.append(said.fetchall() if answered else _made(said, step.sql))
        if within:
            cursor.execute(end)
    except BaseException:
        if within:
            cursor.execute("ROLLBACK")
        raise


def numbered(sql: str) -> bool:
    """Whether PostgreSQL's own places for values stand in it, which a hot statement has (backend/statements.py)."""
    return _PLACE.search(sql) is not None


def _filled(given: Any, inputs: Inputs, answers: list[Any]) -> Any:
    if isinstance(given, dict):
        return {name: _value(source, inputs, answers) for name, source in given.items()}
    if isinstance(given, list):
        return [_filled(one, inputs, answers) for one in given]
    return tuple(_value(source, inputs, answers) for source in given) if given else given


def _value(source: Source, inputs: Inputs, answers: list[Any]) -> Any:
    match source:
        case ("is", value):
            return value
        case ("input", name):
            return inputs[name]
        case ("row", number, row, column):
            return answers[number][row][column]
        case ("each", sources):
            return [_value(one, inputs, answers) for one in sources]
        case ("json", rows):
            return json.dumps(_value(rows, inputs, answers))
        case ("fresh", size):
            return secrets.token_hex(size // 2 + 1)[:size]
        case ("text", between, parts):
            told = [str(_value(one, inputs, answers)).zfill(width) for width, one in parts]
            rest = islice(between, 1, None)
            return between[0] + "".join(number + text for number, text in zip(told, rest, strict=True))
    raise ValueError(source)


def verbatim(tape: list[Said]) -> list[Step]:
    """The steps of a tape as it was, for a work that only reads."""
    alone = _Trace([({}, [])], 0)
    return [Step(said.sql, _sources([said.given], alone), said.many, said.alone) for said in tape]
