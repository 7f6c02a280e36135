"""Whether two databases that began alike are alike after the same requests: the rows that came, went or changed."""

import contextlib
import json
import re
import sqlite3
from collections import Counter
from typing import Any

import psycopg

# What is of this very moment, or random: told as there or not there.
_OWN = re.compile(r"(_at|_sealed|^at|^since|^key|^fingerprint|^request)$")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:[\d.]+)?")
# What peers and pgbench keep for themselves.
_THEIRS = ("peer_", "plain_", "bench_")
# The tables of the plain peer.
PLAIN = "plain_"
Rows = dict[str, Counter[str]]


def rows(address: str, prefix: str | None = None) -> Rows:
    """Every row of every table of the product (or of those that begin so), with moments and random values blanked."""
    if address.startswith("sqlite"):
        with sqlite3.connect(address.removeprefix("sqlite:///")) as line:
            wanted = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            return _of(line.cursor(), [name for (name,) in line.execute(wanted) if _wanted(name, prefix)])
    with psycopg.connect(address.replace("+psycopg", "", 1), autocommit=True) as line:
        wanted = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return _of(line.cursor(), [name for (name,) in line.execute(wanted) if _wanted(name, prefix)])


def _wanted(table: str, prefix: str | None) -> bool:
    return table.startswith(prefix) if prefix else not table.startswith(_THEIRS)


def _of(cursor: Any, tables: list[str]) -> Rows:
    found: Rows = {}
    for table in tables:
        cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 # nosec B608 - names from the catalogue
        names = [column[0] for column in cursor.description]
        found[table] = Counter(_line(names, row) for row in cursor.fetchall())
    return found


def _line(names: list[str], row: tuple[Any, ...]) -> str:
    told = {name: _plain(name, value) for name, value in zip(names, row, strict=True)}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return None
    if _OWN.search(name):
        return "…"
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return _TIME.sub("…", value) if isinstance(value, str) else value


def changes(before: Rows, after: Rows) -> dict[str, list[list[str]]]:
    """Of each table that is another: the rows that are no longer there, and the new ones."""
    found = {}
    for table in sorted(before.keys() | after.keys()):
        gone, new = before[table] - after[table], after[table] - before[table]
        if gone or new:
            found[table] = [sorted(gone.elements()), sorted(new.elements())]
    return found


def written(changed: dict[str, list[list[str]]]) -> dict[str, int]:
    """How many rows were inserted or changed, by table. Of rows changed into what they were, none is seen."""
    return {table: len(new) for table, (_gone, new) in changed.items()}
