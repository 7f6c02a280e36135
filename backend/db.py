"""The database: one session, two ways in, and the only `commit` of the house.

`transaction()` is for whoever writes: SQLite takes the write lock at once (`BEGIN IMMEDIATE`, with a queue
in front, `gate.py`), PostgreSQL runs READ COMMITTED and rows are locked by `lock_row()`. Outside of it every
statement is a read of its own (AUTOCOMMIT), which spares two round trips a request; a write there is a
programming error and is refused.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase

from backend import clock, gate
from backend.errors import DatabaseUnavailable, NotFound

GATE_SECONDS = 15
# Who asks whether there can be changes does not stand in line for it.
PROBE_SECONDS = 0.2
# What PostgreSQL is told by whoever connects.
CONNECT: dict[str, Any] = {"connect_timeout": 5, "application_name": "dianliang"}
# PostgreSQL's word for a change that reached a database which only follows.
READ_ONLY = "25006"

naming = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=naming)


class HouseSession(FlaskSession):
    """Sends statements outside `transaction()` to a view of the engine in which each stands alone."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        engine = super().get_bind(*args, **kwargs)
        if self.info.get("writing") or not isinstance(engine, sa.Engine):
            return engine
        return reading_view(engine)


_views: dict[int, tuple[sa.Engine, sa.Engine]] = {}


def reading_view(engine: sa.Engine) -> sa.Engine:
    """The same engine, on whose connections each statement stands alone."""
    known = _views.get(id(engine))
    if known is None or known[0] is not engine:
        # SQLite connections stand in autocommit by themselves (see _teach_sqlite).
        sqlite = engine.dialect.name == "sqlite"
        alone: dict[str, Any] = {"reading": True} if sqlite else {"isolation_level": "AUTOCOMMIT"}
        known = (engine, engine.execution_options(**alone))
        _views[id(engine)] = known
    return known[1]


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": HouseSession, "autoflush": False, "expire_on_commit": False},
    disable_autonaming=True,
)
migrate = Migrate(directory=os.path.join(os.path.dirname(__file__), "migrations"))
session = db.session
View = TypeVar("View")
# A SELECT of whatever columns.
AnySelect = sa.Select[*tuple[Any, ...]]
if TYPE_CHECKING:

    class Model(Base):
        """What Flask-SQLAlchemy makes of `Base`, as a type checker has to see it."""

        __abstract__ = True
        __table__: ClassVar[sa.Table]

        def __init__(self, **columns: Any) -> None: ...

else:
    Model = db.Model


@sa.event.listens_for(HouseSession, "before_flush")
def _refuse_stray_flush(stray: Any, _context: Any, _instances: Any) -> None:
    if not stray.info.get("writing"):
        raise RuntimeError("a change outside transaction()")


@sa.event.listens_for(HouseSession, "do_orm_execute")
def _refuse_stray_write(state: Any) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get("writing"):
        raise RuntimeError("a change outside transaction()")


class Moment(sa.TypeDecorator):
    """An aware moment in UTC. SQLite keeps it as sortable text, PostgreSQL as timestamptz."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# What JavaScript counts exactly: the largest id that anybody can ask for.
MAX_ID = 2**53 - 1
# SQLite numbers its rows only in a column that is exactly INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Kept as text on both, so that the same words come back in the same order.
Json = sa.JSON(none_as_null=True)


def sql_list(values: Iterable[str]) -> str:
    """Known values as SQL writes them, for a CHECK or the WHERE of a partial index: ('draft', 'published').

    Members of an enum print themselves as Python; SQL wants what they are.
    """
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def init(app: Flask, address: str, pool: int) -> None:
    """Binds the app to its database. `pool` is the number of connections a process may hold."""
    url = make_url(address)
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    options: dict[str, Any] = {"pool_size": pool, "max_overflow": 4, "pool_timeout": 10}
    if url.get_backend_name() == "sqlite":
        if url.database:
            os.makedirs(os.path.dirname(url.database) or ".", mode=0o700, exist_ok=True)
            _keep_private(url.database)
        options["connect_args"] = {"timeout": GATE_SECONDS, "check_same_thread": False}
    else:
        options["connect_args"] = dict(CONNECT)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        if url.get_backend_name() == "sqlite":
            _teach_sqlite(db.engine)
        else:
            _decide_on_the_primary(db.engine)


def _keep_private(path: str) -> None:
    """Words of wishes stand unsealed in the file: nobody else on the machine may read it, or what lies beside it."""
    for beside in ("", "-wal", "-shm"):
        # A file of somebody else's, or none.
        with contextlib.suppress(OSError):
            os.chmod(path + beside, 0o600)


def _teach_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "do_connect")
    def _make_private(_dialect: Any, _record: Any, given: Any, _named: Any) -> None:
        # SQLite would make it for everybody to read, and gives what it makes beside it the rights of the file.
        if engine.url.database in (None, "", ":memory:"):
            return
        # Only where there is none yet: a file that is there is never opened past SQLite, because closing it gives up
        # all the locks that this process holds on it (POSIX). Another process that ended would then take itself for
        # the last one and delete the log that we still write into.
        with contextlib.suppress(OSError):
            os.close(os.open(given[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose the last acknowledged commits when the power goes
            "foreign_keys=ON",
            # What is erased, or edited, is written over: else the old words would stay in the file until their page is
            # needed. Distributions of Linux build SQLite so; others do not.
            "secure_delete=ON",
            f"busy_timeout={GATE_SECONDS * 1000}",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A read stays in SQLite's own autocommit; a deferred BEGIN that later writes would fail at once.
        if not connection.get_execution_options().get("reading"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _decide_on_the_primary(engine: sa.Engine) -> None:
    """While another database takes the lead, a connection may lead to one that only follows: it is given up, and
    the person comes again, as when there is no database at all."""

    @sa.event.listens_for(engine, "handle_error")
    def _give_up(context: Any) -> DatabaseUnavailable | None:
        if getattr(context.original_exception, "sqlstate", None) != READ_ONLY:
            return None
        context.is_disconnect = True
        return DatabaseUnavailable()


@contextlib.contextmanager
def transaction() -> Iterator[None]:
    """One unit of work: all of it is committed at the end of the block, or none of it.

    Refuses to nest: a verb that needs a transaction is called inside the caller's. Raises
    DatabaseUnavailable when the database cannot be reached or the write queue does not move.
    """
    if session.info.get("writing"):
        raise RuntimeError("a transaction is already open: pass the work down, not the transaction")
    # What was read before may be stale by now: forget it, and give its connection back.
    session.close()
    came = time.perf_counter()
    with _gate():
        session.info["writing"] = True
        begun = None
        try:
            session.connection()
            begun = time.perf_counter()
            gate.WAITED.observe(begun - came)
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False
            (gate.HELD if begun else gate.WAITED).observe(time.perf_counter() - (begun or came))


@contextlib.contextmanager
def savepoint() -> Iterator[None]:
    """Inside a transaction: undoes the block alone when it raises."""
    with session.begin_nested():
        yield


@contextlib.contextmanager
def _gate() -> Iterator[None]:
    """SQLite has one writer at a time: they queue before they ask for its lock."""
    engine = db.engine
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with gate.write_turn(path + ".gate", GATE_SECONDS):
        yield


def can_write() -> bool | None:
    """Whether the database takes a change now: one that changes nothing is committed. None: nobody came to try it."""
    try:
        if dialect() == "sqlite":
            with gate.write_turn(f"{db.engine.url.database}.gate", PROBE_SECONDS), db.engine.begin() as line:
                line.exec_driver_sql(f"PRAGMA user_version = {line.scalar(sa.text('PRAGMA user_version'))}")
        else:
            with db.engine.begin() as line:
                if line.scalar(sa.text("SHOW transaction_read_only")) == "on":
                    return False
                line.execute(sa.text("SELECT pg_current_xact_id()"))
    except DatabaseUnavailable:
        return None if dialect() == "sqlite" else False
    except (sa.exc.SQLAlchemyError, OSError):
        return False
    return True


def lock_row(model: type[Any], row_id: int | str) -> Any:
    """The row, read again under its lock, so that what is decided on it still holds at commit.

    Whoever only points to the row (a key, a notice) does not wait for it: two requests of one person, each with
    its key written before, would else wait for each other. Raises NotFound where there is none.
    """
    found = session.get(model, row_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


def columns_of(row: Any) -> dict[str, Any]:
    """What the row keeps, by the names it has in the code: what a schema picks from."""
    return {one.key: getattr(row, one.key) for one in sa.inspect(type(row)).column_attrs}


def view_of(kind: type[View], row: Any, /, **more: Any) -> View:
    """A view of a row, for pages and schemas: what the row has by the names of the view's fields, and what else is
    shown. `kind` is a dataclass."""
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: getattr(row, name) for name in fields if name not in more}, **more)


def insert(model: Any) -> Any:
    """An INSERT that knows ON CONFLICT on either database. Ask RETURNING what happened, never `rowcount`."""
    return (sqlite_insert if dialect() == "sqlite" else postgresql_insert)(model)


def unnested(name: str, columns: dict[str, Any]) -> Any:
    """PostgreSQL: rows given as an array a column, `<name>_<column>`, which one statement for any number reads."""
    arrays = [
        sa.bindparam(f"{name}_{column}", type_=postgresql.ARRAY(kind)) for column, kind in columns.items()
    ]
    named = (sa.column(column, kind) for column, kind in columns.items())
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name)


def dialect() -> str:
    """`sqlite` or `postgresql`."""
    return db.engine.dialect.name


def clock_ahead() -> timedelta:
    """How far this machine's clock is ahead of the database's, less than nothing where it is behind.

    An SQLite file has no clock of its own.
    """
    if dialect() == "sqlite":
        return timedelta(0)
    return clock.system_now() - session.scalar(sa.text("SELECT clock_timestamp()"))


class Version(StrEnum):
    """How the database's version stands to the program's."""

    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


def schema_version() -> Version:
    """A revision that is in none of our files came with a newer program: ours are never removed (decision 123).

    Raises SQLAlchemyError where there is no database to ask.
    """
    found = set(session.scalars(sa.text("SELECT version_num FROM alembic_version")))
    known, heads = revisions()
    if found == heads:
        return Version.CURRENT
    return Version.AHEAD if len(found) == 1 and not found & known else Version.BEHIND


@cache
def revisions() -> tuple[frozenset[str], frozenset[str]]:
    """All revisions that this program knows, and the newest."""
    files = ScriptDirectory(migrate.directory)
    return frozenset(one.revision for one in files.walk_revisions()), frozenset(files.get_heads())


def append_only(table: str, dialect_name: str) -> list[str]:
    """The statements that forbid changing or deleting rows of `table`, for its migration."""
    if dialect_name == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]
