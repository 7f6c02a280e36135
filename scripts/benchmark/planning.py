"""How long PostgreSQL thinks about a work's statements before it runs them.

Where the server keeps pg_stat_statements with track_planning (--postgres-url of such a one), it is counted for
everybody. The pip-installed server has no such module: there the SQL by hand and the product's reading statements are
prepared and explained, as psycopg prepares them, so that a statement that is planned on each call shows.
"""

import contextlib
import re
import statistics
from typing import Any

import psycopg
from psycopg import sql

from scripts.benchmark import lean

# PostgreSQL decides after five whether a plan for any values is as good.
TRIES, COUNTED = 12, 6
_GIVEN = re.compile(r"%\((\w+)\)s")


class Counted:
    """What pg_stat_statements counted since `begin`, where there is one."""

    def __init__(self, address: str) -> None:
        self.address = address.replace("+psycopg", "", 1)
        self.known = False
        if address.startswith("postgresql"):
            with self._line() as line, contextlib.suppress(psycopg.Error):
                line.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
                row = line.execute(
                    "SELECT current_setting('pg_stat_statements.track_planning', true)"
                ).fetchone()
                self.known = row is not None and row[0] == "on"

    def _line(self) -> Any:
        return psycopg.connect(self.address, autocommit=True)

    def begin(self) -> None:
        if self.known:
            with self._line() as line:
                line.execute("SELECT pg_stat_statements_reset()")

    def read(self, turns: int) -> dict[str, float]:
        """ms of planning and of running a turn; empty where nobody counts."""
        if not self.known:
            return {}
        wanted = (
            "SELECT sum(total_plan_time), sum(total_exec_time) FROM pg_stat_statements WHERE dbid ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self._line() as line:
            planned, ran = line.execute(wanted).fetchone() or (0, 0)
        return {"planned": (planned or 0) / max(1, turns), "ran": (ran or 0) / max(1, turns)}


def of_hand(address: str, work: str, turns: list[dict[str, Any]]) -> dict[str, float]:
    """Of the SQL by hand, undone after each try: medians of ms, all its statements together."""
    said = lean.for_driver("postgresql", work, keyed=True)
    generic = work in lean.READS
    return _summed(address, [(one, turns) for one in said], generic=generic)


def of_tape(address: str, steps: list[Any]) -> dict[str, float]:
    """Of the product's statements of a work that reads, as they were said."""
    said = [(one.sql, [{name: source[1] for name, source in (one.given or {}).items()}]) for one in steps]
    return _summed(
        address, [pair for pair in said if pair[0].lstrip().upper().startswith(("SELECT", "WITH"))]
    )


def _summed(
    address: str, said: list[tuple[str, list[dict[str, Any]]]], *, generic: bool = False
) -> dict[str, float]:
    if not said:
        return {}
    with psycopg.connect(address.replace("+psycopg", "", 1), autocommit=True) as line:
        if generic:
            line.execute("SET plan_cache_mode = force_generic_plan")
        found = [_explained(line, number, *one) for number, one in enumerate(said)]
    return {"planned": sum(planned for planned, _ in found), "ran": sum(ran for _, ran in found)}


def _explained(line: Any, number: int, text: str, turns: list[dict[str, Any]]) -> tuple[float, float]:
    names: list[str] = []

    def numbered(hit: re.Match[str]) -> str:
        names.append(hit[1])
        return f"${len(names)}"

    body = _GIVEN.sub(numbered, text).replace("%%", "%")
    name = f"tried_{number}"
    line.execute(f"PREPARE {name} AS {body}")
    planned, ran = [], []
    for at in range(TRIES):
        turn = turns[at % len(turns)]
        values = sql.SQL(", ").join(sql.Literal(turn[one]) for one in names)
        execute = sql.SQL("({})").format(values) if names else sql.SQL("")
        line.execute("BEGIN")
        rows = line.execute(
            sql.SQL("EXPLAIN (ANALYZE, SUMMARY, TIMING OFF, FORMAT JSON) EXECUTE {}{}").format(
                sql.Identifier(name), execute
            )
        ).fetchone()
        line.execute("ROLLBACK")
        planned.append(rows[0][0]["Planning Time"])
        ran.append(rows[0][0]["Execution Time"])
    return statistics.median(planned[-COUNTED:]), statistics.median(ran[-COUNTED:])
