"""What a database file still holds of something that was erased."""

from backend.db import db, dialect

# Milliseconds to wait for readers, before the old pages are left to the next time.
_PATIENCE = 500


def clear_old_pages() -> None:
    """SQLite: empties the write-ahead log, in which pages from before an erasure still stand.

    Done outside of any transaction, after it. Under load readers may be in the way; the next one does it.
    """
    if dialect() != "sqlite":
        return
    with db.engine.execution_options(reading=True).connect() as connection:
        before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_PATIENCE}")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {before}")
