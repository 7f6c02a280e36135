"""A city that outgrew SQLite is taken to PostgreSQL: `flask move-to`.

Nobody writes meanwhile, as SQLite's only write lock is held. Tables are copied one by one, each in one transaction in
which its digest is noted: a run that was killed goes on with the tables whose digest is not that of the source. Until every
row was read back and the books balance, the target has no version, so that no program starts on it.

Keys between tables are taken off first and put back, judged, at the end: rows point to rows that are not there yet. Rules
that a trigger keeps were kept when the rows were written; they sleep meanwhile.
"""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from backend import config
from backend.config_kinds import POSTGRESQL
from backend.db import Base, Json, Version, dialect, schema_version
from backend.languages import say

Tell = Callable[[str], object]
# Beside the tables of the product, and gone when the city has arrived.
NOTES, KEYS, CITY = "moving_tables", "moving_keys", "moving_city"
# A digest is a sum, so that it does not matter in which order rows come: the two databases order texts differently.
MODULUS = 1 << 128
ROWS_AT_ONCE = 2000
# A writer of the city that is just at work has its moment to end.
LOCK_SECONDS = 30


class MoveFault(Exception):
    """Why a city cannot go there; the sentence is for the operator."""


@dataclass(frozen=True)
class Digest:
    """How many rows a table has, and what they say, whatever their order."""

    rows: int
    total: int

    def __str__(self) -> str:
        return f"{self.rows}:{self.total:032x}"


def move(address: str, tell: Tell) -> int:
    """Copies this city's SQLite database into the empty PostgreSQL at `address`; answers how many rows it has now.

    Raises MoveFault; sqlite3.Error and psycopg.Error where one of the databases is away.
    """
    target = _checked(address)
    with (
        _nobody_writes(),
        closing(_source()) as source,
        psycopg.connect(_plain(target), autocommit=True) as arrived,
    ):
        city = _city(source)
        if not _goes_on(arrived, city):
            _prepare(arrived, target, city, tell)
        digests = {table.name: _digest_of(source.execute(_rows(table))) for table in _tables()}
        _copy_all(source, arrived, digests, tell)
        _compare_all(target, digests, tell)
        _put_keys_back(arrived, tell)
        _audit(target, tell)
        _let_it_be_used(arrived)
        return sum(one.rows for one in digests.values())


def _checked(address: str) -> sa.URL:
    """Raises MoveFault where this is no SQLite, that is no PostgreSQL, or a release is half made."""
    try:
        target = sa.make_url(address)
    except sa.exc.ArgumentError:
        raise MoveFault(say("that is no address of a database", "这不是数据库的地址")) from None
    if dialect() != "sqlite":
        raise MoveFault(
            say("this city is not on SQLite: there is nothing to move", "这个城市用的不是 SQLite，不用搬")
        )
    if target.drivername not in POSTGRESQL:
        raise MoveFault(
            say("a city goes to PostgreSQL alone: postgresql://…", "只能搬到 PostgreSQL：postgresql://…")
        )
    if schema_version() is not Version.CURRENT:
        raise MoveFault(
            say(
                "the database is not of the program's version: run `flask db upgrade` first",
                "数据库和程序的版本不一样：请先运行 flask db upgrade",
            )
        )
    return target


def _plain(target: sa.URL) -> str:
    return target.set(drivername="postgresql").render_as_string(hide_password=False)


def _file() -> Path:
    return Path(str(sa.make_url(config.settings().database).database))


@contextmanager
def _nobody_writes() -> Iterator[None]:
    """Holds SQLite's write lock. Raises MoveFault where somebody else does."""
    with closing(sqlite3.connect(_file(), isolation_level=None, timeout=LOCK_SECONDS)) as line:
        try:
            line.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            raise MoveFault(
                say(
                    "somebody writes in this city all the time: stop web and worker first",
                    "一直有人在写：请先停下网页和 worker 两个服务",
                )
            ) from None
        try:
            yield
        finally:
            line.execute("ROLLBACK")


def _source() -> sa.Connection:
    """One view of the whole file, for reading alone."""
    engine = sa.create_engine(f"sqlite:///file:{_file()}?mode=ro&uri=true", poolclass=sa.NullPool)
    return engine.connect()


def _tables() -> list[sa.Table]:
    return sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def _rows(table: sa.Table) -> sa.Select[Any]:
    """Texts of JSON as they stand: they are not read and written anew."""
    return sa.select(*(sa.cast(one, sa.Text) if _is_json(one) else one for one in table.columns))


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, type(Json))


def _digest_of(rows: Any) -> Digest:
    number = total = 0
    for row in rows:
        number += 1
        said = hashlib.blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        total = (total + int.from_bytes(said)) % MODULUS
    return Digest(number, total)


def _city(source: sa.Connection) -> str:
    """Tells one city from another: when it was founded, and the first line of its journal. Raises MoveFault."""
    begun = sa.text(
        "SELECT (SELECT min(created_at) FROM persons), (SELECT at FROM journal ORDER BY id LIMIT 1),"
        " (SELECT id FROM organisations WHERE parent_id IS NULL)"
    )
    told = source.execute(begun).one()
    if told[2] is None:
        raise MoveFault(say("there is no city here yet", "这里还没有城市"))
    return hashlib.sha256(repr(tuple(told)).encode()).hexdigest()


def _goes_on(arrived: psycopg.Connection[Any], city: str) -> bool:
    """Was this very city being moved there before? Raises MoveFault where something else stands there."""
    found = {
        name
        for (name,) in arrived.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    }
    if not found:
        return False
    if CITY not in found:
        raise MoveFault(
            say(
                "the database there is not empty: create an empty one, nothing is overwritten",
                "那边的数据库不是空的，请先建一个空的：不覆盖任何东西",
            )
        )
    there = arrived.execute(_sql("SELECT city FROM {}", CITY)).fetchone()
    if there is None or there[0] != city:
        raise MoveFault(
            say(
                "another city was being moved there: create an empty database",
                "那边是另一个城市没搬完的，请另建一个空的数据库",
            )
        )
    if not arrived.execute(_sql("SELECT ready FROM {}", CITY)).fetchone()[0]:  # type: ignore[index]
        raise MoveFault(
            say(
                "an earlier run was stopped before the tables stood: create an empty database",
                "上一次还没建好表就停了，请重新建一个空的数据库",
            )
        )
    return True


def _sql(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _prepare(arrived: psycopg.Connection[Any], target: sa.URL, city: str, tell: Tell) -> None:
    """The tables of this version, empty, without keys between them, with triggers that sleep, and without a version."""
    tell(say("making the tables", "正在建表"))
    arrived.execute(_sql("CREATE TABLE {} (city text NOT NULL, version text, ready boolean NOT NULL)", CITY))
    arrived.execute(_sql("INSERT INTO {} VALUES (%s, NULL, false)", CITY), (city,))
    _run(target, "db", "upgrade")
    with arrived.transaction():
        arrived.execute(_sql("CREATE TABLE {} (name text PRIMARY KEY, digest text NOT NULL)", NOTES))
        arrived.execute(_sql("CREATE TABLE {} (place text, name text, said text)", KEYS))
        keys = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        here = " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        arrived.execute(_sql("INSERT INTO {} " + keys + here, KEYS))
        for place, name in arrived.execute(_sql("SELECT place, name FROM {}", KEYS)).fetchall():
            arrived.execute(_sql("ALTER TABLE {} DROP CONSTRAINT {}", place, name))
        for table in _tables():
            arrived.execute(_sql("ALTER TABLE {} DISABLE TRIGGER USER", table.name))
        arrived.execute(
            _sql("UPDATE {} SET ready = true, version = (SELECT version_num FROM alembic_version)", CITY)
        )
        arrived.execute("DELETE FROM alembic_version")


def _run(target: sa.URL, *words: str) -> None:
    """A command of ours with the target as its database. Raises MoveFault with what it said."""
    told = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "backend", *words],
        env={**os.environ, "DATABASE_URL": _plain(target)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        said = (told.stdout + told.stderr).strip()[-800:]
        raise MoveFault(f"flask {' '.join(words)}: {said}")


def _copy_all(
    source: sa.Connection, arrived: psycopg.Connection[Any], digests: dict[str, Digest], tell: Tell
) -> None:
    noted = dict(arrived.execute(_sql("SELECT name, digest FROM {}", NOTES)).fetchall())
    tables = _tables()
    for number, table in enumerate(tables, start=1):
        digest = digests[table.name]
        if noted.get(table.name) == str(digest):
            continue
        with arrived.transaction():
            _copy(source, arrived, table)
            note = "INSERT INTO {} VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET digest = EXCLUDED.digest"
            arrived.execute(_sql(note, NOTES), (table.name, str(digest)))
        tell(f"{number}/{len(tables)}  {table.name}: {digest.rows:,}")


def _copy(source: sa.Connection, arrived: psycopg.Connection[Any], table: sa.Table) -> None:
    """What migrations put there, or an earlier run, goes first."""
    arrived.execute(_sql("DELETE FROM {}", table.name))
    names = [column.name for column in table.columns]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    with arrived.cursor().copy(into) as copy:
        for rows in source.execution_options(yield_per=ROWS_AT_ONCE).execute(_rows(table)).partitions():
            for row in rows:
                copy.write_row(tuple(row))
    _number_on(source, arrived, table)


def _number_on(source: sa.Connection, arrived: psycopg.Connection[Any], table: sa.Table) -> None:
    """The next row there gets the number after the highest that was ever given here, as far as SQLite knows it."""
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or not isinstance(keys[0].type, sa.Integer):
        return
    place = arrived.execute("SELECT pg_get_serial_sequence(%s, %s)", (table.name, keys[0].name)).fetchone()
    highest = source.scalar(sa.select(sa.func.max(keys[0])))
    if place is not None and place[0] is not None and highest is not None:
        arrived.execute("SELECT setval(%s::regclass, %s)", (place[0], highest))


def _compare_all(target: sa.URL, digests: dict[str, Digest], tell: Tell) -> None:
    """Reads back whatever was written. Raises MoveFault where a row is another one."""
    tell(say("reading everything back", "正在逐行核对"))
    engine = sa.create_engine(target.set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.connect() as line:
        for table in _tables():
            rows = line.execution_options(yield_per=ROWS_AT_ONCE).execute(_rows(table))
            if _digest_of(rows) != digests[table.name]:
                raise MoveFault(
                    say(
                        f"{table.name} did not arrive as it was: create an empty database and begin anew",
                        f"{table.name} 搬过去以后不一样：请建一个空的数据库重新搬",
                    )
                )


def _put_keys_back(arrived: psycopg.Connection[Any], tell: Tell) -> None:
    """Each key is judged by every row as it is put back."""
    tell(say("judging the keys between tables", "正在核对表之间的关系"))
    with arrived.transaction():
        for place, name, said in arrived.execute(_sql("SELECT place, name, said FROM {}", KEYS)).fetchall():
            # As the database itself said it, in `_prepare`.
            added = _sql("ALTER TABLE {} ADD CONSTRAINT {} ", place, name) + sql.SQL(said)
            arrived.execute(added)
        arrived.execute(_sql("DELETE FROM {}", KEYS))
        for table in _tables():
            arrived.execute(_sql("ALTER TABLE {} ENABLE TRIGGER USER", table.name))


def _audit(target: sa.URL, tell: Tell) -> None:
    tell(say("verifying the books there", "正在核对那边的账目和封存"))
    _run(target, "ledger", "verify", "--quiet")


def _let_it_be_used(arrived: psycopg.Connection[Any]) -> None:
    with arrived.transaction():
        arrived.execute(_sql("INSERT INTO alembic_version SELECT version FROM {}", CITY))
        for name in (NOTES, KEYS, CITY):
            arrived.execute(_sql("DROP TABLE {}", name))
    arrived.execute("ANALYZE")
