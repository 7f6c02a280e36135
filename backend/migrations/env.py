"""Runs the migrations inside the app that `flask db` (or a test) has set up.

Two machines may start a release at the same moment: on PostgreSQL the second waits for the first.

SQLite changes a column by making the table anew, and would take the rows that point to the old one for orphans: keys are
not judged while a release is made, and all of them at its end, before it counts (sqlite.org/lang_altertable.html, 7).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import sqlalchemy as sa
from alembic import context

from backend import command_line
from backend.db import Base, db

RELEASE_LOCK = 7_310_001


def run() -> None:
    engine = db.engine
    with engine.connect() as connection, _keys_judged_at_the_end(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": RELEASE_LOCK})
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            _judge_keys(connection)
        connection.commit()  # the one commit beside db.py: a release is not a request


@contextmanager
def _keys_judged_at_the_end(connection: sa.Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        yield
        return
    # Beside SQLAlchemy, which would begin a transaction: inside one SQLite does not hear this.
    line: Any = connection.connection.driver_connection
    line.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        line.execute("PRAGMA foreign_keys=ON")


def _judge_keys(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
        if orphans:
            raise RuntimeError(f"the release would leave rows that point to nothing: {orphans}")


def run_for_whom() -> None:
    """At a terminal an outage is one sentence; a test, or whoever else asks, gets the fault itself."""
    if click.get_current_context(silent=True) is None:
        run()
        return
    with command_line.in_one_sentence():
        run()


run_for_whom()
