"""The leanest SQL of each work: written by hand in limits/, played by the driver alone or by pgbench.

What is played writes the rows that the product writes; tests/house/test_bench_limits.py compares them. So the share of
it that the product reaches cannot be raised by a heavy statement. On PostgreSQL a work is one statement, with as many
parts as it has tables to write; on SQLite, which has no way to a server, it is one statement after the other.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "limits"
# What no other work is measured by: many orders of one community, and the same spread over twenty of them.
FILES = {"spread": "request"}
READS = ("sign_in", "wall", "statement", "home")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")
_KEYED = re.compile(r"^-- with a key\n(.*?)^-- end\n", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


class Refused(Exception):
    """A statement found nothing where it had to: the subject is in another state."""


def known(kind: str) -> list[str]:
    """The works that have their SQL by hand for this kind of database."""
    there = {path.stem for path in (FOLDER / kind).glob("*.sql")}
    return sorted(there | {work for work, file in FILES.items() if file in there})


@cache
def statements(kind: str, work: str, *, keyed: bool) -> tuple[str, ...]:
    """The statements of a work, with the row of its Idempotency-Key or without; parameters as `:name`."""
    text = (FOLDER / kind / f"{FILES.get(work, work)}.sql").read_text(encoding="utf-8")
    text = _COMMENT.sub("", _KEYED.sub(r"\1" if keyed else "", text))
    return tuple(part.strip() for part in re.split(r";\s*\n", text) if part.strip())


def for_driver(kind: str, work: str, *, keyed: bool) -> tuple[str, ...]:
    """The same as the driver wants it."""
    said = statements(kind, work, keyed=keyed)
    if kind == "sqlite":
        return said
    return tuple(_PARAMETER.sub(r"%(\1)s", one.replace("%", "%%")) for one in said)


def play(
    cursor: Any, said: tuple[str, ...], inputs: dict[str, Any], *, reading: bool, undo: bool = False
) -> None:
    """Plays a work for one subject. What a statement answers is known to the later ones by its columns' names."""
    told = {**inputs, **_moments()}
    try:
        for number, sql in enumerate(said):
            cursor.execute("ROLLBACK" if undo and sql == "COMMIT" else sql, told)
            if not cursor.description:
                continue
            rows = cursor.fetchall()
            if not rows and (number == 0 or not reading):
                raise Refused(f"nothing to do: {sql[:80]}")
            if rows and not reading:
                told |= {part[0]: value for part, value in zip(cursor.description, rows[0], strict=True)}
    except Exception:
        if getattr(getattr(cursor, "connection", None), "in_transaction", False):
            cursor.execute("ROLLBACK")
        raise


def _moments() -> dict[str, str]:
    """SQLite is told the time, and keeps it as text; PostgreSQL knows it."""
    now = datetime.now(UTC)
    text = {"now": now, "ten_minutes_ago": now - timedelta(minutes=10)}
    return {name: moment.strftime("%Y-%m-%d %H:%M:%S.%f") for name, moment in text.items()}


# --- by pgbench ----------------------------------------------------------------------------------------------

# What identifies the subject of a turn, and its type in the table from which pgbench takes the turns.
COLUMNS = {
    "digest": "text",
    "key": "text",
    "wish": "bigint",
    "activity": "bigint",
    "item": "bigint",
    "order": "bigint",
    "place": "bigint",
    "approve_until": "text",
}


def script(work: str, clients: int, turns: int, *, keyed: bool) -> str:
    """A script for pgbench: each client takes every so-many-th turn, one lookup more than the work itself."""
    said = statements("postgresql", work, keyed=keyed)
    wanted = sorted({name for sql in said for name in _PARAMETER.findall(sql)})
    columns = ", ".join(f'"{name}"' for name in wanted)
    lines = [
        rf"\set number (:next * {clients} + :client_id) % {turns}",
        r"\set next :next + 1",
        f"SELECT {columns} FROM bench_turns WHERE number = :number \\gset",  # noqa: S608 - names of ours
    ]
    return "\n".join([*lines, *(f"{sql};" for sql in said), ""])
