"""PostgreSQL's own tools, which have to be on the PATH of the machine that makes or restores a backup.

For a city that may lose no minute they are not enough: `docs/deployment.md` describes pgBackRest.
"""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import sqlalchemy as sa


class ToolFault(Exception):
    """pg_dump or pg_restore is missing, or said no; without a password in it."""


def dump(address: str, target: Path) -> None:
    """One consistent view of the database in pg_dump's own format; nobody is held up. Raises ToolFault."""
    _run("pg_dump", address, "--format=custom", "--no-owner", "--no-acl", f"--file={target}")
    target.chmod(0o600)
    # Reads the table of contents back: a dump that was cut short has none.
    _run("pg_restore", None, "--list", str(target))


def restore(address: str, source: Path) -> None:
    """Into an empty database, all of it or nothing. Raises ToolFault."""
    name = sa.make_url(address).database
    _run(
        "pg_restore",
        address,
        "--no-owner",
        "--no-acl",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={name}",
        str(source),
    )


def tables(address: str) -> int:
    """How many tables of ours the database has."""
    plain = sa.make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchone()
    return row[0] if row else 0


def _run(tool: str, address: str | None, *options: str) -> None:
    found = shutil.which(tool)
    if found is None:
        raise ToolFault(f"{tool} is not on the PATH: install the PostgreSQL client of the server's version")
    told = subprocess.run(  # noqa: S603 - the operator's own tool, and no text of anybody else's
        [found, *options],
        env={**os.environ, **(_connection(address) if address else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise ToolFault(f"{tool}: {told.stderr.strip()[-500:]}")


def _connection(address: str) -> dict[str, str]:
    """As the tools' environment: an argument could be read by anyone on the machine."""
    url = sa.make_url(address)
    host = url.host or url.query.get("host")
    told = {
        "PGHOST": host,
        "PGPORT": str(url.port) if url.port else url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: str(value) for name, value in told.items() if value}
