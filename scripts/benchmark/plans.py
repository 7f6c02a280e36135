"""How the database goes about a statement: by an index, or by reading whole tables."""

import re
import sqlite3
from typing import Any

import psycopg

from scripts.benchmark.tape import Step, numbered

# A table this small may be read whole: nothing would be won by an index.
SMALL = 1000
_NAMED = re.compile(r"(\w+) AS (\w+)")
_SEQ = re.compile(r"(?:Parallel )?Seq Scan on (\w+)")
_SCAN = re.compile(r"SCAN (\w+)(?! USING INDEX)(?: USING COVERING INDEX \w+)?$")


def of(address: str, steps: list[Step]) -> dict[str, Any]:
    """The plans of all statements of a work that reads, and which larger tables they read from end to end."""
    told = [
        one
        for step in steps
        for one in (_sqlite if address.startswith("sqlite") else _postgres)(address, step)
    ]
    whole = sorted({table for lines, tables in told for table in tables})
    return {"whole": whole, "plans": [lines for lines, _ in told]}


def _sqlite(address: str, step: Step) -> list[tuple[list[str], list[str]]]:
    with sqlite3.connect(address.removeprefix("sqlite:///")) as line:
        if not _reads(step):
            return []
        rows = line.execute(f"EXPLAIN QUERY PLAN {step.sql}", _values(step.given)).fetchall()
        lines = [row[3] for row in rows]
        scanned = [hit[1] for one in lines if (hit := _SCAN.match(one))]
        tables = {row[0] for row in line.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        # What is scanned by another name is a table all the same, or rows that the statement made itself.
        named = {other: table for table, other in _NAMED.findall(step.sql)}
        found = {named.get(one, one) for one in scanned} & tables
        count = "SELECT count(*) FROM {}"
        large = [one for one in sorted(found) if line.execute(count.format(one)).fetchone()[0] > SMALL]
    return [(lines, large)]


def _postgres(address: str, step: Step) -> list[tuple[list[str], list[str]]]:
    bare = address.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(bare, autocommit=True) as line:
        if not _reads(step):
            return []
        # A hot statement is planned for any values, as the product's reading connections have it.
        line.execute(
            "SET plan_cache_mode = force_generic_plan" if numbered(step.sql) else "RESET plan_cache_mode"
        )
        kind = psycopg.RawCursor if numbered(step.sql) else psycopg.ClientCursor
        rows = kind(line).execute(f"EXPLAIN {step.sql}", _values(step.given)).fetchall()
        lines = [row[0] for row in rows]
        scanned = {found[1] for one in lines if (found := _SEQ.search(one))}
        wanted = "SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)"
        large = [one for one in scanned if (line.execute(wanted, (one,)).fetchone() or (0,))[0] > SMALL]
    return [(lines, large)]


def _reads(step: Step) -> bool:
    return not step.many and step.sql.lstrip().upper().startswith(("SELECT", "WITH"))


def _values(given: Any) -> Any:
    """What the tape was given: a reading work is played as it was."""
    if isinstance(given, dict):
        return {name: source[1] for name, source in given.items()}
    return tuple(source[1] for source in given or ())
