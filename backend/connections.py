"""How the database is used by this process, and how large it is: for /metrics."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from prometheus_client import Gauge

from backend import reading_pool
from backend.db import db, dialect, session

# Of all processes of a machine together; a process that is gone is taken out (gunicorn.conf.py).
IN_USE = Gauge(
    "dianliang_database_connections_in_use", "Connections at work just now", multiprocess_mode="livesum"
)
KEPT = Gauge(
    "dianliang_database_connections_most",
    "Connections that there may be at once",
    multiprocess_mode="livesum",
)


def watch(engine: sa.Engine) -> None:
    """Counts the connections of this engine that are out of their pools: its own, and that of hot statements."""
    pools: set[Any] = {engine.pool, reading_pool.pool_of(engine)}
    if not all(hasattr(pool, "checkedout") for pool in pools):
        return
    KEPT.set(sum(pool.size() + max(getattr(pool, "_max_overflow", 0), 0) for pool in pools))

    def note(*_given: Any) -> None:
        IN_USE.set(sum(pool.checkedout() for pool in pools))

    for pool in pools:
        for happens in ("checkout", "checkin", "invalidate"):
            sa.event.listen(pool, happens, note)


def size() -> int:
    """Of the database in bytes, with what SQLite keeps beside its file."""
    if dialect() != "sqlite":
        return int(session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)
    # By its name alone: to open it and close it would give up the locks that this process has on it.
    whole = (Path(f"{db.engine.url.database}{end}") for end in ("", "-wal"))
    return sum(one.stat().st_size for one in whole if one.exists())
